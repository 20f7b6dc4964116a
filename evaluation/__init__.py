"""Measure the cut-outs beside a peer's: ``make evaluate SETS=folder``."""
