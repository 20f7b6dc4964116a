import json
import subprocess
import sys
from pathlib import Path

import pytest

from cutout.segment.model_file import WEIGHTS, ModelError, check_files
from cutout.segment.network import FAST, LOOKS
from cutout.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
FILE = FAST


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with small files that its manifest names."""
    digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    names = (*LOOKS, WEIGHTS)
    for name in names:
        (tmp_path / name).write_bytes(b"abc")
    files = {name: {"sha256": digest} for name in names}
    (tmp_path / "manifest.json").write_text(json.dumps({"files": files}))
    return tmp_path


def test_the_shipped_ones_are_the_ones() -> None:
    check_files(Settings().model_dir, *LOOKS, WEIGHTS)


def test_the_one_of_the_manifest_is(folder: Path) -> None:
    check_files(folder, FILE, WEIGHTS)


@pytest.mark.parametrize("name", [FILE, WEIGHTS])
def test_an_altered_one_is_not(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"abd")
    with pytest.raises(ModelError, match="does not match"):
        check_files(folder, FILE, WEIGHTS)


@pytest.mark.parametrize("name", [FILE, WEIGHTS, "manifest.json"])
def test_a_missing_one_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(ModelError, match=name):
        check_files(folder, FILE, WEIGHTS)


@pytest.mark.parametrize("text", ["", "{}", "[]", "no json", '{"files": {}}'])
def test_a_broken_manifest_is_named(folder: Path, text: str) -> None:
    (folder / "manifest.json").write_text(text)
    with pytest.raises(ModelError, match="manifest"):
        check_files(folder, FILE, WEIGHTS)


@pytest.mark.parametrize("altered", [True, False])
def test_the_server_refuses_to_start_in_one_line(folder: Path, altered: bool) -> None:
    if altered:
        (folder / FILE).write_bytes(b"abd")
    else:
        (folder / FILE).unlink()
    done = subprocess.run(
        [sys.executable, "-m", "cutout", "serve", "--port", "0"],
        cwd=ROOT,
        env={"CUTOUT_MODEL_DIR": str(folder), "PYTHONPATH": str(ROOT / "handler")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("cutout: ")
    assert "manifest" in line


def test_the_image_holds_what_lies_beside_the_graph() -> None:
    for name in ("manifest.json", WEIGHTS):
        assert name in (ROOT / "Dockerfile").read_text()
        assert f"!model/{name}" in (ROOT / ".dockerignore").read_text()
