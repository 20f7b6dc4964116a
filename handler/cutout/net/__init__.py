"""Outgoing connections that end at a deadline, whatever the other side does."""
