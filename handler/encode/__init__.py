"""Room seven: a composition becomes a PNG file."""
