"""Compare our networks and others on the same pictures: ``make bench-peers``."""
