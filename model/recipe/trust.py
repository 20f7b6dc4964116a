"""Append the nodes that weigh the experts: who is trusted where.

Experts err in ways of their own, so where one is wrong the others tend to agree against it. An
expert is trusted by how much it agrees with the others over the whole picture (soft intersection
over union), more where its own alpha is finely structured (a network that draws spokes, holes and
hair has seen them), and more where it is decided. An expert with an empty mask gets next to no
weight if another found an object. A second pass then takes trust from those that are far from what
the first one fused, around the place.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from model.recipe.gate import (
    CELLS,
    CLIP,
    CLOSED,
    CONFIDENT,
    CONTEXT,
    DECIDED,
    FAR,
    GRID,
    NEAR,
    POOL,
    PRESENT,
    Gate,
    Review,
)
from model.recipe.graph_builder import GraphBuilder

OVER_PIXELS = [2, 3]
BLOCK = 2
"""The second pass sees blocks of 2 by 2 cells."""


@dataclass(frozen=True)
class Terms:
    """Hold the names of the terms that the second pass adds up.

    Their shape is (1, experts, blocks, blocks); that of the agreement is (1, experts, 1, 1).
    """

    evidence: str
    agreement: str
    near: str
    far: str


def weigh(builder: GraphBuilder, logits: Sequence[str], gate: Gate) -> str:
    """Return weights that add up to 1 over the experts, shape (1, experts, cells, cells)."""
    first = _look(builder, logits, gate)
    if gate.review is None:
        return first.weights
    trust = _reviewed(builder, _terms(builder, first, gate), gate.review)
    cells = builder.resize(trust, len(logits), CELLS)
    return builder.add("Softmax", [cells], {"axis": 1})


def review_terms(builder: GraphBuilder, logits: Sequence[str], gate: Gate) -> Terms:
    """Return what the second pass adds up, which `model.recipe.fit_review` weighs."""
    return _terms(builder, _look(builder, logits, gate), gate)


def around(builder: GraphBuilder, name: str, side: int) -> str:
    """Return the mean over `side` by `side` pixels around each, fewer at the border.

    It is computed in two steps, which cost less than one.
    """
    for kernel in ([side, 1], [1, side]):
        pads = [length // 2 for length in kernel] * 2
        name = builder.add("AveragePool", [name], {"kernel_shape": kernel, "pads": pads})
    return name


def clip(builder: GraphBuilder, name: str, limit: float) -> str:
    """Limit a tensor to -`limit`..`limit` and return the result's name."""
    return builder.add("Clip", [name, builder.constant(-limit), builder.constant(limit)])


@dataclass(frozen=True)
class _First:
    """Hold the names of the first pass's results.

    Their shape is (1, experts, cells, cells); that of the agreement is (1, experts, 1, 1).
    """

    logits: str
    alphas: str
    evidence: str
    agreement: str
    weights: str


def _look(builder: GraphBuilder, logits: Sequence[str], gate: Gate) -> _First:
    small = [builder.resize(name, 1, GRID, antialias=True) for name in logits]
    maps = clip(builder, builder.add("Concat", small, {"axis": 1}), CONFIDENT)
    alphas = builder.add("Sigmoid", [maps])
    mean = _pool(builder, alphas, GRID // CELLS)
    place = builder.add(
        "Add", [_structure(builder, alphas, mean, gate), _decided(builder, alphas, gate)]
    )
    evidence = builder.add("Add", [_presence(builder, alphas, gate), place])
    agreement = _agreement(builder, alphas, gate)
    whole = builder.add("Add", [agreement, _each(builder, gate.prior)])
    weights = builder.add("Softmax", [builder.add("Add", [evidence, whole])], {"axis": 1})
    cells = clip(builder, _pool(builder, maps, GRID // CELLS), CLIP)
    return _First(cells, mean, evidence, agreement, weights)


def _terms(builder: GraphBuilder, first: _First, gate: Gate) -> Terms:
    distance = _distance(builder, first, gate)
    return Terms(
        evidence=_pool(builder, first.evidence, BLOCK),
        agreement=first.agreement,
        near=around(builder, distance, NEAR),
        far=around(builder, distance, FAR),
    )


def _distance(builder: GraphBuilder, first: _First, gate: Gate) -> str:
    """Return how far each expert's alpha is from that of the first pass, 0..1.

    The shape is (1, experts, blocks, blocks).
    """
    weighted = builder.add("Mul", [first.weights, first.logits])
    total = builder.add("ReduceSum", [weighted, builder.constant([1], np.int64)])
    logits = builder.add("Mul", [_pool(builder, total, BLOCK), builder.constant(gate.gain)])
    fused = builder.add("Sigmoid", [logits])
    return builder.add("Abs", [builder.add("Sub", [_pool(builder, first.alphas, BLOCK), fused])])


def _reviewed(builder: GraphBuilder, terms: Terms, review: Review) -> str:
    """Return the trust after the second pass, shape (1, experts, blocks, blocks)."""
    trust = _each(builder, review.prior)
    weighted = (
        (terms.agreement, review.agreement),
        (terms.evidence, review.evidence),
        (terms.near, -review.near),
        (terms.far, -review.far),
    )
    for name, weight in weighted:
        term = builder.add("Mul", [name, builder.constant(weight)])
        trust = builder.add("Add", [trust, term])
    return trust


def _each(builder: GraphBuilder, values: Sequence[float]) -> str:
    """Return a constant with a value for each expert, shape (1, experts, 1, 1)."""
    return builder.constant(np.reshape(values, (1, -1, 1, 1)))


def _presence(builder: GraphBuilder, alphas: str, gate: Gate) -> str:
    """Return the trust for having found something, shape (1, experts, 1, 1)."""
    area = builder.add("ReduceMean", [alphas, builder.constant(OVER_PIXELS, np.int64)])
    share = builder.add("Mul", [area, builder.constant(1 / PRESENT)])
    found = builder.add("Min", [share, builder.constant(1)])
    return builder.add("Mul", [found, builder.constant(gate.presence)])


def _agreement(builder: GraphBuilder, alphas: str, gate: Gate) -> str:
    """Return the trust for agreeing, shape (1, experts, 1, 1). A Conv sums pairs."""
    experts = len(gate.prior)
    pairs = list(combinations(range(experts), 2))
    member = np.array([[i in pair for pair in pairs] for i in range(experts)], np.float32)
    kernel = member[:, :, np.newaxis, np.newaxis] * (gate.agreement / (experts - 1))
    overlaps = _overlaps(builder, _closed(builder, alphas), pairs)
    return builder.add("Conv", [overlaps, builder.constant(kernel)])


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


def _structure(builder: GraphBuilder, alphas: str, mean: str, gate: Gate) -> str:
    """Return `structure` times the standard deviation within cells, averaged over the surroundings.

    `mean` is the mean within cells. The shape is (1, experts, cells, cells).
    """
    square = _pool(builder, builder.add("Mul", [alphas, alphas]), GRID // CELLS)
    variance = builder.add("Sub", [square, builder.add("Mul", [mean, mean])])
    spread = builder.add("Sqrt", [builder.add("Max", [variance, builder.constant(1e-6)])])
    wide = builder.add(
        "AveragePool",
        [_pool(builder, spread, POOL)],
        {"kernel_shape": [CONTEXT] * 2, "pads": [CONTEXT // 2] * 4},
    )
    return builder.add(
        "Mul", [builder.resize(wide, len(gate.prior), CELLS), builder.constant(gate.structure)]
    )


def _decided(builder: GraphBuilder, alphas: str, gate: Gate) -> str:
    """Return `decided` times |2a - 1| averaged over the surroundings.

    The shape is (1, experts, cells, cells). |2a - 1| is taken of each pixel, so that spokes are no
    less decided than what fills them.
    """
    twice = builder.add("Mul", [alphas, builder.constant(2)])
    distance = builder.add("Abs", [builder.add("Sub", [twice, builder.constant(1)])])
    cells = _pool(builder, distance, GRID // CELLS)
    return builder.add("Mul", [around(builder, cells, DECIDED), builder.constant(gate.decided)])


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


def _pool(builder: GraphBuilder, name: str, size: int) -> str:
    attributes = {"kernel_shape": [size, size], "strides": [size, size]}
    return builder.add("AveragePool", [name], attributes)
