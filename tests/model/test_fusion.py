"""`model.recipe.fusion` as a graph of its own: who is trusted where."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import onnxruntime as ort
import pytest
from onnx import TensorProto, helper

from model.recipe.fusion import fuse
from model.recipe.gate import Gate
from model.recipe.graph import OPSET
from model.recipe.graph_builder import GraphBuilder

SIDE = 256
GATE = Gate(
    presence=8.0,
    agreement=8.0,
    structure=5.0,
    decided=6.0,
    prior=(0.0, 0.0, 0.0),
    gain=1.5,
    choice=0.0,
)
MEAN = replace(GATE, presence=0.0, agreement=0.0, structure=0.0, decided=0.0)
"""All are trusted alike."""
Maps = npt.NDArray[np.float32]


def fused(maps: Sequence[Maps], gate: Gate = GATE) -> Maps:
    names = [f"expert_{index}" for index in range(len(maps))]
    builder = GraphBuilder()
    output = fuse(builder, names, SIDE, gate)
    graph = helper.make_graph(
        builder.nodes,
        "fusion",
        [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 1, *each.shape])
            for name, each in zip(names, maps, strict=True)
        ],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, [1, 1, SIDE, SIDE])],
        builder.constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=10)
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    feed = {name: each[np.newaxis, np.newaxis] for name, each in zip(names, maps, strict=True)}
    result: Maps = session.run([output], feed)[0][0, 0]
    return result


def even(logit: float) -> Maps:
    return np.full((SIDE, SIDE), logit, np.float32)


def alpha(logits: Maps) -> Maps:
    return (1 / (1 + np.exp(-logits))).astype(np.float32)


def square(top: int, left: int, size: int, side: int = SIDE) -> Maps:
    """Logits sure of a square object."""
    logits = np.full((side, side), -5, np.float32)
    logits[top : top + size, left : left + size] = 5
    return logits


def test_where_all_agree_the_result_is_theirs_times_the_gain() -> None:
    logits = square(64, 64, 128)
    assert np.allclose(fused([logits] * 3), 1.5 * logits, atol=1e-4)


def test_an_outlier_is_outvoted_whichever_it_is() -> None:
    right, wrong = square(32, 32, 96), square(140, 140, 96)
    for position in range(3):
        maps = [right, right]
        maps.insert(position, wrong)
        assert np.array_equal(fused(maps) > 0, right > 0), f"expert {position} has its way"


def test_a_prior_decides_between_equals() -> None:
    first, second = square(0, 0, 128), square(0, 64, 128)
    for prior, winner in (((9.0, 0.0), first), ((0.0, 9.0), second)):
        gate = replace(MEAN, agreement=8.0, prior=prior)
        assert np.array_equal(fused([first, second], gate) > 0, winner > 0)


def test_a_hole_with_structure_is_believed_an_empty_one_is_not() -> None:
    """One expert sees through a wheel between its spokes, the others fill it."""
    full = square(32, 32, 192)
    spokes, empty = full.copy(), full.copy()
    spokes[96:160, 96:160] = np.where(np.arange(64) // 2 % 2, 5, -5)
    empty[96:160, 96:160] = -5
    gate = replace(MEAN, structure=30.0)
    seen = fused([spokes, full, full], gate)[112:144, 112:144]
    filled = fused([empty, full, full], gate)[112:144, 112:144]
    assert 0.4 < (seen < 0).mean() < 0.6, "the gaps between the spokes are lost"
    assert (filled > 0).all(), "a hole that two deny was cut"


def test_maps_of_any_size_go_together() -> None:
    maps = [square(s // 4, s // 4, s // 2, s) for s in (512, 160, 384)]
    found = fused(maps) > 0
    assert found[68:188, 68:188].all()
    assert found.sum() == pytest.approx(128 * 128, rel=0.02)


def test_empty_maps_stay_empty() -> None:
    nothing = even(-40)
    assert np.isfinite(fused([nothing] * 3)).all()
    assert (fused([nothing] * 3) < -5).all()


def test_one_mad_logit_does_not_drown_the_others() -> None:
    mad = square(64, 64, 128)
    mad[0, 0] = 1e4
    sane = square(64, 64, 128)
    assert (fused([mad, sane, sane])[0, 0]) < 0


def test_the_only_one_that_found_something_is_believed() -> None:
    nothing, found = even(-9), square(64, 64, 128)
    for position in range(3):
        maps = [nothing, nothing]
        maps.insert(position, found)
        assert np.array_equal(fused(maps) > 0, found > 0), f"what expert {position} found is lost"
    deaf = replace(GATE, presence=0.0)
    assert not (fused([found, nothing, nothing], deaf) > 0).any(), "the presence decides nothing"


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_decided_expert_is_trusted_over_an_undecided_one(order: Sequence[int]) -> None:
    """Two agree with each other alike; the prior is for the undecided one."""
    maps = [(even(2), even(-1))[index] for index in order]
    prior = tuple((0.0, 1.0)[index] for index in order)
    gate = replace(MEAN, agreement=8.0, prior=prior)
    assert (fused(maps, gate) < 0).all(), "it takes no decidedness to win"
    found = fused(maps, replace(gate, decided=6.0))
    decidedness = 6 * (np.tanh(2 / 2) - np.tanh(1 / 2))
    weight = alpha(np.array(decidedness - 1, np.float32))
    assert np.allclose(found, 1.5 * (weight * 2 - (1 - weight)), atol=1e-3)
    assert (found > 0).all()


def test_decidedness_counts_around_the_place() -> None:
    """Each of two is sure of another half."""
    maps = [even(3), even(-1)]
    maps[0][:, SIDE // 2 :], maps[1][:, SIDE // 2 :] = 1, -3
    found = fused(maps, replace(MEAN, decided=20.0, prior=(0.0, 0.0)))
    assert (found[:, : SIDE // 4] > 1.5 * 2.8).all(), "who is sure of the left isn't believed there"
    assert (found[:, -SIDE // 4 :] < -1.5 * 2.8).all(), "who is sure of the right isn't"


@pytest.mark.parametrize("place", [(96, 96), (0, 0)])
@pytest.mark.parametrize("side_taken", [1, -1])
def test_an_area_on_which_experts_disagree_becomes_object_or_background(
    side_taken: int, place: tuple[int, int]
) -> None:
    (top, left), maps = place, [even(-5) for _ in range(3)]
    for each, logit in zip(maps, (5, -5, side_taken), strict=True):
        each[top : top + 64, left : left + 64] = logit
    inside = slice(top, top + 56), slice(left, left + 56)
    if top:
        inside = slice(top + 8, top + 56), slice(left + 8, left + 56)
    grey, chosen = (alpha(fused(maps, replace(MEAN, choice=c))) for c in (0.0, 4.0))
    assert (np.abs(grey[inside] - 0.5) < 0.2).all(), "it isn't grey without a choice"
    assert (np.abs(chosen[inside] - (side_taken > 0)) < 0.1).all()
    away = np.s_[SIDE // 4 * 3 :, SIDE // 4 * 3 :]
    assert np.abs(chosen[away] - grey[away]).max() < 1e-3, "what all agree on has changed"


@pytest.mark.parametrize("width", [2, 4])
def test_a_soft_edge_that_all_agree_on_hardly_changes(width: int) -> None:
    across = np.arange(SIDE) - SIDE / 2 + 0.5
    edge = np.tile(np.clip(across / width * 10, -5, 5), (SIDE, 1)).astype(np.float32)
    soft, chosen = (alpha(fused([edge] * 3, replace(GATE, choice=c))) for c in (0.0, 4.0))
    assert np.abs(chosen - soft).max() < 0.08


def test_a_choice_changes_no_side() -> None:
    rng = np.random.default_rng(0)
    maps = [
        np.kron(rng.normal(0, 3, (16, 16)), np.ones((16, 16))).astype(np.float32) for _ in "abc"
    ]
    before, after = (fused(maps, replace(GATE, choice=c)) for c in (0.0, 4.0))
    assert np.array_equal(before > 0, after > 0)
    assert (np.abs(after) >= np.abs(before) - 1e-5).all()
    assert (np.abs(after) <= 5 * np.abs(before) + 1e-5).all()
