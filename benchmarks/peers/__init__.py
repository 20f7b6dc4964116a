"""Ours and others on the same pictures: ``make bench-peers``."""
