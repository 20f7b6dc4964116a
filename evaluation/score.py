"""Hold the measures of one mask."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Score:
    """Hold the measures of one mask, 0..1.

    Small is better for `mae`, `undecided` and `edge`, large for the others. None is not measured.
    """

    mae: float
    """Mean absolute error at the truth's size."""
    undecided: float
    """Share of the picture that is soft away from true edges (`evaluation.pixels`)."""
    max_f: float | None = None
    """Largest F-measure (β² = 0.3) over all thresholds (Achanta et al. 2009)."""
    weighted_f: float | None = None
    """Weighted F-measure (Margolin et al. 2014)."""
    structure: float | None = None
    """S-measure (Fan et al. 2017)."""
    edge: float | None = None
    """Mean absolute error in the band around the true edge, of a large picture."""
