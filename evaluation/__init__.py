"""Compare the cut-outs with a peer's: ``make evaluate SETS=folder``."""
