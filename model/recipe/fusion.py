"""Append the fusion's nodes: several experts' logits become one.

The fused logits are the mean of the experts', weighted by `model.recipe.trust`. Where that mean is
undecided over an area, and not just along an edge, it is pushed to object or background.
"""

from collections.abc import Sequence

import numpy as np

from model.recipe.gate import CLIP, GRID, UNDECIDED, Gate
from model.recipe.graph_builder import GraphBuilder
from model.recipe.trust import around, clip, weigh


def fuse(builder: GraphBuilder, logits: Sequence[str], side: int, gate: Gate) -> str:
    """Return the fused logits, shape (1, 1, side, side), of maps of shape (1, 1, any, any).

    A single expert's logits are only resized.
    """
    if len(logits) == 1:
        return builder.resize(logits[0], 1, side)
    weights = builder.resize(weigh(builder, logits, gate), len(logits), side)
    maps = builder.add("Concat", [builder.resize(name, 1, side) for name in logits], {"axis": 1})
    weighted = builder.add("Mul", [weights, clip(builder, maps, CLIP)])
    total = builder.add("ReduceSum", [weighted, builder.constant([1], np.int64)])
    mean = builder.add("Mul", [total, builder.constant(gate.gain)])
    return _choose(builder, mean, side, gate)


def _choose(builder: GraphBuilder, logits: str, side: int, gate: Gate) -> str:
    """Return the logits, further from 0 where the alpha is undecided over an area."""
    alpha = builder.add("Sigmoid", [builder.resize(logits, 1, GRID, antialias=True)])
    other = builder.add("Sub", [builder.constant(1), alpha])
    doubt = around(builder, builder.add("Mul", [alpha, other]), UNDECIDED)
    factor = builder.add("Mul", [builder.resize(doubt, 1, side), builder.constant(4 * gate.choice)])
    return builder.add("Mul", [logits, builder.add("Add", [factor, builder.constant(1)])])
