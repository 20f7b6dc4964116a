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
