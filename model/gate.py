"""Whom to trust: the few numbers of the fusion, fitted by `model.fit`; `model.fusion` uses them."""

from dataclasses import dataclass

GRID, CELLS = 256, 64
"""The side at which the gate looks at the experts' maps, and the side of its own."""
POOL, CONTEXT = 4, 3
"""The surroundings of a cell: the mean over 3 by 3 fields of 4 by 4 cells."""
CLIP = 6.0
"""A logit beyond it says no more than "sure"."""
CONFIDENT = 8.0
"""The same for the gate's view of it."""
PRESENT = 0.003
"""Share of the picture from which an expert has found something."""


@dataclass(frozen=True)
class Gate:
    """An expert's trust is `presence` if it has found something, plus `agreement` times its mean
    overlap with the others, plus `structure` times the spread of its alpha around the place, plus
    its `prior`; the weights are the softmax of that, and the fused logit their mean times `gain`.
    """

    presence: float
    agreement: float
    structure: float
    prior: tuple[float, ...]
    gain: float


GATES = {
    "best": Gate(presence=8.0, agreement=8.0, structure=5.0, prior=(0.2, 0.0, -0.2), gain=1.75),
    "fast": Gate(presence=8.0, agreement=8.0, structure=5.0, prior=(0.2, 0.0, -0.2), gain=1.75),
}
"""For the experts of `model.experts.MODELS`, in their order. Rounded: the error is flat around."""
