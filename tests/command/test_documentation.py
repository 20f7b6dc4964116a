"""`docs/command.md` and `docs/library.md`: their examples run and their numbers are the code's."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from cutout.command import client, parser
from cutout.command.arguments import Limits
from cutout.command.history import HISTORY
from cutout.command.inputs import SUFFIXES
from cutout.command.watch import RETRY_SECONDS
from cutout.engine import LOCAL_MAX_SIDE
from tests.command.conftest import STAND_IN, Run, files_in, opened, write
from tests.local_server import ROOT
from tests.samples import PHOTOS

PAGE = (ROOT / "docs" / "command.md").read_text()
LIBRARY = (ROOT / "docs" / "library.md").read_text()
SECURITY = (ROOT / "docs" / "security.md").read_text()
SHELL = "\n".join(re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL))
EXAMPLES = [
    line.partition(" #")[0].strip()
    for line in SHELL.splitlines()
    if line.startswith("cutout ") and "--url" not in line
]


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 9


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_runs(tmp_path: Path, example: str) -> None:
    write(tmp_path / "photo.jpg")
    write(tmp_path / "beach.jpg")
    write(tmp_path / "photos" / "deep" / "a.jpg")
    before = files_in(tmp_path)
    command = f"{shlex.join(STAND_IN)}{example.removeprefix('cutout')}"
    done = subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=tmp_path,
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'handler'}"},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b""), example
    (made,) = {each for each in files_in(tmp_path) - before if Path(each).name != HISTORY}
    assert opened(tmp_path / made).size[0] > 0
    expected = {
        "photo.jpg": ("photo-cutout.png", "photo-cutout.webp", "new.png"),
        "photos": ("out/deep/a.png", "out/deep/a.jpg"),
    }
    assert any(made in names for said, names in expected.items() if said in example), made


def test_every_option_is_told_and_no_other(run: Run) -> None:
    options = PAGE.partition("## Options")[2].partition("\n\n## ")[0]
    first = "\n".join(each.partition(": ")[0] for each in options.split("\n- "))
    told = set(re.findall(r"`(--?[a-z]+(?:-[a-z]+)*)`", first))
    offered = set(re.findall(r"(?<![\w-])(--?[a-z]+(?:-[a-z]+)*)\b", run("--help").out.decode()))
    examples = set(re.findall(r"(?<![\w-])(--?[a-z]+(?:-[a-z]+)*)\b", parser.EXAMPLES))
    assert told == (offered - examples) | (examples & told)
    assert examples <= told


def test_the_numbers_are_the_code_s() -> None:
    """Line breaks of the pages do not matter."""
    page, security = " ".join(PAGE.split()), " ".join(SECURITY.split())
    limits = Limits()
    assert f"a side may have {LOCAL_MAX_SIDE} pixels" in page
    assert f"those over {limits.large_bytes / 1e6:g} MB" in page
    assert client.ATTEMPTS == 6
    assert "tried up to six times" in page
    assert [*RETRY_SECONDS] == [10, 30, 2 * 60, 10 * 60, 30 * 60]
    assert "tried again after 10 s, 30 s, 2, 10 and 30 minutes" in page
    assert client.MAX_RETRY_AFTER == 120
    assert "more than two minutes" in page
    assert f"has at most {limits.result_bytes // 10**6} MB," in security
    assert f"at most {limits.answer_seconds / 60:.0f} minutes, plus a second" in security
    assert f"second per {limits.slowest_upload // 1000} kB" in security
    for status in client.RETRYABLE:
        assert str(status) in page
    for suffix in SUFFIXES:
        assert f"`{suffix}`" in page


def test_the_library_example_runs(tmp_path: Path) -> None:
    code, *_ = re.findall(r"```python\n(.*?)```", LIBRARY, re.DOTALL)
    write(tmp_path / "photo.jpg", (PHOTOS / "astronaut-160.jpg").read_bytes())
    subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'handler'}", "CUTOUT_MODEL": "fast"},
        check=True,
    )
    made = opened(tmp_path / "photo-cutout.png")
    assert made.mode == "RGBA"
    assert made.getchannel("A").getextrema() == (0, 255)
