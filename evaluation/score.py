"""What one mask is worth."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Score:
    """Of one picture; errors are better small, the rest is better large."""

    mae: float
    """Mean absolute error at the truth's size."""
    max_f: float
    """Largest F-measure (β² = 0.3) over all thresholds (Achanta et al. 2009)."""
    weighted_f: float
    """Margolin et al. 2014."""
    structure: float
    """S-measure, Fan et al. 2017."""
    edge: float | None
    """Mean absolute error in the band round the true edge, of a large picture."""
