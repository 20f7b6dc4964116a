"""Fuzz targets: one for each function that parses what strangers send. `make fuzz` runs them under
atheris, guided by coverage; `test_targets` runs them on hypothesis' bytes, and on their seeds."""
