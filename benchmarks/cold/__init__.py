"""Time a new container up to its first answers, beside a naive image of the same code."""
