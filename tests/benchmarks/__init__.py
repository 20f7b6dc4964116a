"""Of `benchmarks`."""
