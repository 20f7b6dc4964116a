"""Name the first arguments that mean another command. A file of such a name is `./serve`.

This module is apart from the parsers, so that a command imports only its own.
"""

SERVE = "serve"
"""Starts the local server."""
BATCH = "batch"
"""Processes the pictures of a bucket."""
