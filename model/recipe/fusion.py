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
from model.recipe.graph_builder import GraphBuilder as Sketch

OVER_PIXELS = [2, 3]


def fuse(sketch: Sketch, logits: Sequence[str], side: int, gate: Gate) -> str:
    """Return the fused logits, shape (1, 1, side, side), of maps (1, 1, any, any). A single
    expert's logits are only resized."""
    if len(logits) == 1:
        return sketch.resize(logits[0], 1, side)
    weights = sketch.resize(_weights(sketch, logits, gate), len(logits), side)
    maps = sketch.add("Concat", [sketch.resize(name, 1, side) for name in logits], {"axis": 1})
    weighted = sketch.add("Mul", [weights, _clip(sketch, maps, CLIP)])
    total = sketch.add("ReduceSum", [weighted, sketch.constant([1], np.int64)])
    mean = sketch.add("Mul", [total, sketch.constant(gate.gain)])
    return _choose(sketch, mean, side, gate)


def _choose(sketch: Sketch, logits: str, side: int, gate: Gate) -> str:
    """Return the logits, further from 0 where the alpha is undecided over an area."""
    alpha = sketch.add("Sigmoid", [sketch.resize(logits, 1, GRID, antialias=True)])
    other = sketch.add("Sub", [sketch.constant(1), alpha])
    doubt = _around(sketch, sketch.add("Mul", [alpha, other]), UNDECIDED)
    factor = sketch.add("Mul", [sketch.resize(doubt, 1, side), sketch.constant(4 * gate.choice)])
    return sketch.add("Mul", [logits, sketch.add("Add", [factor, sketch.constant(1)])])


def _weights(sketch: Sketch, logits: Sequence[str], gate: Gate) -> str:
    """Return weights that add up to 1 over the experts, shape (1, experts, cells, cells)."""
    small = [sketch.resize(name, 1, GRID, antialias=True) for name in logits]
    maps = _clip(sketch, sketch.add("Concat", small, {"axis": 1}), CONFIDENT)
    alphas = sketch.add("Sigmoid", [maps])
    whole = sketch.add("Add", [_presence(sketch, alphas, gate), _agreement(sketch, alphas, gate)])
    place = sketch.add("Add", [_structure(sketch, alphas, gate), _decided(sketch, alphas, gate)])
    trust = sketch.add("Add", [whole, place])
    return sketch.add("Softmax", [trust], {"axis": 1})


def _presence(sketch: Sketch, alphas: str, gate: Gate) -> str:
    """Return the trust for having found something, shape (1, experts, 1, 1)."""
    area = sketch.add("ReduceMean", [alphas, sketch.constant(OVER_PIXELS, np.int64)])
    share = sketch.add("Mul", [area, sketch.constant(1 / PRESENT)])
    found = sketch.add("Min", [share, sketch.constant(1)])
    return sketch.add("Mul", [found, sketch.constant(gate.presence)])


def _agreement(sketch: Sketch, alphas: str, gate: Gate) -> str:
    """Return the trust for agreeing, and the prior, shape (1, experts, 1, 1). A Conv sums pairs."""
    experts = len(gate.prior)
    pairs = list(combinations(range(experts), 2))
    member = np.array([[i in pair for pair in pairs] for i in range(experts)], np.float32)
    kernel = member[:, :, np.newaxis, np.newaxis] * (gate.agreement / (experts - 1))
    overlaps = _overlaps(sketch, _closed(sketch, alphas), pairs)
    return sketch.add("Conv", [overlaps, sketch.constant(kernel), sketch.constant(gate.prior)])


def _overlaps(sketch: Sketch, alphas: str, pairs: Sequence[tuple[int, int]]) -> str:
    """Return each pair's soft intersection over union, shape (1, pairs, 1, 1); 0 of empty ones."""
    both = [
        sketch.add("Gather", [alphas, sketch.constant(chosen, np.int64)], {"axis": 1})
        for chosen in zip(*pairs, strict=True)
    ]
    pixels = sketch.constant(OVER_PIXELS, np.int64)
    common, union = (
        sketch.add("ReduceSum", [sketch.add(operator, both), pixels]) for operator in ("Min", "Max")
    )
    return sketch.add("Div", [common, sketch.add("Max", [union, sketch.constant(1)])])


def _structure(sketch: Sketch, alphas: str, gate: Gate) -> str:
    """Return `structure` times the standard deviation within cells, averaged over the
    surroundings: shape (1, experts, cells, cells)."""
    mean = _pool(sketch, alphas, GRID // CELLS)
    square = _pool(sketch, sketch.add("Mul", [alphas, alphas]), GRID // CELLS)
    variance = sketch.add("Sub", [square, sketch.add("Mul", [mean, mean])])
    spread = sketch.add("Sqrt", [sketch.add("Max", [variance, sketch.constant(1e-6)])])
    around = sketch.add(
        "AveragePool",
        [_pool(sketch, spread, POOL)],
        {"kernel_shape": [CONTEXT] * 2, "pads": [CONTEXT // 2] * 4},
    )
    return sketch.add(
        "Mul", [sketch.resize(around, len(gate.prior), CELLS), sketch.constant(gate.structure)]
    )


def _decided(sketch: Sketch, alphas: str, gate: Gate) -> str:
    """Return `decided` times |2a - 1| averaged over the surroundings: shape (1, experts, cells,
    cells). It is each pixel's, so that spokes are no less decided than what fills them."""
    twice = sketch.add("Mul", [alphas, sketch.constant(2)])
    distance = sketch.add("Abs", [sketch.add("Sub", [twice, sketch.constant(1)])])
    cells = _pool(sketch, distance, GRID // CELLS)
    return sketch.add("Mul", [_around(sketch, cells, DECIDED), sketch.constant(gate.decided)])


def _closed(sketch: Sketch, alphas: str) -> str:
    """Return the alphas closed by a square of `CLOSED` pixels: the lowest of the highest around."""
    lowest = sketch.add("Neg", [_highest(sketch, alphas)])
    return sketch.add("Neg", [_highest(sketch, lowest)])


def _highest(sketch: Sketch, name: str) -> str:
    """Return the maximum over `CLOSED` by `CLOSED` pixels around each, in two steps."""
    for kernel in ([CLOSED, 1], [1, CLOSED]):
        pads = [length // 2 for length in kernel] * 2
        name = sketch.add("MaxPool", [name], {"kernel_shape": kernel, "pads": pads})
    return name


def _around(sketch: Sketch, name: str, side: int) -> str:
    """Return the mean over `side` by `side` pixels around each, fewer at the border; in two steps,
    which cost less than one."""
    for kernel in ([side, 1], [1, side]):
        pads = [length // 2 for length in kernel] * 2
        name = sketch.add("AveragePool", [name], {"kernel_shape": kernel, "pads": pads})
    return name


def _pool(sketch: Sketch, name: str, size: int) -> str:
    attributes = {"kernel_shape": [size, size], "strides": [size, size]}
    return sketch.add("AveragePool", [name], attributes)


def _clip(sketch: Sketch, name: str, limit: float) -> str:
    return sketch.add("Clip", [name, sketch.constant(-limit), sketch.constant(limit)])
