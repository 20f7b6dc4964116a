"""Measure each bomb in a process of its own, which is ended if it costs too much."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.decode.bombs import BOMBS, FILE_BYTES

SECONDS = 5  # of processor time
MEGABYTES = 800
WORKER = f"""
import resource, sys
from cutout.decode.decode import decode
from cutout.errors import PictureError
from cutout.settings import Settings
from tests.memory import peak_megabytes
resource.setrlimit(resource.RLIMIT_CPU, ({SECONDS}, {SECONDS}))
content = sys.stdin.buffer.read()
try:
    print("ok", decode(content, Settings()).size)
except PictureError as error:
    print("failure", error)
peak = peak_megabytes()
if peak > {MEGABYTES}:
    sys.exit(f"{{peak}} MB")
"""
FAILURES = {"empty comments", "comments after the scan", "restart intervals", "starts"}
FAILURES |= {"empty texts"}
"""The others are good pictures, and stay that."""


@pytest.mark.parametrize("name", BOMBS)
def test_time_and_memory_are_bounded(name: str) -> None:
    content = BOMBS[name]()
    assert len(content) <= FILE_BYTES
    done = subprocess.run(
        [sys.executable, "-c", WORKER],
        cwd=Path(__file__).parents[2],
        input=content,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, f"exit {done.returncode}: {done.stderr.decode()[-500:]}"
    outcome = done.stdout.split()[0].decode()
    assert outcome == ("failure" if name in FAILURES else "ok"), done.stdout
