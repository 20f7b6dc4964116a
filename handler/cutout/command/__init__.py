"""Implement the command `cutout`, which processes pictures on this machine or by an API."""
