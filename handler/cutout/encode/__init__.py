"""Encode a composition as a PNG or WebP file."""
