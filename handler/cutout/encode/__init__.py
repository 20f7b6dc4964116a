"""Encode a composition as a PNG, WebP, JPEG or ZIP file."""
