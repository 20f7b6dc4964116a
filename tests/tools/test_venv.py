"""`tools/venv.sh`, which makes the environments of the Makefile."""

import subprocess
import sys
from pathlib import Path
from venv import EnvBuilder

SCRIPT = Path(__file__).resolve().parents[2] / "tools" / "venv.sh"


def test_an_environment_that_was_moved_is_made_again(tmp_path: Path) -> None:
    """Its commands begin with the path of an interpreter that is no longer there."""
    folder, locked = tmp_path / "new" / "venv", tmp_path / "locked.txt"
    locked.touch()
    EnvBuilder(with_pip=True).create(tmp_path / "old" / "venv")
    (tmp_path / "old").rename(tmp_path / "new")
    subprocess.run([SCRIPT, folder, locked], check=True, env={"PYTHON": sys.executable})
    subprocess.run([folder / "bin" / "pip", "--version"], check=True)


def test_an_environment_that_was_interrupted_is_made_again(tmp_path: Path) -> None:
    folder, locked = tmp_path / "venv", tmp_path / "locked.txt"
    locked.touch()
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    subprocess.run([SCRIPT, folder, locked], check=True, env={"PYTHON": sys.executable})
    subprocess.run([folder / "bin" / "python", "-m", "pip", "--version"], check=True)
