"""Call ``python -m model.recipe.wrap``, also with mistakes: each is told in one line."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import onnx
import pytest
from onnx import ModelProto
from onnx.external_data_helper import convert_model_to_external_data

from cutout.choices import Model
from cutout.pictures import Picture
from cutout.segment.network import BEST, FAST, GLANCE, Network
from model.recipe import wrap
from model.recipe.graph import GraphError
from model.recipe.manifest import NAME
from model.recipe.own_network import read_network
from tests.local_server import ROOT
from tests.own_networks import half_red, redness, require_left_half
from tests.samples import PHOTOS

Run = Callable[..., str]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a network, ``red.onnx``."""
    onnx.save(redness(), tmp_path / "red.onnx")
    return tmp_path


@pytest.fixture
def refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Return what the command says on stderr, once it has ended with status 2."""

    def run(*given: str) -> str:
        monkeypatch.chdir(folder)
        monkeypatch.setattr(sys, "argv", ["wrap", *given])
        with pytest.raises(SystemExit) as stopped:
            wrap.main()
        assert stopped.value.code == 2
        told = capsys.readouterr().err
        assert told.count("\n") == 1, "not one line"
        return told

    return run


def test_all_options_are_taken(folder: Path) -> None:
    onnx.save(redness("side"), folder / "red.onnx")
    options = ["--side", "32", "--mean", *"000", "--deviation", *"111", "--output", "y"]
    subprocess.run(
        [sys.executable, "-m", "model.recipe.wrap", "red.onnx", "own", *options],
        cwd=folder,
        env={"PYTHONPATH": f"{ROOT / 'handler'}:{ROOT}"},
        check=True,
    )
    require_left_half(Network(folder / "own", Model.AUTO, 1)(Picture(half_red())))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"hello, not a graph", "not an ONNX network"),
        (b"", "not an ONNX network"),
        ((PHOTOS / "astronaut-160.jpg").read_bytes(), "not an ONNX network"),
        (redness().SerializeToString()[:-40], "not an ONNX network"),
    ],
)
def test_a_file_that_is_no_network_is_refused(
    folder: Path, refused: Run, content: bytes, told: str
) -> None:
    (folder / "red.onnx").write_bytes(content)
    assert told in refused("red.onnx", "own")
    assert not (folder / "own").exists()


def without_opset(model: ModelProto) -> None:
    del model.opset_import[:]


def without_output(model: ModelProto) -> None:
    del model.graph.output[:]


def with_an_unknown_operator(model: ModelProto) -> None:
    model.graph.node[0].op_type = "Convolve"


def without_its_weights(model: ModelProto) -> None:
    convert_model_to_external_data(model, location="lost.bin", size_threshold=0)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (without_opset, "no opset"),
        (without_output, "no output"),
        (with_an_unknown_operator, "can't load the network"),
    ],
)
def test_a_network_that_lacks_something_is_refused(
    folder: Path, refused: Run, spoil: Callable[[ModelProto], None], told: str
) -> None:
    model = redness()
    spoil(model)
    onnx.save(model, folder / "red.onnx")
    assert told in refused("red.onnx", "own")


def test_lost_weights_are_named(folder: Path, refused: Run) -> None:
    model = redness()
    without_its_weights(model)
    onnx.save(model, folder / "red.onnx")
    (folder / "lost.bin").unlink()
    assert "lost.bin" in refused("red.onnx", "own")


def test_a_network_too_large_for_one_file_is_refused(folder: Path) -> None:
    with pytest.raises(GraphError, match="larger than 2 GB"):
        read_network(folder / "red.onnx", largest_bytes=10)


def test_wrong_paths_are_named(refused: Run) -> None:
    assert refused("missing.onnx", "own") == "There is no file missing.onnx.\n"
    assert "is a folder" in refused(".", "own")
    assert "red.onnx is not a folder" in refused("red.onnx", "red.onnx")
    assert "red.onnx is not a folder" in refused("red.onnx", "red.onnx/own")
    assert "--deviation takes" in refused("red.onnx", "own", "--deviation", "0", "1", "1")


def test_the_recipes_folder_keeps_its_graph(folder: Path, refused: Run) -> None:
    (folder / FAST).write_bytes(b"theirs")
    (folder / NAME).write_text('{"files": {}, "graphs": {}}')
    assert "make model" in refused("red.onnx", ".")
    assert (folder / FAST).read_bytes() == b"theirs"
    wrap.write_folder(folder / "red.onnx", folder / "own", wrap.Convention())
    assert (folder / "own" / FAST).exists()


@pytest.mark.parametrize("linked", [True, False])
def test_a_network_never_replaces_itself(folder: Path, refused: Run, *, linked: bool) -> None:
    original = folder / FAST
    if linked:
        original.symlink_to("red.onnx")
    else:
        original.write_bytes((folder / "red.onnx").read_bytes())
    before = original.read_bytes()
    given = "red.onnx" if linked else FAST
    assert "the network itself" in refused(given, ".")
    assert original.read_bytes() == before


@pytest.mark.parametrize("name", [GLANCE, BEST])
def test_other_looks_do_not_take_part(folder: Path, refused: Run, name: str) -> None:
    (folder / "own").mkdir()
    (folder / "own" / name).touch()
    assert f"own holds {name}, which would run beside" in refused("red.onnx", "own")
    assert not (folder / "own" / FAST).exists()


@pytest.mark.parametrize("text", ["", '{"files": {', '{"files": {}}'])
def test_an_earlier_network_is_replaced(folder: Path, text: str) -> None:
    (folder / "own").mkdir()
    (folder / "own" / FAST).write_bytes(b"earlier")
    (folder / "own" / NAME).write_text(text)
    wrap.write_folder(folder / "red.onnx", folder / "own", wrap.Convention())
    assert list(json.loads((folder / "own" / NAME).read_text())["files"]) == [FAST]
    Network(folder / "own", Model.AUTO, 1).wait()


def test_make_takes_paths_with_spaces() -> None:
    done = subprocess.run(
        ["make", "-n", "wrap", "NETWORK=a b.onnx", "FOLDER=c d"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert 'model.recipe.wrap "a b.onnx" "c d"' in done.stdout
