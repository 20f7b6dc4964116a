from pathlib import Path

import numpy as np
import onnxruntime as ort
from onnx import ModelProto, TensorProto, helper, numpy_helper

from model.recipe.shared_weights import WEIGHTS, save_with_shared_weights


def adder(values: np.ndarray[tuple[int], np.dtype[np.float32]]) -> ModelProto:
    node = helper.make_node("Add", ["input", "weight"], ["output"])
    shape = [len(values)]
    graph = helper.make_graph(
        [node],
        "adder",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, shape)],
        [numpy_helper.from_array(values, "weight")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)


def test_what_two_models_share_is_stored_once_and_both_still_run(tmp_path: Path) -> None:
    common = np.arange(5000, dtype=np.float32)
    own = np.arange(700, dtype=np.float32) * 3
    models = {"a": adder(common), "b": adder(common.copy()), "c": adder(own)}
    save_with_shared_weights(models, tmp_path)
    stored = (tmp_path / WEIGHTS).stat().st_size
    assert common.nbytes + own.nbytes <= stored < common.nbytes + own.nbytes + 128
    for name, weight in (("a", common), ("b", common), ("c", own)):
        session = ort.InferenceSession(
            tmp_path / f"{name}.onnx", providers=["CPUExecutionProvider"]
        )
        result = session.run(None, {"input": np.ones_like(weight)})[0]
        assert np.array_equal(result, weight + 1), f"{name} has another one's weights"


def test_weights_are_stored_in_the_order_of_their_experts(tmp_path: Path) -> None:
    values = {name: np.full(500, ord(name), np.float32) for name in "abc"}
    for folder, names in (("one", "abc"), ("other", "cab")):
        models = {name: adder(values[name]) for name in names}
        for name, model in models.items():
            prefix_weight(model, f"{name}/")
        (tmp_path / folder).mkdir()
        save_with_shared_weights(models, tmp_path / folder, ["b", "a"])
    one, other = ((tmp_path / folder / WEIGHTS).read_bytes() for folder in ("one", "other"))
    assert one == other
    stored = np.frombuffer(one, np.float32)
    assert [chr(int(each)) for each in dict.fromkeys(stored[stored > 0].tolist())] == [
        "b",
        "a",
        "c",
    ]


def prefix_weight(model: ModelProto, prefix: str) -> None:
    model.graph.initializer[0].name = f"{prefix}weight"
    model.graph.node[0].input[1] = f"{prefix}weight"
