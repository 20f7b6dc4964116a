"""Write the manifest of a folder with a network of one's own."""

import json
import sys
from pathlib import Path

import pytest

from cutout.segment.network import FAST
from model.recipe import manifest
from model.recipe.manifest import NAME, FolderError, write_files
from tests.local_server import ROOT


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a graph, but no manifest."""
    (tmp_path / FAST).write_bytes(b"abc")
    return tmp_path


def listed(folder: Path) -> list[str]:
    return list(json.loads((folder / NAME).read_text())["files"])


def test_the_recipes_manifest_is_not_replaced() -> None:
    with pytest.raises(FolderError, match="make model"):
        write_files(ROOT / "model")


@pytest.mark.parametrize("text", ["", '{"files": {', "[]", "5", '{"files": {}}', "\x00"])
def test_another_manifest_is_replaced_also_a_broken_one(folder: Path, text: str) -> None:
    (folder / NAME).write_text(text)
    write_files(folder)
    assert listed(folder) == [FAST]


def test_hidden_files_and_folders_are_not_listed(folder: Path) -> None:
    (folder / ".DS_Store").touch()
    (folder / "more").mkdir()
    (folder / "more.bin").touch()
    write_files(folder)
    assert listed(folder) == [FAST, "more.bin"]


def test_a_folder_without_a_network_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match=f"has no {FAST}"):
        write_files(tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["missing", FAST, "empty"])
def test_the_command_tells_a_mistake_in_one_line(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    (folder / "empty").mkdir()
    monkeypatch.setattr(sys, "argv", ["manifest", str(folder / name)])
    with pytest.raises(SystemExit) as stopped:
        manifest.main()
    assert stopped.value.code == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert str(folder / name) in told
