"""Append nodes that take fine detail from the expert that draws it.

The fused alpha is a mean: it softens spokes, wires and leaves that one network has drawn sharply
and others have filled. Where that network agrees with the fusion except in detail, and is decided
about it, its own alpha is used. It is decided if its values are near 0 and 1, so that their
variance around a place is nearly that of values of only 0 and 1 with the same mean.
"""

import numpy as np

from model.recipe.graph_builder import GraphBuilder
from model.recipe.pictures import SIDE

GRID = 256
"""Means over 4 by 4 pixels, and then over the surroundings of a cell."""
AROUND, REACH = 5, 7
SAME, APART = 0.5, 0.8
"""Largest difference of such means within reach of a place: up to the first, all of the detail is
taken, from the second on none. The reach removes outlines of what only one expert has seen."""
UNDECIDED, DECIDED = 0.6, 0.9
"""Variance divided by mean times (1 - mean): up to the first, none of the detail is taken, from the
second on all."""
NOTHING = 1e-3


def add_detail(builder: GraphBuilder, fused: str, drawn: str) -> str:
    """Return `fused` with the detail of `drawn`, all of shape (1, 1, SIDE, SIDE), 0..1."""
    difference = builder.add("Sub", [drawn, fused])
    near = builder.add("Abs", [_around(builder, difference)])
    apart = builder.add("MaxPool", [near], _centred(REACH))
    share = builder.add(
        "Mul",
        [
            _ramp(builder, apart, APART, SAME),
            _ramp(builder, _decided(builder, drawn), UNDECIDED, DECIDED),
        ],
    )
    change = builder.add("Mul", [builder.resize(share, 1, SIDE), difference])
    return builder.add("Add", [fused, change])


def _around(builder: GraphBuilder, name: str) -> str:
    """Return the mean over the surroundings, shape (1, 1, GRID, GRID)."""
    size = SIDE // GRID
    cells = builder.add("AveragePool", [name], {"kernel_shape": [size] * 2, "strides": [size] * 2})
    return builder.add("AveragePool", [cells], _centred(AROUND))


def _centred(side: int) -> dict[str, list[int]]:
    return {"kernel_shape": [side] * 2, "pads": [side // 2] * 4}


def _decided(builder: GraphBuilder, alpha: str) -> str:
    """Return 1 where the alpha is only zeros and ones, 0 where it is uniform."""
    mean = _around(builder, alpha)
    square = _around(builder, builder.add("Mul", [alpha, alpha]))
    squared = builder.add("Mul", [mean, mean])
    most = builder.add("Sub", [mean, squared])
    variance = builder.add("Sub", [square, squared])
    return builder.add("Div", [variance, builder.add("Add", [most, builder.constant(NOTHING)])])


def _ramp(builder: GraphBuilder, name: str, zero: float, one: float) -> str:
    """Return a ramp from 0 at `zero` to 1 at `one`, clipped."""
    steep = builder.constant(1 / (one - zero), np.float32)
    risen = builder.add("Mul", [builder.add("Sub", [name, builder.constant(zero)]), steep])
    return builder.add("Clip", [risen, builder.constant(0), builder.constant(1)])
