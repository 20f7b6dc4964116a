"""Hold the fusion's parameters, fitted by `model.recipe.fit_gate` and `model.recipe.fit_review`."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

GRID, CELLS = 256, 64
"""The side at which the gate looks at the experts' maps, and the side of its own."""
POOL, CONTEXT = 4, 3
"""The surroundings of a cell: the mean over 3 by 3 fields of 4 by 4 cells."""
CLIP = 6.0
"""Logits are clipped to this, both ways, before they are averaged."""
CONFIDENT = 8.0
"""Logits are clipped to this before the gate compares them."""
PRESENT = 0.003
"""Share of the picture from which an expert fully counts as having found something."""


CLOSED = 25
"""Side, in pixels of the grid, of the square by which maps are closed before they are compared:
an expert that fills the spokes of a wheel agrees with one that draws them."""
DECIDED = 17
"""Side of the surroundings, in cells, over which an expert's decidedness is averaged."""
UNDECIDED = 9
"""Side of the surroundings, in pixels of the grid, over which the fused alpha's indecision is
averaged."""


NEAR, FAR = 9, 25
"""Sides of the surroundings, in blocks of 2 by 2 cells, over which an expert's distance from the
fused alpha is averaged."""


@dataclass(frozen=True)
class Review:
    """Hold the weights of the second pass, which has seen what the first one makes of the experts.

    An expert's trust becomes `evidence` times its presence, structure and decidedness, plus
    `agreement` times its agreement, each as weighted by the gate, minus `near` and `far` times its
    mean distance from the first pass's alpha around the place, plus its `prior`.
    """

    evidence: float
    agreement: float
    near: float
    far: float
    prior: tuple[float, ...]


@dataclass(frozen=True)
class Gate:
    """Hold the weights of the fusion.

    An expert's trust is `presence` if it has found something, plus `agreement` times its mean
    overlap with the others (gaps closed), plus `structure` times the spread of its alpha around the
    place, plus `decided` times how far its alpha is from a half there (0..1), plus its `prior`. The
    weights are the softmax of that, or of the trust after the `review`, if there is one. The fused
    logit is the weighted mean of the logits times `gain`, and times 1 + `choice` · indecision
    around the place (0..1): an area on which the experts disagree becomes object or background, an
    edge stays soft.
    """

    presence: float
    agreement: float
    structure: float
    decided: float
    prior: tuple[float, ...]
    gain: float
    choice: float
    review: Review | None = None

    def of(self, chosen: Sequence[int]) -> "Gate":
        """Return the gate of these experts alone, by their places in it."""
        review = self.review and replace(self.review, prior=_at(self.review.prior, chosen))
        return replace(self, prior=_at(self.prior, chosen), review=review)


def _at(prior: Sequence[float], chosen: Sequence[int]) -> tuple[float, ...]:
    return tuple(prior[index] for index in chosen)


REVIEW = Review(
    evidence=0.87,
    agreement=0.53,
    near=3.27,
    far=3.33,
    prior=(0.44, -0.19, -0.59, 1.09),
)
FAST = Gate(
    presence=8.0,
    agreement=8.0,
    structure=14.0,
    decided=6.0,
    prior=(0.2, 0.0, -0.2, 0.4),
    gain=1.75,
    choice=4.0,
    review=REVIEW,
)
BEST = replace(
    FAST,
    prior=(0.2, -0.2, 0.0, -0.2, 0.4),
    review=replace(REVIEW, prior=(0.42, -0.28, -0.19, -0.59, 1.09)),
)
GLANCE = replace(FAST.of([0, 3]), review=replace(REVIEW, prior=(1.44, 1.09)))
"""The first look's answer stands only where ISNet and TinyViT agree, and there ISNet has the better
edges: its prior is higher by 1."""
GATES = {"glance": GLANCE, "fast": FAST, "best": BEST}
"""One prior per expert, in the order of `model.recipe.experts.FUSED`. Rounded: the error is flat
around these values."""
