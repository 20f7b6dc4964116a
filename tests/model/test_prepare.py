import json
from pathlib import Path
from shutil import copytree

import numpy as np
import onnx
import pytest

from cutout.choices import Model
from cutout.refine.edges import FILE, EdgeRefiner
from cutout.refine.tiles import SIDE
from cutout.segment.model_file import ModelError, check_files, is_prepared
from cutout.segment.network import LOOKS, Network
from cutout.settings import Settings
from model.recipe.prepare import prepare, require_equal


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("prepared")
    prepare(Settings().model_dir, folder)
    return folder


def test_a_prepared_network_answers_as_the_other(prepared: Path, network: Network) -> None:
    data = np.random.default_rng(1).integers(0, 256, (1, 1024, 1024, 3), np.uint8)
    data[0, 300:700, 300:700] //= 4
    found = Network(prepared, Model.AUTO, 1).infer(data)
    assert found.any(), "the picture says nothing about the network"
    assert np.array_equal(found, network.infer(data))


def test_prepared_edges_are_the_same(prepared: Path) -> None:
    seen = np.random.default_rng(1).integers(0, 256, (3, SIDE, SIDE, 4), np.uint8)
    ours, others = (EdgeRefiner(each, 1) for each in (prepared, Settings().model_dir))
    assert np.array_equal(ours.infer(seen), others.infer(seen))


@pytest.mark.parametrize("name", LOOKS)
def test_nothing_is_left_to_optimise(prepared: Path, name: str) -> None:
    """Nor is there an operator that only one kind of processor could run."""
    graph = onnx.load(prepared / name, load_external_data=False).graph
    operators = [(node.domain, node.op_type) for node in graph.node]
    assert operators.count(("com.microsoft", "QLinearConv")) > 100
    assert not [each for each in operators if each[0] == "com.microsoft.nchwc"]


def test_the_folder_says_what_it_is(prepared: Path) -> None:
    assert is_prepared(prepared)
    assert not is_prepared(Settings().model_dir)
    check_files(prepared, *LOOKS, FILE, "weights.bin")


def test_an_altered_source_is_refused(prepared: Path, tmp_path: Path) -> None:
    source = copytree(prepared, tmp_path / "source")
    (source / FILE).write_bytes(b"x")
    with pytest.raises(ModelError, match="does not match its manifest"):
        prepare(source, tmp_path / "target")
    assert not (tmp_path / "target").exists()


def test_a_graph_that_answers_otherwise_is_refused(prepared: Path) -> None:
    with pytest.raises(ValueError, match="is not"):
        require_equal(Settings().model_dir / FILE, _blind(prepared))


def _blind(folder: Path) -> Path:
    """The refiner with its last answer shifted."""
    model = onnx.load(folder / FILE)
    (output,) = model.graph.output
    (last,) = (node for node in model.graph.node if output.name in node.output)
    last.output[0] = "before"
    model.graph.node.append(onnx.helper.make_node("BitwiseNot", ["before"], [output.name]))
    onnx.save(model, folder / "blind.onnx")
    return folder / "blind.onnx"


def test_a_manifest_that_says_nothing_prepares_nothing(tmp_path: Path) -> None:
    for text in ("{}", json.dumps({"prepared": "yes"})):
        (tmp_path / "manifest.json").write_text(text)
        assert not is_prepared(tmp_path)
