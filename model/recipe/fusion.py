"""Append the fusion's nodes: several experts' logits become one.

Experts err in ways of their own, so where one is wrong the others tend to agree against it. An
expert is trusted by how much it agrees with the others over the whole picture (soft intersection
over union), more where its own alpha is finely structured (a network that draws spokes, holes and
hair has seen them), and more where it is decided. An expert with an empty mask gets next to no
weight if another found an object. Where the weighted mean is undecided over an
area, and not just along an edge, it is pushed to object or background.
"""

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from model.recipe.gate import (
    CELLS,
    CLIP,
    CLOSED,
    CONFIDENT,
    CONTEXT,
    DECIDED,
    GRID,
    POOL,
    PRESENT,
    UNDECIDED,
    Gate,
)
from model.recipe.graph_builder import GraphBuilder

OVER_PIXELS = [2, 3]


def fuse(builder: GraphBuilder, logits: Sequence[str], side: int, gate: Gate) -> str:
    """Return the fused logits, shape (1, 1, side, side), of maps (1, 1, any, any). A single
    expert's logits are only resized."""
    if len(logits) == 1:
        return builder.resize(logits[0], 1, side)
    weights = builder.resize(_weights(builder, logits, gate), len(logits), side)
    maps = builder.add("Concat", [builder.resize(name, 1, side) for name in logits], {"axis": 1})
    weighted = builder.add("Mul", [weights, _clip(builder, maps, CLIP)])
    total = builder.add("ReduceSum", [weighted, builder.constant([1], np.int64)])
    mean = builder.add("Mul", [total, builder.constant(gate.gain)])
    return _choose(builder, mean, side, gate)


def _choose(builder: GraphBuilder, logits: str, side: int, gate: Gate) -> str:
    """Return the logits, further from 0 where the alpha is undecided over an area."""
    alpha = builder.add("Sigmoid", [builder.resize(logits, 1, GRID, antialias=True)])
    other = builder.add("Sub", [builder.constant(1), alpha])
    doubt = _around(builder, builder.add("Mul", [alpha, other]), UNDECIDED)
    factor = builder.add("Mul", [builder.resize(doubt, 1, side), builder.constant(4 * gate.choice)])
    return builder.add("Mul", [logits, builder.add("Add", [factor, builder.constant(1)])])


def _weights(builder: GraphBuilder, logits: Sequence[str], gate: Gate) -> str:
    """Return weights that add up to 1 over the experts, shape (1, experts, cells, cells)."""
    small = [builder.resize(name, 1, GRID, antialias=True) for name in logits]
    maps = _clip(builder, builder.add("Concat", small, {"axis": 1}), CONFIDENT)
    alphas = builder.add("Sigmoid", [maps])
    whole = builder.add(
        "Add", [_presence(builder, alphas, gate), _agreement(builder, alphas, gate)]
    )
    place = builder.add("Add", [_structure(builder, alphas, gate), _decided(builder, alphas, gate)])
    trust = builder.add("Add", [whole, place])
    return builder.add("Softmax", [trust], {"axis": 1})


def _presence(builder: GraphBuilder, alphas: str, gate: Gate) -> str:
    """Return the trust for having found something, shape (1, experts, 1, 1)."""
    area = builder.add("ReduceMean", [alphas, builder.constant(OVER_PIXELS, np.int64)])
    share = builder.add("Mul", [area, builder.constant(1 / PRESENT)])
    found = builder.add("Min", [share, builder.constant(1)])
    return builder.add("Mul", [found, builder.constant(gate.presence)])


def _agreement(builder: GraphBuilder, alphas: str, gate: Gate) -> str:
    """Return the trust for agreeing, and the prior, shape (1, experts, 1, 1). A Conv sums pairs."""
    experts = len(gate.prior)
    pairs = list(combinations(range(experts), 2))
    member = np.array([[i in pair for pair in pairs] for i in range(experts)], np.float32)
    kernel = member[:, :, np.newaxis, np.newaxis] * (gate.agreement / (experts - 1))
    overlaps = _overlaps(builder, _closed(builder, alphas), pairs)
    return builder.add("Conv", [overlaps, builder.constant(kernel), builder.constant(gate.prior)])


def _overlaps(builder: GraphBuilder, alphas: str, pairs: Sequence[tuple[int, int]]) -> str:
    """Return each pair's soft intersection over union, shape (1, pairs, 1, 1); 0 of empty ones."""
    both = [
        builder.add("Gather", [alphas, builder.constant(chosen, np.int64)], {"axis": 1})
        for chosen in zip(*pairs, strict=True)
    ]
    pixels = builder.constant(OVER_PIXELS, np.int64)
    common, union = (
        builder.add("ReduceSum", [builder.add(operator, both), pixels])
        for operator in ("Min", "Max")
    )
    return builder.add("Div", [common, builder.add("Max", [union, builder.constant(1)])])


def _structure(builder: GraphBuilder, alphas: str, gate: Gate) -> str:
    """Return `structure` times the standard deviation within cells, averaged over the
    surroundings: shape (1, experts, cells, cells)."""
    mean = _pool(builder, alphas, GRID // CELLS)
    square = _pool(builder, builder.add("Mul", [alphas, alphas]), GRID // CELLS)
    variance = builder.add("Sub", [square, builder.add("Mul", [mean, mean])])
    spread = builder.add("Sqrt", [builder.add("Max", [variance, builder.constant(1e-6)])])
    around = builder.add(
        "AveragePool",
        [_pool(builder, spread, POOL)],
        {"kernel_shape": [CONTEXT] * 2, "pads": [CONTEXT // 2] * 4},
    )
    return builder.add(
        "Mul", [builder.resize(around, len(gate.prior), CELLS), builder.constant(gate.structure)]
    )


def _decided(builder: GraphBuilder, alphas: str, gate: Gate) -> str:
    """Return `decided` times |2a - 1| averaged over the surroundings: shape (1, experts, cells,
    cells). It is each pixel's, so that spokes are no less decided than what fills them."""
    twice = builder.add("Mul", [alphas, builder.constant(2)])
    distance = builder.add("Abs", [builder.add("Sub", [twice, builder.constant(1)])])
    cells = _pool(builder, distance, GRID // CELLS)
    return builder.add("Mul", [_around(builder, cells, DECIDED), builder.constant(gate.decided)])


def _closed(builder: GraphBuilder, alphas: str) -> str:
    """Return the alphas closed by a square of `CLOSED` pixels: the lowest of the highest around."""
    lowest = builder.add("Neg", [_highest(builder, alphas)])
    return builder.add("Neg", [_highest(builder, lowest)])


def _highest(builder: GraphBuilder, name: str) -> str:
    """Return the maximum over `CLOSED` by `CLOSED` pixels around each, in two steps."""
    for kernel in ([CLOSED, 1], [1, CLOSED]):
        pads = [length // 2 for length in kernel] * 2
        name = builder.add("MaxPool", [name], {"kernel_shape": kernel, "pads": pads})
    return name


def _around(builder: GraphBuilder, name: str, side: int) -> str:
    """Return the mean over `side` by `side` pixels around each, fewer at the border; in two steps,
    which cost less than one."""
    for kernel in ([side, 1], [1, side]):
        pads = [length // 2 for length in kernel] * 2
        name = builder.add("AveragePool", [name], {"kernel_shape": kernel, "pads": pads})
    return name


def _pool(builder: GraphBuilder, name: str, size: int) -> str:
    attributes = {"kernel_shape": [size, size], "strides": [size, size]}
    return builder.add("AveragePool", [name], attributes)


def _clip(builder: GraphBuilder, name: str, limit: float) -> str:
    return builder.add("Clip", [name, builder.constant(-limit), builder.constant(limit)])
