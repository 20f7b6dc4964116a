"""Room seven: a composition becomes a PNG or WebP file."""
