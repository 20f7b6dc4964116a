"""`model.recipe.trust` beside the formula in numpy: who is trusted where, after both passes."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import onnxruntime as ort
import pytest
from numpy.lib.stride_tricks import sliding_window_view
from onnx import TensorProto, helper
from PIL import Image

from model.recipe.gate import CELLS, GATES, GRID, Gate, Review
from model.recipe.graph import IR_VERSION, OPSET
from model.recipe.graph_builder import GraphBuilder
from model.recipe.trust import weigh

Maps = npt.NDArray[np.float32]
ALIKE = Gate(0.0, 0.0, 0.0, 0.0, (0.0,) * 3, 1.75, 4.0)
"""All are trusted alike by the first pass."""


def weights(maps: Sequence[Maps], gate: Gate) -> Maps:
    """Return what the nodes give, shape (experts, cells, cells)."""
    names = [f"expert_{index}" for index in range(len(maps))]
    builder = GraphBuilder()
    output = weigh(builder, names, gate)
    graph = helper.make_graph(
        builder.nodes,
        "trust",
        [helper.make_tensor_value_info(n, TensorProto.FLOAT, [1, 1, GRID, GRID]) for n in names],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, [1, len(maps), CELLS, CELLS])],
        builder.constants,
    )
    opset = helper.make_opsetid("", OPSET)
    model = helper.make_model(graph, opset_imports=[opset], ir_version=IR_VERSION)
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    feed = {name: each[np.newaxis, np.newaxis] for name, each in zip(names, maps, strict=True)}
    found: Maps = session.run([output], feed)[0][0]
    return found


def formula(maps: Sequence[Maps], gate: Gate) -> Maps:
    """Return what the nodes should give, as the docstrings of `Gate` and `Review` have it."""
    logits = np.stack(maps).astype(np.float64)
    alphas = sigmoid(np.clip(logits, -8, 8))
    presence = gate.presence * np.minimum(alphas.mean((1, 2)) / 0.003, 1)
    spread = pool(np.sqrt(np.maximum(pool(alphas**2, 4) - pool(alphas, 4) ** 2, 1e-6)), 4)
    structure = gate.structure * enlarge(padded_mean(spread), CELLS)
    decided = gate.decided * around(pool(np.abs(2 * alphas - 1), 4), 17)
    evidence = presence[:, np.newaxis, np.newaxis] + structure + decided
    agreement = gate.agreement * overlap(np.stack([closed(each) for each in alphas]))
    first = softmax(evidence + column(agreement + gate.prior))
    review = gate.review
    if review is None:
        return first.astype(np.float32)
    cells = np.clip(pool(np.clip(logits, -8, 8), 4), -6, 6)
    fused = sigmoid(gate.gain * pool((first * cells).sum(0, keepdims=True), 2))
    distance = np.abs(pool(alphas, 8) - fused)
    trust = review.evidence * pool(evidence, 2)
    trust += column(review.agreement * agreement + review.prior)
    trust -= review.near * around(distance, 9) + review.far * around(distance, 25)
    return softmax(enlarge(trust, CELLS)).astype(np.float32)


def column(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return values[:, np.newaxis, np.newaxis]


def sigmoid(logits: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(1 / (1 + np.exp(-logits)))


def softmax(trust: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    raised = np.exp(trust - trust.max(0))
    return np.asarray(raised / raised.sum(0))


def pool(maps: npt.NDArray[np.float64], size: int) -> npt.NDArray[np.float64]:
    count, side = len(maps), maps.shape[1] // size
    return np.asarray(maps.reshape(count, side, size, side, size).mean((2, 4)))


def padded_mean(maps: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the mean over 3 by 3, of the fields there are."""
    return around(maps, 3)


def around(maps: npt.NDArray[np.float64], side: int) -> npt.NDArray[np.float64]:
    """Return the mean over the pixels around that there are."""
    half = side // 2
    padded = np.pad(maps, ((0, 0), (half, half), (half, half)), constant_values=np.nan)
    return np.asarray(np.nanmean(sliding_window_view(padded, (side, side), (1, 2)), (3, 4)))


def closed(alpha: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the alpha closed by a square of 25 pixels."""

    def highest(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        for axis in (0, 1):
            pads = [(12, 12) if each == axis else (0, 0) for each in (0, 1)]
            padded = np.pad(values, pads, constant_values=-np.inf)
            values = sliding_window_view(padded, 25, axis).max(-1)
        return values

    return -highest(-highest(alpha))


def overlap(maps: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return each map's mean intersection over union with the others."""
    found = np.zeros((len(maps), len(maps)))
    for one in range(len(maps)):
        for other in range(len(maps)):
            common, union = (f(maps[one], maps[other]).sum() for f in (np.minimum, np.maximum))
            found[one, other] = (one != other) * common / max(union, 1)
    return np.asarray(found.sum(1) / (len(maps) - 1))


def enlarge(maps: npt.NDArray[np.float64], side: int) -> npt.NDArray[np.float64]:
    return np.stack(
        [
            np.asarray(
                Image.fromarray(each.astype(np.float32)).resize(
                    (side, side), Image.Resampling.BILINEAR
                )
            )
            for each in maps
        ]
    ).astype(np.float64)


def square(top: int, left: int, size: int) -> Maps:
    """Return logits that are sure of a square object."""
    logits = np.full((GRID, GRID), -5, np.float32)
    logits[top : top + size, left : left + size] = 5
    return logits


def blotches(seed: int, count: int) -> list[Maps]:
    """Return maps that share an object, and have blotches and noise of their own."""
    rng, maps = np.random.default_rng(seed), []
    for _ in range(count):
        coarse = rng.normal(0, 3, (16, 16)).astype(np.float32)
        own = Image.fromarray(coarse).resize((GRID, GRID), Image.Resampling.BICUBIC)
        noise = rng.normal(0, 1, (GRID, GRID)).astype(np.float32)
        maps.append(0.8 * square(60, 80, 110) + np.asarray(own) + noise)
    return maps


@pytest.mark.parametrize("name", GATES)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_nodes_compute_the_formula(name: str, seed: int) -> None:
    gate = GATES[name]
    maps = blotches(seed, len(gate.prior))
    for each in (gate, replace(gate, review=None)):
        expected = formula(maps, each)
        assert expected.max(0).std() > 0.02, "all are trusted alike everywhere"
        assert np.abs(weights(maps, each) - expected).max() < 1e-4


def test_a_second_pass_changes_the_weights() -> None:
    gate = GATES["fast"]
    maps = blotches(0, len(gate.prior))
    apart = weights(maps, gate) - weights(maps, replace(gate, review=None))
    assert np.abs(apart).mean() > 0.01


@pytest.mark.parametrize(("near", "far"), [(5.0, 0.0), (0.0, 5.0)])
@pytest.mark.parametrize("position", range(3))
def test_an_expert_loses_trust_around_the_place_where_it_is_far_from_the_others(
    position: int, near: float, far: float
) -> None:
    """Only one of three sees a second object, on the right."""
    gate = replace(ALIKE, review=Review(0.0, 0.0, near, far, (0.0,) * 3))
    shared, alone = square(16, 16, 64), square(160, 180, 48)
    maps = [shared, shared]
    maps.insert(position, np.maximum(shared, alone))
    found = weights(maps, gate)
    there, elsewhere = found[position, 46, 50], found[position, 10, 10]
    assert there < 0.27, "it is trusted where it is alone"
    assert abs(elsewhere - 1 / 3) < 0.04, "it is not trusted where all agree"
    assert np.allclose(found.sum(0), 1, atol=1e-5)


def test_the_far_surroundings_reach_further_than_the_near_ones() -> None:
    maps = [square(16, 16, 64)] * 2 + [np.maximum(square(16, 16, 64), square(160, 180, 48))]
    near, far = (
        weights(maps, replace(ALIKE, review=Review(0.0, 0.0, *each, (0.0,) * 3)))[2]
        for each in ((5.0, 0.0), (0.0, 5.0))
    )
    assert near[22, 50] == pytest.approx(1 / 3, abs=0.01)
    assert far[22, 50] < 0.3


def test_the_second_pass_has_a_prior_of_its_own() -> None:
    gate = replace(ALIKE, review=Review(0.0, 0.0, 0.0, 0.0, (1.0, 0.0, -1.0)))
    found = weights([square(16, 16, 64)] * 3, gate)
    expected = softmax(np.array([1.0, 0.0, -1.0]))
    assert np.allclose(found, column(expected), atol=1e-5)


@pytest.mark.parametrize("name", GATES)
def test_a_gate_of_some_experts_has_their_priors_in_both_passes(name: str) -> None:
    gate = GATES[name]
    assert gate.of(range(len(gate.prior))) == gate
    part = gate.of([1, 0])
    assert part.prior == (gate.prior[1], gate.prior[0])
    assert part.review
    assert gate.review
    assert part.review.prior == (gate.review.prior[1], gate.review.prior[0])
    assert replace(gate, review=None).of([1]).review is None
    assert weights(blotches(0, 2), part).shape == (2, CELLS, CELLS)
