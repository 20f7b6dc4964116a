"""The shipped networks are the ones that the manifest and the card describe."""

from hashlib import sha256
from pathlib import Path
from statistics import geometric_mean
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime as ort
import pytest
from onnx import ModelProto, numpy_helper

from model.recipe import card, manifest
from model.recipe.experts import GRAPHS
from model.recipe.gate import GATES
from model.recipe.looks import assemble_looks, save_looks, shipped_experts
from model.recipe.shared_weights import WEIGHTS

FOLDER = Path(manifest.__file__).parents[1]
MANIFEST = manifest.read(FOLDER / manifest.NAME)
PICTURE = ("picture", "tensor(uint8)", [1, 1024, 1024, 3])
ALPHA = ("alpha", "tensor(uint8)", [1024, 1024])
DOUBT = ("doubt", "tensor(float)", [1])
APART = ("apart", "tensor(float)", [1])
SIDES = {"isnet-576": 288, "tinyvit-448": 112, "u2net-320": 160, "modnet-384": 384}
GLANCED, ADDED = (
    [(name, "tensor(float)", [1, 1, SIDES[name], SIDES[name]]) for name in names]
    for names in (("isnet-576", "tinyvit-448"), ("u2net-320", "modnet-384"))
)
TINYVIT_PRODUCTS = 10 * 6
"""Of each of its ten blocks: queries, keys, values, projection and the two of the perceptron."""
PORTS = {
    "glance": ([PICTURE], [ALPHA, DOUBT, APART, *GLANCED]),
    "fast": ([PICTURE, *GLANCED], [ALPHA, DOUBT, *ADDED]),
    "best": ([PICTURE, *GLANCED, *ADDED], [ALPHA]),
}


@pytest.fixture(scope="module", params=GRAPHS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def model(name: str) -> ModelProto:
    return onnx.load(FOLDER / f"{name}.onnx")


@pytest.fixture(scope="module")
def tensors(model: ModelProto) -> dict[str, npt.NDArray[Any]]:
    return {item.name: numpy_helper.to_array(item) for item in model.graph.initializer}


@pytest.fixture(scope="module")
def session(name: str) -> ort.InferenceSession:
    return ort.InferenceSession(FOLDER / f"{name}.onnx", providers=["CPUExecutionProvider"])


def kernels(model: ModelProto) -> dict[str, str]:
    """Name of each Conv → name of the tensor that its weights come from, if that is constant."""
    origin = {node.output[0]: node for node in model.graph.node}
    convs = [node for node in model.graph.node if node.op_type == "Conv"]
    return {
        conv.name: origin[conv.input[1]].input[0] if conv.input[1] in origin else conv.input[1]
        for conv in convs
    }


def test_files_are_the_ones_in_the_manifest() -> None:
    for file, expected in MANIFEST["files"].items():
        content = (FOLDER / file).read_bytes()
        assert sha256(content).hexdigest() == expected["sha256"], f"{file} isn't the manifest's"
        assert len(content) == expected["bytes"]


def test_experts_taken_out_and_assembled_again_give_the_same_files(tmp_path: Path) -> None:
    """So nothing but the gate can have changed since the experts were made."""
    save_looks(assemble_looks(shipped_experts(FOLDER)), tmp_path)
    for path in tmp_path.iterdir():
        expected = MANIFEST["files"][path.name]["sha256"]
        assert sha256(path.read_bytes()).hexdigest() == expected, f"{path.name} is another"
    assert len(list(tmp_path.iterdir())) == len(GRAPHS) + 1


def test_files_are_small_enough_together() -> None:
    files = [*FOLDER.glob("*.onnx"), FOLDER / WEIGHTS]
    assert sum(path.stat().st_size for path in files) < 130_000_000, "over 130 MB"
    assert {path.name for path in files} == set(MANIFEST["files"]), "a file nobody describes"


def test_experts_and_gate_are_the_recipes(name: str) -> None:
    described = MANIFEST["graphs"][name]
    found = [(each["name"], each["side"], each["sha256"]) for each in described["experts"]]
    assert found == [(e.name, e.side, e.source.digest) for e in GRAPHS[name]]
    gate = GATES[name]
    assert described["gate"]["agreement"] == gate.agreement
    assert described["gate"]["prior"] == list(gate.prior)
    assert gate.review
    assert described["gate"]["review"]["near"] == gate.review.near
    assert described["gate"]["review"]["prior"] == list(gate.review.prior)


def test_files_are_valid_models(name: str) -> None:
    onnx.checker.check_model(FOLDER / f"{name}.onnx", full_check=True)


def test_inputs_and_outputs(name: str, session: ort.InferenceSession) -> None:
    inputs, outputs = PORTS[name]
    assert [(each.name, each.type, each.shape) for each in session.get_inputs()] == inputs
    assert [(each.name, each.type, each.shape) for each in session.get_outputs()] == outputs


def test_kernels_have_a_scale_for_each_channel(
    model: ModelProto, tensors: dict[str, npt.NDArray[Any]]
) -> None:
    names = set(kernels(model).values())
    checked = 0
    for node in model.graph.node:
        if node.op_type == "DequantizeLinear" and node.input[0] in names:
            channels = tensors[node.input[0]].shape[0]
            assert tensors[node.input[1]].shape == (channels,), f"{node.name} isn't per channel"
            assert not tensors[node.input[2]].any(), f"{node.name} isn't symmetric"
            checked += 1
    assert checked > 100, "ISNet and U²-Net have more than a hundred int8 Convs each"


def test_int8_products_cannot_saturate(
    name: str, model: ModelProto, tensors: dict[str, npt.NDArray[Any]]
) -> None:
    """Weights that are multiplied as integers come from a DequantizeLinear, or go into a
    MatMulInteger."""
    assert MANIFEST["weights"]["bits"] == 7
    names = set(kernels(model).values())
    products = 0
    for node in model.graph.node:
        if node.op_type == "DequantizeLinear" and node.input[0] in names:
            weights = tensors[node.input[0]]
        elif node.op_type == "MatMulInteger":
            weights = tensors[node.input[1]]
            products += 1
        else:
            continue
        largest = np.abs(weights.astype(np.int16)).max()
        assert 2 * 255 * largest <= 32767, f"{node.name} has a weight of {largest}"
    expected = {"glance": 1 + TINYVIT_PRODUCTS, "fast": 1, "best": 1}[name]
    assert products == expected, "the last layers of ISNet and U²-Net are products of bytes"


def test_no_trace_of_the_machine_that_made_it() -> None:
    for file in MANIFEST["files"]:
        content = (FOLDER / file).read_bytes()
        for trace in (b"/home/", b"/root/", b"/tmp/"):
            assert trace not in content, f"{trace!r} is in {file}"


def test_alpha_of_a_disc() -> None:
    """A red disc on white is an object; what surrounds it isn't."""
    picture = np.full((1, 1024, 1024, 3), 255, np.uint8)
    picture[0, disc(1024)] = (255, 25, 25)
    inside, seen = disc(1024), {"picture": picture}
    for name in GRAPHS:
        look = ort.InferenceSession(FOLDER / f"{name}.onnx", providers=["CPUExecutionProvider"])
        outputs = [each.name for each in look.get_outputs()]
        answer = look.run(None, {each.name: seen[each.name] for each in look.get_inputs()})
        seen |= dict(zip(outputs, answer, strict=True))
        assert seen["alpha"][inside].mean() > 242, f"{name} doesn't see the disc"
        assert seen["alpha"][~inside].mean() < 13, f"{name} doesn't remove the ground"


def disc(side: int) -> npt.NDArray[np.bool_]:
    rows, columns = np.mgrid[:side, :side]
    found: npt.NDArray[np.bool_] = np.hypot(rows - side / 2, columns - side / 2) < 0.29 * side
    return found


@pytest.mark.parametrize("name", MANIFEST["figures"]["mean_absolute_error"])
def test_int8_is_as_good_as_fp32(name: str) -> None:
    sets = MANIFEST["figures"]["mean_absolute_error"][name]
    for each, quality in sets.items():
        if quality["pictures"] >= 10:  # below, one picture of another opinion is the figure
            loss = quality["int8"] - quality["fp32"]
            assert loss <= 0.002, f"{name}, {each}: int8 loses {loss}"
    ratios = [quality["int8"] / quality["fp32"] for quality in sets.values()]
    assert geometric_mean(ratios) < 1.06, f"{name}: int8 is worse over all"


def test_card_shows_the_figures() -> None:
    text = (FOLDER / "README.md").read_text()
    assert card.render(MANIFEST) in text, "run python -m model.recipe again, or card.update"
