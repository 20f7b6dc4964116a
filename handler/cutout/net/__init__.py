"""Limit outgoing connections to a deadline, whatever the other side does."""
