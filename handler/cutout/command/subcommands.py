"""Name the first arguments that mean another command. A file of such a name is `./serve`.

This module is apart from the parsers, so that the start of the command imports little: an interrupt
during these imports can't be handled yet.
"""

SERVE = "serve"
"""Starts the local server."""
BATCH = "batch"
"""Processes the pictures of a bucket."""
