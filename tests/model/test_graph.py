"""Tests of `model.recipe.graph` on small graphs built like the published ones: fp16 weights between
casts, sizes computed at run time, more outputs than wanted."""

import numpy as np
import numpy.typing as npt
import onnxruntime as ort
import pytest
from onnx import ModelProto, NodeProto, TensorProto, ValueInfoProto, checker, helper, numpy_helper

from model.recipe.graph import GraphError, parameters, prepare

SIDE = 8
RANDOM = np.random.default_rng(7)
KERNEL = RANDOM.standard_normal((4, 3, 3, 3)).astype(np.float16)
SIZE_CHAIN = [
    helper.make_node("Shape", ["features"], ["shape"]),
    helper.make_node("Slice", ["shape", "zero", "two"], ["batch_and_channels"]),
    helper.make_node("Concat", ["batch_and_channels", "target"], ["sizes"], axis=0),
]
"""What torch exports for ``interpolate(features, size=...)``."""


def published(target: int = 2 * SIDE) -> ModelProto:
    """conv → resize to `target` → sigmoid, casts on both sides; two outputs more."""
    nodes: list[NodeProto] = [
        helper.make_node("Cast", ["input"], ["half"], to=TensorProto.FLOAT16),
        helper.make_node("Conv", ["half", "kernel"], ["features"], pads=[1, 1, 1, 1]),
        helper.make_node("Constant", [], ["one"], value=constant(np.float16(1))),
        helper.make_node("Add", ["features", "one"], ["shifted"]),
        helper.make_node("Cast", ["shifted"], ["wide"], to=TensorProto.FLOAT),
        *SIZE_CHAIN,
        helper.make_node(
            "Resize",
            ["wide", "", "", "sizes"],
            ["large"],
            name="upsample",
            mode="linear",
            coordinate_transformation_mode="half_pixel",
            nearest_mode="floor",
        ),
        helper.make_node("Cast", ["large"], ["large_half"], to=TensorProto.FLOAT16),
        helper.make_node("Sigmoid", ["large_half"], ["alpha_half"]),
        helper.make_node("Cast", ["alpha_half"], ["output"], to=TensorProto.FLOAT),
        helper.make_node("Cast", ["features"], ["side"], to=TensorProto.FLOAT),
    ]
    initializers = [
        numpy_helper.from_array(KERNEL, "kernel"),
        numpy_helper.from_array(np.array([0]), "zero"),
        numpy_helper.from_array(np.array([2]), "two"),
        numpy_helper.from_array(np.array([target, target]), "target"),
    ]
    outputs = [floats("output", (1, 4, target, target)), floats("side", (1, 4, SIDE, SIDE))]
    return assemble(nodes, initializers, outputs)


def assemble(
    nodes: list[NodeProto], initializers: list[TensorProto], outputs: list[ValueInfoProto]
) -> ModelProto:
    graph = helper.make_graph(nodes, "small", [floats("input", (1, 3, SIDE, SIDE))], outputs)
    graph.initializer.extend(initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8)
    checker.check_model(model, full_check=True)
    return model


def floats(name: str, shape: tuple[int, ...]) -> ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def constant(value: np.float16) -> TensorProto:
    return numpy_helper.from_array(np.array(value), "value")


def run(model: ModelProto) -> npt.NDArray[np.float32]:
    picture = np.random.default_rng(1).random((1, 3, SIDE, SIDE), dtype=np.float32)
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    result: npt.NDArray[np.float32] = session.run(["output"], {"input": picture})[0]
    return result


@pytest.fixture(scope="module")
def prepared() -> ModelProto:
    return prepare(published())


def operators(model: ModelProto) -> list[str]:
    return [node.op_type for node in model.graph.node]


def test_result_is_a_valid_model(prepared: ModelProto) -> None:
    checker.check_model(prepared, full_check=True)


def test_fp16_is_expanded(prepared: ModelProto) -> None:
    types = {item.name: item.data_type for item in prepared.graph.initializer}
    assert types["kernel"] == TensorProto.FLOAT, "the kernel isn't fp32"
    assert TensorProto.FLOAT16 not in types.values(), f"fp16 left in {types}"
    inner = {item.type.tensor_type.elem_type for item in prepared.graph.value_info}
    assert TensorProto.FLOAT16 not in inner, "a tensor between nodes is still fp16"


def test_weights_keep_their_values(prepared: ModelProto) -> None:
    (kernel,) = (item for item in prepared.graph.initializer if item.name == "kernel")
    assert np.array_equal(numpy_helper.to_array(kernel), KERNEL.astype(np.float32))


def test_only_the_first_output_stays(prepared: ModelProto) -> None:
    assert [item.name for item in prepared.graph.output] == ["output"]


def test_casts_and_size_chains_are_gone(prepared: ModelProto) -> None:
    assert operators(prepared) == ["Conv", "Constant", "Add", "Resize", "Sigmoid"]


def test_nothing_spare_stays(prepared: ModelProto) -> None:
    used = {name for node in prepared.graph.node for name in node.input}
    spare = {item.name for item in prepared.graph.initializer} - used
    assert not spare, f"initializers that no node reads: {spare}"


def test_resize_doubles_by_a_constant(prepared: ModelProto) -> None:
    (resize,) = (node for node in prepared.graph.node if node.op_type == "Resize")
    scales = {item.name: numpy_helper.to_array(item) for item in prepared.graph.initializer}
    assert scales[resize.input[2]].tolist() == [1, 1, 2, 2]
    kept = sorted(attribute.name for attribute in resize.attribute)
    assert kept == ["coordinate_transformation_mode", "mode"]


def test_numbers_stay_equal(prepared: ModelProto) -> None:
    difference = np.abs(run(published()) - run(prepared)).max()
    assert difference < 2e-3, f"fp16 rounding explains 0.002 of an alpha, not {difference}"


def test_the_given_model_is_left_alone() -> None:
    model = published()
    before = model.SerializeToString()
    prepare(model)
    assert model.SerializeToString() == before, "prepare changed its argument"


def test_parameters_are_the_weights_only(prepared: ModelProto) -> None:
    assert parameters(prepared) == KERNEL.size, "the scales of Resize are no weights"


def test_any_whole_factor_is_kept() -> None:
    assert run(prepare(published(target=4 * SIDE))).shape == (1, 4, 4 * SIDE, 4 * SIDE)


def test_a_factor_that_is_not_whole_is_refused() -> None:
    with pytest.raises(GraphError, match=r"upsample: .* is not a multiple"):
        prepare(published(target=SIDE + SIDE // 2))


def test_a_cast_from_integers_stays() -> None:
    nodes = [
        helper.make_node("Cast", ["count"], ["factor"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["input", "factor"], ["output"]),
    ]
    count = numpy_helper.from_array(np.array(3), "count")
    model = assemble(nodes, [count], [floats("output", (1, 3, SIDE, SIDE))])
    assert operators(prepare(model)) == ["Cast", "Mul"]
    assert np.array_equal(run(prepare(model)), run(model))
