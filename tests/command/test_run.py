"""Pictures that hang or crash native code fail alone; hostile ICC profiles do no harm."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from time import monotonic

import pytest

from cutout import engine
from tests.command.conftest import Run, opened, pictures_in, run_apart, write
from tests.command.stand_in import CRASHING_WIDTH, HANGING_WIDTH, SEIZING_WIDTH, open_and_die
from tests.decode.laden import FORMS, NAMED, bare, laden
from tests.samples import gradient, jpeg

TOO_SLOW = "Processing took too long. Try again, or send a smaller picture."


def folder_with(path: Path, *widths: int) -> Path:
    """Pictures of these widths, and good ones before, between and behind them."""
    for number, width in enumerate(widths):
        write(path / f"{2 * number}-good.jpg")
        write(path / f"{2 * number + 1}-{width}.jpg", jpeg(gradient(width, 30)))
    write(path / f"{2 * len(widths)}-good.jpg")
    return path


@pytest.fixture
def limit(tmp_path: Path) -> str:
    """Return seconds in which this machine, however busy, starts a process and cuts out."""
    start = monotonic()
    assert run_apart(write(tmp_path / "before" / "a.jpg")).code == 0
    return str(2 * (monotonic() - start))


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_picture_that_hangs_is_given_up(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch, jobs: int, limit: str
) -> None:
    monkeypatch.setenv("CUTOUT_PICTURE_SECONDS", limit)
    folder = folder_with(tmp_path / "in", HANGING_WIDTH, SEIZING_WIDTH)
    done = run(folder, "-o", tmp_path / "out", "--jobs", jobs)
    assert done.code == 1
    assert pictures_in(tmp_path / "out") == {f"{each}-good.png" for each in (0, 2, 4)}
    assert sorted(done.lines[:2]) == [
        f"{folder}/{number}-{width}.jpg: {TOO_SLOW}"
        for number, width in ((1, HANGING_WIDTH), (3, SEIZING_WIDTH))
    ]


def test_a_crash_is_a_line_of_its_own(tmp_path: Path, run: Run) -> None:
    folder = folder_with(tmp_path / "in", CRASHING_WIDTH)
    done = run(folder, "-o", tmp_path / "out")
    assert done.code == 1
    assert pictures_in(tmp_path / "out") == {"0-good.png", "2-good.png"}
    message = "Its worker process ended. Is there enough memory? Try --jobs 1."
    assert done.lines[0] == f"{folder}/1-{CRASHING_WIDTH}.jpg: {message}"


def test_a_process_that_ends_while_it_starts_is_one_line(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "open_work", open_and_die)
    done = run(write(tmp_path / "a.jpg"))
    message = "A worker process ended while it started. Is there enough memory? Try --jobs 1."
    assert (done.code, done.lines) == (1, [f"cutout: {message}"])


def test_a_huge_file_of_another_type_is_not_read(tmp_path: Path, run: Run) -> None:
    with (tmp_path / "film.jpg").open("wb") as file:
        file.truncate(2**40)
    done = run(tmp_path / "film.jpg")
    assert done.code == 1
    assert done.lines[0] == (
        f"{tmp_path}/film.jpg: Unsupported file type. Only JPEG, PNG and WebP images are accepted."
    )


def test_nothing_is_left_running(tmp_path: Path, limit: str) -> None:
    folder = folder_with(tmp_path / "in", SEIZING_WIDTH)
    done = run_apart(
        folder,
        "-o",
        f"{tmp_path}/out/",
        CUTOUT_PICTURE_SECONDS=limit,
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


def test_hostile_profiles_do_no_harm(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for form in FORMS:
        for number, name in enumerate(NAMED):
            (folder / f"{form} {number}.jpg").write_bytes(laden(form, name))
        (folder / f"{form} plain.jpg").write_bytes(bare(form))
    done = run(folder, "-o", tmp_path / "out")
    assert done.code == 0, done.err
    for form in FORMS:
        wanted = opened(tmp_path / "out" / f"{form} plain.png")
        for number, name in enumerate(NAMED):
            made = opened(tmp_path / "out" / f"{form} {number}.png")
            assert made.tobytes() == wanted.tobytes(), (form, name)
            assert "icc_profile" not in made.info


def test_a_background_with_a_hostile_profile(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg())
    (tmp_path / "bomb.png").write_bytes(laden("grey PNG", "multi-process D2B0"))
    done = run(tmp_path / "a.jpg", "-o", f"{tmp_path}/out/", "--background", tmp_path / "bomb.png")
    assert done.code == 0, done.err
