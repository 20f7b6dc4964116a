"""`model.fusion` as a graph of its own: who is trusted where."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import onnxruntime as ort
import pytest
from onnx import TensorProto, helper

from model.fusion import fuse
from model.gate import Gate
from model.graph import OPSET
from model.sketch import Sketch

SIDE = 256
GATE = Gate(presence=8.0, agreement=8.0, structure=5.0, prior=(0.0, 0.0, 0.0), gain=1.5)
Maps = npt.NDArray[np.float32]


def fused(maps: Sequence[Maps], gate: Gate = GATE) -> Maps:
    names = [f"expert_{index}" for index in range(len(maps))]
    sketch = Sketch()
    output = fuse(sketch, names, SIDE, gate)
    graph = helper.make_graph(
        sketch.nodes,
        "fusion",
        [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 1, *each.shape])
            for name, each in zip(names, maps, strict=True)
        ],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, [1, 1, SIDE, SIDE])],
        sketch.constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=10)
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    feed = {name: each[np.newaxis, np.newaxis] for name, each in zip(names, maps, strict=True)}
    result: Maps = session.run([output], feed)[0][0, 0]
    return result


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
        gate = Gate(0.0, 8.0, 0.0, prior, 1.5)
        assert np.array_equal(fused([first, second], gate) > 0, winner > 0)


def test_a_hole_with_structure_is_believed_an_empty_one_is_not() -> None:
    """One expert sees through a wheel between its spokes, the others fill it."""
    full = square(32, 32, 192)
    spokes, empty = full.copy(), full.copy()
    spokes[96:160, 96:160] = np.where(np.arange(64) // 2 % 2, 5, -5)
    empty[96:160, 96:160] = -5
    gate = Gate(presence=0.0, agreement=0.0, structure=30.0, prior=(0.0, 0.0, 0.0), gain=1.5)
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
    nothing = np.full((SIDE, SIDE), -40, np.float32)
    assert np.isfinite(fused([nothing] * 3)).all()
    assert (fused([nothing] * 3) < -5).all()


def test_one_mad_logit_does_not_drown_the_others() -> None:
    mad = square(64, 64, 128)
    mad[0, 0] = 1e4
    sane = square(64, 64, 128)
    assert (fused([mad, sane, sane])[0, 0]) < 0


def test_the_only_one_that_found_something_is_believed() -> None:
    nothing, found = np.full((SIDE, SIDE), -9, np.float32), square(64, 64, 128)
    for position in range(3):
        maps = [nothing, nothing]
        maps.insert(position, found)
        assert np.array_equal(fused(maps) > 0, found > 0), f"what expert {position} found is lost"
    deaf = Gate(presence=0.0, agreement=8.0, structure=5.0, prior=(0.0, 0.0, 0.0), gain=1.5)
    assert not (fused([found, nothing, nothing], deaf) > 0).any(), "the presence decides nothing"
