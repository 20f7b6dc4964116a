"""The local server's folder where the user has no home folder."""

import os
import signal
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
from tests.local_server import LocalServer

SECONDS = 30

USUAL = Path("~/.cache/cutout")


def test_usually_it_is_in_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert storage_folder(USUAL) == tmp_path / ".cache" / "cutout"
    assert storage_folder(tmp_path / "own") == tmp_path / "own"


def test_without_a_home_folder_it_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(_: Path) -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "expanduser", none)
    assert storage_folder(USUAL) is None


def test_a_home_folder_that_cannot_be_written_to_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)
    assert storage_folder(USUAL) is None


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
    assert (done.returncode, done.stdout.strip()) == (0, "None"), done.stderr


NOWHERE = "~no.such.user/cutout"


def test_without_a_home_folder_a_private_one_lasts_until_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    storage = DiskStorage(Settings(storage_dir=Path(NOWHERE)))
    link = storage.put(b"x", AnswerKind.PNG, NO_DEADLINE)
    assert storage.path(link.rpartition("/")[2]).read_bytes() == b"x"
    (folder,) = tmp_path.iterdir()
    assert S_IMODE(folder.stat().st_mode) == 0o700
    storage.close()
    assert list(tmp_path.iterdir()) == []


def test_a_configured_folder_is_kept(tmp_path: Path) -> None:
    storage = DiskStorage(Settings(storage_dir=tmp_path))
    link = storage.put(b"x", AnswerKind.PNG, NO_DEADLINE)
    storage.close()
    assert storage.path(link.rpartition("/")[2]).read_bytes() == b"x"


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM], ids=str)
def test_a_server_leaves_no_folder_behind(tmp_path: Path, sent: signal.Signals) -> None:
    with LocalServer(CUTOUT_STORAGE_DIR=NOWHERE, TMPDIR=str(tmp_path)) as server:
        assert len(list(tmp_path.glob("cutout-*"))) == 1
        server.process.send_signal(sent)
        server.process.wait(SECONDS)
    assert list(tmp_path.glob("cutout-*")) == []
