"""Wrap networks of many kinds, or refuse them in one line (docs/own-network.md)."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper
from onnx.helper import make_node

from cutout.choices import Model
from cutout.pictures import Picture
from cutout.segment.network import Network
from model.recipe import trial
from model.recipe.graph import GraphError
from model.recipe.own_network import modernise, tidy
from model.recipe.wrap import Convention, ConventionError, wrap, write_folder
from tests.own_networks import PLAIN, SIDE, half_red, network, redness, require_left_half

WEIGHT = np.array([1, -1, 0], np.float32).reshape(1, 3, 1, 1)
CONV = make_node("Conv", ["x", "w"], ["y"], "conv")


def red_then(*nodes: NodeProto, opset: int = 18, **weights: Any) -> ModelProto:
    """Return a network that finds what is red, ``red``, and goes on from there to ``y``."""
    conv = make_node("Conv", ["x", "w"], ["red"], "conv")
    return network([conv, *nodes], {"w": WEIGHT, **weights}, opset=opset)


def require_red(model: ModelProto, folder: Path, convention: Convention = PLAIN) -> None:
    """Check that a network that finds what is red still does so when it is wrapped."""
    onnx.save(model, folder / "network.onnx")
    write_folder(folder / "network.onnx", folder / "own", convention)
    require_left_half(Network(folder / "own", Model.AUTO, 1)(Picture(half_red())))


def test_logits_become_an_alpha(tmp_path: Path) -> None:
    """Red gives a logit of 10, white one of -10."""
    convention = Convention((0.5, 0.0, 0.0), (0.05, 0.05, 1.0), logits=True)
    require_red(redness(), tmp_path, convention)


def test_an_input_of_0_to_255_can_be_told(tmp_path: Path) -> None:
    """As docs/own-network.md tells it."""
    model = red_then(make_node("Div", ["red", "most"], ["y"]), most=np.float32(255))
    require_red(model, tmp_path, Convention((0, 0, 0), (0.00392157,) * 3))


@pytest.mark.parametrize("opset", [7, 13, 18, 21, 24])
def test_networks_of_other_opsets_are_wrapped(tmp_path: Path, opset: int) -> None:
    require_red(redness(opset=opset), tmp_path)


def upsample(mode: str) -> ModelProto:
    node = make_node("Upsample", ["red", "scales"], ["y"], mode=mode)
    return red_then(node, opset=9, scales=np.array([1, 1, 2, 2], np.float32))


def resize_10(mode: str) -> ModelProto:
    node = make_node("Resize", ["red", "scales"], ["y"], mode=mode)
    return red_then(node, opset=10, scales=np.array([1, 1, 2.5, 2.5], np.float32))


def resize_11(mode: str) -> ModelProto:
    """Resize to sizes, beside empty scales that are computed, as converters to fp16 do it."""
    nodes = [
        make_node("Cast", ["half"], ["scales"], to=TensorProto.FLOAT),
        make_node("Resize", ["red", "none", "scales", "sizes"], ["y"], mode=mode),
    ]
    sizes, none = np.array([1, 1, 96, 96], np.int64), np.array([], np.float32)
    return red_then(*nodes, opset=11, none=none, half=none.astype(np.float16), sizes=sizes)


@pytest.mark.parametrize("mode", ["nearest", "linear"])
@pytest.mark.parametrize("make", [upsample, resize_10, resize_11])
def test_an_older_resize_gives_the_same(make: Callable[[str], ModelProto], mode: str) -> None:
    older = tidy(make(mode))
    feed = np.random.default_rng(1).random((1, 3, SIDE, SIDE), np.float32)
    expected, found = (trial.run(each, feed, "y") for each in (older, modernise(older)))
    assert np.array_equal(found, expected)


def test_a_network_that_changes_in_the_conversion_is_refused() -> None:
    """The older Resize rounds up where it shrinks; the newer one has been told to round down."""
    node = make_node("Resize", ["red", "scales"], ["y"], mode="nearest")
    older = red_then(node, opset=10, scales=np.array([1, 1, 0.4, 0.4], np.float32))
    with pytest.raises(GraphError, match=r"results change .* opset 10 to 18: export it"):
        wrap(older, PLAIN)


def sparse(opset: int) -> ModelProto:
    """Return a network with sparse weights, which the converter to newer opsets doesn't know."""
    model = network([CONV], opset=opset)
    values = numpy_helper.from_array(np.array([1, -1], np.float32), "w")
    places = numpy_helper.from_array(np.array([0, 1]), "places")
    shape = list(WEIGHT.shape)
    model.graph.sparse_initializer.append(helper.make_sparse_tensor(values, places, shape))
    return model


def test_sparse_weights_stay(tmp_path: Path) -> None:
    require_red(sparse(18), tmp_path)


def test_a_network_that_cannot_be_converted_is_refused() -> None:
    with pytest.raises(GraphError, match="from opset 17 to 18; export it with opset 18: "):
        wrap(sparse(17), PLAIN)


def test_nodes_in_any_order_are_sorted(tmp_path: Path) -> None:
    model = red_then(make_node("Relu", ["red"], ["less"]), make_node("Sqrt", ["less"], ["y"]))
    nodes = list(model.graph.node)[::-1]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    require_red(model, tmp_path)


def test_nodes_in_a_circle_are_refused() -> None:
    nodes = [make_node("Add", ["red", "b"], ["y"]), make_node("Relu", ["y"], ["b"])]
    with pytest.raises(GraphError, match="circle"):
        wrap(red_then(*nodes), PLAIN)


@pytest.mark.parametrize("opset", [17, 18])
def test_local_functions_are_inlined(tmp_path: Path, opset: int) -> None:
    model = red_then(make_node("Twice", ["red"], ["y"], domain="my"), opset=opset)
    imports = [helper.make_opsetid("", opset)]
    twice = [make_node("Add", ["a", "a"], ["b"])]
    model.functions.append(helper.make_function("my", "Twice", ["a"], ["b"], twice, imports))
    model.opset_import.append(helper.make_opsetid("my", 1))
    require_red(model, tmp_path)


@pytest.mark.parametrize(("ir", "opset"), [(3, 9), (3, 18), (8, 18)])
@pytest.mark.parametrize("first", [True, False])
def test_weights_may_be_inputs(tmp_path: Path, ir: int, opset: int, *, first: bool) -> None:
    model = network([CONV], {"w": WEIGHT}, opset=opset, ir=ir)
    model.graph.input.insert(
        0 if first else 1, helper.make_tensor_value_info("w", TensorProto.FLOAT, WEIGHT.shape)
    )
    require_red(model, tmp_path)


@pytest.mark.parametrize("opset", [11, 18])
def test_a_branch_may_use_a_weight_from_outside(tmp_path: Path, opset: int) -> None:
    kinds = {"then_branch": "Mul", "else_branch": "Div"}
    branches = {
        name: helper.make_graph(
            [make_node(kind, ["red", "one"], [kind])],
            name,
            [],
            [helper.make_tensor_value_info(kind, TensorProto.FLOAT, None)],
        )
        for name, kind in kinds.items()
    }
    choice = make_node("If", ["so"], ["y"], **branches)
    require_red(red_then(choice, opset=opset, so=np.array(True), one=np.float32(1)), tmp_path)


def test_a_domain_may_be_written_out(tmp_path: Path) -> None:
    model = redness()
    model.opset_import[0].domain = model.graph.node[0].domain = "ai.onnx"
    require_red(model, tmp_path)


Shape = Sequence[int | str | None] | None


@pytest.mark.parametrize(
    ("kind", "shape", "told"),
    [
        (TensorProto.FLOAT, ("n", "h", "w", 3), r"float32 of shape \(n, h, w, 3\).+NHWC"),
        (TensorProto.FLOAT, (1, 64, 64, 3), r"float32 of shape \(1, 64, 64, 3\).+NHWC"),
        (TensorProto.FLOAT16, (1, 3, 64, 64), r"'x' is float16 of shape \(1, 3, 64, 64\)"),
        (TensorProto.UINT8, (1, 3, None, None), r"'x' is uint8 of shape \(1, 3, any, any\)"),
        (TensorProto.FLOAT, (4, 3, 64, 64), r"'x' is float32 of shape \(4, 3, 64, 64\)"),
        (TensorProto.FLOAT, (1, 4, 64, 64), r"'x' is float32 of shape \(1, 4, 64, 64\)"),
        (TensorProto.FLOAT, (3, 64, 64), r"'x' is float32 of shape \(3, 64, 64\)"),
        (TensorProto.FLOAT, None, "'x' has no shape"),
        (TensorProto.FLOAT, (1, 3, 320, 480), "320 x 480 pixels; only squares"),
        (TensorProto.FLOAT, (1, 3, "h", "w"), "choose one with --side"),
    ],
)
def test_another_input_is_named(kind: int, shape: Shape, told: str) -> None:
    with pytest.raises(GraphError, match=told):
        wrap(network([CONV], {"w": WEIGHT}, takes=(kind, shape)), PLAIN)


@pytest.mark.parametrize(
    ("nodes", "found"),
    [
        ([make_node("Concat", ["red", "red"], ["y"], axis=1)], r"float32 of shape \(1, 2, 64, 64"),
        ([make_node("Expand", ["red", "three"], ["y"])], r"float32 of shape \(1, 3, 64, 64"),
        ([make_node("Squeeze", ["red", "one"], ["y"])], r"float32 of shape \(1, 64, 64\)"),
        (
            [make_node("Transpose", ["red"], ["y"], perm=[0, 2, 3, 1])],
            r"float32 of shape \(1, 64, 64, 1\)",
        ),
        ([make_node("Cast", ["red"], ["y"], to=TensorProto.FLOAT16)], "float16 of shape"),
        ([make_node("Cast", ["red"], ["y"], to=TensorProto.UINT8)], "uint8 of shape"),
        ([make_node("Cast", ["red"], ["y"], to=TensorProto.INT64)], "int64 of shape"),
        ([make_node("SequenceConstruct", ["red"], ["y"])], "no tensor"),
    ],
)
def test_another_output_is_named(nodes: list[NodeProto], found: str) -> None:
    model = red_then(*nodes, one=np.array([1]), three=np.array([1, 3, 1, 1]))
    model.graph.output[0].ClearField("type")
    with pytest.raises(GraphError, match=rf"must give float32 of shape .*'y' is {found}"):
        wrap(model, PLAIN)


def test_a_side_that_the_network_cannot_take_is_refused() -> None:
    model = red_then(make_node("Add", ["red", "all"], ["y"]), all=np.zeros((64, 64), np.float32))
    for length in model.graph.input[0].type.tensor_type.shape.dim[2:]:
        length.dim_param = "any"
    wrap(model, Convention(*IDENTITY, side=64))
    with pytest.raises(GraphError, match=r"can't take a picture of shape \(1, 3, 32, 32\)"):
        wrap(model, Convention(*IDENTITY, side=32))


IDENTITY = (PLAIN.mean, PLAIN.deviation)


@pytest.mark.parametrize(
    "given",
    [
        {"deviation": (0.0, 1.0, 1.0)},
        {"deviation": (1.0, -1.0, 1.0)},
        {"mean": (float("nan"), 0.0, 0.0)},
        {"side": 0},
        {"side": -64},
        {"side": 100_000},
    ],
)
def test_an_impossible_convention_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ConventionError, match=f"--{next(iter(given))} takes"):
        Convention(**given)


def test_a_side_is_chosen_for_a_network_that_takes_any(tmp_path: Path) -> None:
    require_red(redness("side"), tmp_path, Convention(*IDENTITY, side=32))


def test_a_side_other_than_the_networks_is_refused() -> None:
    with pytest.raises(GraphError, match="side is fixed at 64: leave out --side 32"):
        wrap(redness(), Convention(side=32))


def outputs() -> ModelProto:
    nodes = [CONV, make_node("Neg", ["y"], ["z"])]
    return network(nodes, {"w": WEIGHT}, gives=("z", "y"))


def test_one_of_several_outputs_is_chosen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    require_red(outputs(), tmp_path, Convention(*IDENTITY, output="y"))
    assert "Note" not in capsys.readouterr().err


def test_outputs_are_listed_where_none_is_chosen(capsys: pytest.CaptureFixture[str]) -> None:
    wrap(outputs(), PLAIN)
    assert "outputs z, y. The first is used" in capsys.readouterr().err
    with pytest.raises(GraphError, match="no output mask; it has z, y"):
        wrap(outputs(), Convention(output="mask"))


@pytest.mark.parametrize(
    ("last", "logits", "told"),
    [
        ("Sigmoid", False, ""),
        ("Exp", False, "not 0..1. If they are logits, add --logits"),
        ("Exp", True, ""),
        ("Log", False, "gave NaN"),
    ],
)
def test_values_that_are_no_alpha_are_warned_of(
    capsys: pytest.CaptureFixture[str], last: str, told: str, *, logits: bool
) -> None:
    wrap(red_then(make_node(last, ["red"], ["y"])), Convention(logits=logits))
    found = capsys.readouterr().err
    assert (told in found) if told else not found
