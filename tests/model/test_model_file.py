"""The shipped network is the one that the manifest and the card describe."""

from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime as ort
import pytest
from onnx import ModelProto, numpy_helper

from model import card, manifest, weights

FOLDER = Path(manifest.__file__).parent
MANIFEST = manifest.read(FOLDER / manifest.NAME)
PATH = FOLDER / str(MANIFEST["file"])


@pytest.fixture(scope="module")
def model() -> ModelProto:
    return onnx.load(PATH)


@pytest.fixture(scope="module")
def tensors(model: ModelProto) -> dict[str, npt.NDArray[Any]]:
    return {item.name: numpy_helper.to_array(item) for item in model.graph.initializer}


@pytest.fixture(scope="module")
def session() -> ort.InferenceSession:
    return ort.InferenceSession(PATH, providers=["CPUExecutionProvider"])


def kernels(model: ModelProto) -> dict[str, str]:
    """Name of each Conv → name of the tensor that its weights come from."""
    origin = {node.output[0]: node for node in model.graph.node}
    convs = [node for node in model.graph.node if node.op_type == "Conv"]
    return {
        conv.name: origin[conv.input[1]].input[0] if conv.input[1] in origin else conv.input[1]
        for conv in convs
    }


def test_file_is_the_one_in_the_manifest() -> None:
    content = PATH.read_bytes()
    assert sha256(content).hexdigest() == MANIFEST["sha256"], "the file isn't the manifest's"
    assert len(content) == MANIFEST["bytes"]


def test_file_is_small_enough() -> None:
    assert PATH.stat().st_size < 50_000_000, "over 50 MB"


def test_source_is_the_one_that_the_recipe_takes() -> None:
    assert MANIFEST["source"]["package"] == weights.PACKAGE
    assert MANIFEST["source"]["sha256"] == weights.DIGEST


def test_file_is_a_valid_model(model: ModelProto) -> None:
    onnx.checker.check_model(model, full_check=True)


def test_input_and_output(session: ort.InferenceSession) -> None:
    found = [(item.name, item.type, item.shape) for item in session.get_inputs()]
    assert found == [("input", "tensor(float)", [1, 3, 1024, 1024])]
    found = [(item.name, item.type, item.shape) for item in session.get_outputs()]
    assert found == [("output", "tensor(float)", [1, 1, 1024, 1024])], "one output, the alpha"


def test_manifest_tells_input_and_output() -> None:
    assert MANIFEST["input"] == {"type": "float", "shape": [1, 3, 1024, 1024]}
    assert MANIFEST["output"] == {"type": "float", "shape": [1, 1, 1024, 1024]}


def test_all_kernels_but_the_last_are_int8(
    model: ModelProto, tensors: dict[str, npt.NDArray[Any]]
) -> None:
    floating = [conv for conv, name in kernels(model).items() if tensors[name].dtype != np.int8]
    assert floating == ["/side1/Conv"], "only the Conv that makes the alpha stays in fp32"


def test_kernels_have_a_scale_for_each_channel(
    model: ModelProto, tensors: dict[str, npt.NDArray[Any]]
) -> None:
    names = set(kernels(model).values())
    for node in model.graph.node:
        if node.op_type == "DequantizeLinear" and node.input[0] in names:
            channels = tensors[node.input[0]].shape[0]
            assert tensors[node.input[1]].shape == (channels,), f"{node.name} isn't per channel"
            assert not tensors[node.input[2]].any(), f"{node.name} isn't symmetric"


def test_kernels_cannot_saturate(model: ModelProto, tensors: dict[str, npt.NDArray[Any]]) -> None:
    assert MANIFEST["weights"]["bits"] == 7
    for conv, name in kernels(model).items():
        if tensors[name].dtype == np.int8:
            largest = np.abs(tensors[name].astype(np.int16)).max()
            assert 2 * 255 * largest <= 32767, f"{conv} has a weight of {largest}"


def test_input_goes_back_to_bytes_exactly(tensors: dict[str, npt.NDArray[Any]]) -> None:
    assert tensors["input_scale"] == np.float32(1 / 256)
    assert tensors["input_zero_point"] == 128


def test_no_trace_of_the_machine_that_made_it() -> None:
    content = PATH.read_bytes()
    for trace in (b"/home/", b"/root/", b"/tmp/"):
        assert trace not in content, f"{trace!r} is in the file"


def test_alpha_of_a_disc(session: ort.InferenceSession) -> None:
    """A red disc on white is an object; what surrounds it isn't."""
    rows, columns = np.mgrid[:1024, :1024]
    disc = (rows - 512) ** 2 + (columns - 512) ** 2 < 300**2
    picture = np.full((1, 3, 1024, 1024), 127 / 256, np.float32)
    picture[0, 1:, disc] = -0.4
    alpha = session.run(["output"], {"input": picture})[0][0, 0]
    assert alpha.min() >= 0
    assert alpha.max() <= 1
    assert alpha[disc].mean() > 0.95, "the disc isn't seen"
    assert alpha[~disc].mean() < 0.05, "the ground isn't removed"


def test_int8_is_as_good_as_fp32() -> None:
    for name, quality in MANIFEST["figures"]["mean_absolute_error"].items():
        loss = quality["int8"] - quality["fp32"]
        assert loss <= 0.002, f"{name}: int8 loses {loss}"


def test_card_shows_the_figures() -> None:
    text = (FOLDER / "README.md").read_text()
    assert card.render(MANIFEST) in text, "run python -m model again, or card.update"
