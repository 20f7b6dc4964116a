"""The local server's folder where the user has no home folder."""

import os
import subprocess
import sys
from pathlib import Path
from stat import S_IMODE

import pytest

from cutout.settings import Settings
from cutout.storage.disk import DiskStorage, storage_folder
from cutout.storage.storage import AnswerKind
from cutout.timing import NO_DEADLINE
from tests.command.test_permissions import WITHOUT_POWERS

USUAL = Path("~/.cache/cutout")


def test_usually_it_is_in_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert storage_folder(USUAL) == tmp_path / ".cache" / "cutout"
    assert storage_folder(tmp_path / "own") == tmp_path / "own"


def test_without_a_home_folder_it_is_a_private_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(_: Path) -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "expanduser", none)
    _requires_private(storage_folder(USUAL))


def test_a_home_folder_that_cannot_be_written_to_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)
    folder = storage_folder(USUAL)
    _requires_private(folder)
    storage = DiskStorage(Settings(storage_dir=USUAL))
    link = storage.put(b"x", AnswerKind.PNG, NO_DEADLINE)
    assert storage.path(link.rpartition("/")[2]).read_bytes() == b"x"


def test_neither_is_that_of_another_user(tmp_path: Path) -> None:
    """`sudo -u USER` may keep HOME, in which USER can't even ask for a file."""
    closed = tmp_path / "closed"
    (closed / "home").mkdir(parents=True)
    closed.chmod(0)
    told = "from cutout.storage.disk import *; print(storage_folder(Path('~/.cache/cutout')))"
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_POWERS, sys.executable, "-c", told],
        env=os.environ | {"HOME": str(closed / "home"), "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    closed.chmod(0o700)
    folder = Path(done.stdout.strip())
    assert done.returncode == 0, done.stderr
    assert S_IMODE(folder.stat().st_mode) == 0o700
    assert tmp_path not in folder.parents
    folder.rmdir()


def _requires_private(folder: Path) -> None:
    assert S_IMODE(folder.stat().st_mode) == 0o700
    assert storage_folder(USUAL) != folder, "its name can be guessed"
