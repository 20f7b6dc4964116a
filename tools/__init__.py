"""Hold the project's own tools; each runs as `python -m tools.NAME`."""
