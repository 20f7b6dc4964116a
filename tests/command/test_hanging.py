"""Native code that hangs or crashes costs the command one picture."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from time import monotonic

import pytest

from tests.command.conftest import Run, files_in, run_apart, write
from tests.command.stand_in import CRASHING_WIDTH, HANGING_WIDTH, SEIZING_WIDTH
from tests.samples import gradient, jpeg

LIMIT = 2.0
TOO_SLOW = "Processing took too long. Try again, or send a smaller picture."


def folder_with(path: Path, *widths: int) -> Path:
    """Pictures of these widths, and good ones before, between and behind them."""
    for number, width in enumerate(widths):
        write(path / f"{2 * number}-good.jpg")
        write(path / f"{2 * number + 1}-{width}.jpg", jpeg(gradient(width, 30)))
    write(path / f"{2 * len(widths)}-good.jpg")
    return path


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_picture_that_hangs_is_given_up(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch, jobs: int
) -> None:
    monkeypatch.setenv("CUTOUT_PICTURE_SECONDS", str(LIMIT))
    folder = folder_with(tmp_path / "in", HANGING_WIDTH, SEIZING_WIDTH)
    start = monotonic()
    done = run(folder, "-o", tmp_path / "out", "--jobs", jobs)
    assert monotonic() - start < 2 * (LIMIT + 5) + 5
    assert done.code == 1
    assert files_in(tmp_path / "out") == {f"{each}-good.png" for each in (0, 2, 4)}
    assert sorted(done.lines[:2]) == [
        f"{folder}/{number}-{width}.jpg: {TOO_SLOW}"
        for number, width in ((1, HANGING_WIDTH), (3, SEIZING_WIDTH))
    ]


def test_a_crash_is_a_line_of_its_own(tmp_path: Path, run: Run) -> None:
    folder = folder_with(tmp_path / "in", CRASHING_WIDTH)
    done = run(folder, "-o", tmp_path / "out")
    assert done.code == 1
    assert files_in(tmp_path / "out") == {"0-good.png", "2-good.png"}
    assert done.lines[0] == f"{folder}/1-{CRASHING_WIDTH}.jpg: Processing failed (WorkerDiedError)."


def test_nothing_is_left_running(tmp_path: Path) -> None:
    folder = folder_with(tmp_path / "in", SEIZING_WIDTH)
    done = run_apart(
        folder,
        "-o",
        f"{tmp_path}/out/",
        CUTOUT_PICTURE_SECONDS=str(LIMIT),
        TESTS_MARK=str(tmp_path),
    )
    assert done.code == 1
    assert TOO_SLOW in done.err
    assert not [each for each in _environments() if str(tmp_path) in each]


def _environments() -> Iterator[str]:
    """Those of all processes but this one, in whose environment pytest writes the test's name."""
    for each in Path("/proc").glob("[0-9]*/environ"):
        if int(each.parent.name) != os.getpid():
            with suppress(OSError):  # it has ended meanwhile
                yield each.read_bytes().decode(errors="replace")
