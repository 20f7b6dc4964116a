"""The command as `make run` and `make test` install it, and the network at work."""

import ast
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cutout import __version__
from tests.command.conftest import opened, write
from tests.local_server import ROOT
from tests.samples import PHOTOS

CUTOUT = Path(sys.executable).with_name("cutout")


def test_it_is_installed_and_runs_anywhere(tmp_path: Path) -> None:
    assert CUTOUT.exists(), "set up again: make run"
    photo = write(tmp_path / "photo.jpg", (PHOTOS / "astronaut-160.jpg").read_bytes())
    environment = {name: each for name, each in os.environ.items() if name != "PYTHONPATH"}
    version, done = (
        subprocess.run(
            [CUTOUT, *arguments],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        for arguments in (["--version"], ["photo.jpg", "--model", "fast"])
    )
    assert version.stdout == f"cutout {__version__}\n"
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    alpha = opened(tmp_path / "photo-cutout.png").getchannel("A")
    assert alpha.size == opened(photo).size
    assert alpha.getpixel((80, 100)) == 255, "her suit"
    assert alpha.getpixel((5, 5)) == 0, "behind her"


def test_an_interrupt_is_handled_once_little_is_imported() -> None:
    code = """
import signal, sys
before = {*sys.modules}
import cutout.__main__
print({*sys.modules} - before)
"""
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    assert ast.literal_eval(done.stdout) == {"cutout", "cutout.__main__"}


INTERRUPTED_IMPORT = """
import runpy, signal, sys
_, interrupted, handler = sys.argv
class Interrupting:
    def find_spec(self, name, path, target=None):
        if name == interrupted:
            signal.raise_signal(signal.SIGINT)
sys.meta_path.insert(0, Interrupting())
signal.signal(signal.SIGINT, getattr(signal, handler))
sys.argv[1:] = ["--version"]
runpy.run_module("cutout", run_name="__main__", alter_sys=True)
"""


@pytest.mark.parametrize(
    ("module", "handler", "code"),
    [
        ("cutout.command.main", "default_int_handler", -signal.SIGINT),
        ("cutout.signals", "default_int_handler", -signal.SIGINT),
        ("cutout.command.arguments", "default_int_handler", 130),
        ("cutout.command.main", "SIG_IGN", 0),
        ("cutout.command.arguments", "SIG_IGN", 0),
    ],
)
def test_an_interrupt_of_an_import_prints_nothing(module: str, handler: str, code: int) -> None:
    """A shell ignores the interrupts of what it starts with `&`."""
    command = [sys.executable, "-c", INTERRUPTED_IMPORT, module, handler]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (code, "")


INTERRUPTED_START = """
import signal, sys
from cutout.__main__ import run
class Arguments(list):
    def __getitem__(self, key):
        if key == slice(1, None):
            signal.raise_signal(signal.Signals[name])
        return super().__getitem__(key)
name, sys.argv = sys.argv[1], Arguments(["cutout", "--version"])
# as from a terminal: what a shell starts with `&` or `nohup` ignores them
signal.signal(signal.SIGTERM, signal.SIG_DFL)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
signal.signal(signal.SIGINT, signal.default_int_handler)
run()
"""


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_an_interrupt_before_the_arguments_are_read_prints_nothing(name: str) -> None:
    command = [sys.executable, "-c", INTERRUPTED_START, name]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_folder_by_the_network(tmp_path: Path, jobs: str) -> None:
    """As many at once as may be: each has its own cut-out."""
    names = ("astronaut", "chelsea", "coffee")
    for name in names:
        write(tmp_path / "in" / f"{name}.jpg", (PHOTOS / f"{name}.jpg").read_bytes())
    command = [sys.executable, "-m", "cutout", "in", "-o", "out", "--jobs", jobs]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT / "handler")},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    for name in names:
        made = opened(tmp_path / "out" / f"{name}.png")
        assert made.size == opened(PHOTOS / f"{name}.jpg").size
    alphas = {name: opened(tmp_path / "out" / f"{name}.png").getchannel("A") for name in names}
    assert alphas["astronaut"].getpixel((250, 300)) == 255
    assert alphas["chelsea"].getpixel((220, 150)) == 255
    assert alphas["coffee"].getpixel((330, 200)) == 255
    assert alphas["astronaut"].getpixel((20, 20)) == 0


def test_nothing_of_the_server_is_needed_for_the_version() -> None:
    code = (
        "import sys; sys.argv = ['cutout', '--version']\n"
        "from cutout.command.main import main\n"
        "try: main()\n"
        "finally: print(sorted({'fastapi', 'onnxruntime', 'requests'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines()[-1] == "[]"


THREADS = """
import atexit, os, sys
from cutout.command.main import run
atexit.register(lambda: print(os.environ["OPENBLAS_NUM_THREADS"], "numpy" in sys.modules))
sys.argv = ["cutout", "--version"]
run()
"""


@pytest.mark.parametrize(("given", "expected"), [({}, "1"), ({"OPENBLAS_NUM_THREADS": "3"}, "3")])
def test_numpy_gets_one_thread_unless_told_otherwise(given: dict[str, str], expected: str) -> None:
    environment = {name: each for name, each in os.environ.items() if "OPENBLAS" not in name}
    done = subprocess.run(
        [sys.executable, "-c", THREADS],
        env=environment | given,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == f"{expected} False"
