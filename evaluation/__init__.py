"""How good the cut-outs are, beside a peer's: ``make evaluate SETS=folder``."""
