"""Large pictures are worked on a few rows at a time: what fits the processor's cache is read and
written at its speed, and no step needs a second picture in memory."""

from collections.abc import Iterator

STRIPE_ROWS = 128
"""A stripe of 4096 RGBA pixels is 2 MB."""


def stripes(height: int) -> Iterator[slice]:
    """Slices of rows, from the top, that together cover `height` once."""
    for top in range(0, height, STRIPE_ROWS):
        yield slice(top, min(top + STRIPE_ROWS, height))
