"""The command `cutout`: pictures and folders, on this machine or by a deployed API."""
