"""No cut-out takes the place of what it is made of, or of a file that is somebody else's."""

import os
import sys
from pathlib import Path

import numpy as np
import pytest

from cutout import engine
from cutout.command.inputs import path_key
from tests.command.conftest import Run, files_in, opened, pictures_in, write
from tests.command.test_doubt import EMPTY, UNSURE, open_doubtful
from tests.samples import gradient, jpeg, png

EMPTY_JPEG, FINE_JPEG, UNSURE_JPEG = (jpeg(gradient(width, 400)) for width in (EMPTY, 400, UNSURE))
APART = "--review must not be the folder of the cut-outs"
MASK = png(gradient().convert("L"))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> Path:  # noqa: ARG001
    """The working directory, in which pictures of some widths are empty or unsure."""
    monkeypatch.setattr(engine, "open_work", open_doubtful)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def touch(path: Path, seconds: int = 10) -> None:
    """Make a file newer than all others."""
    later = path.stat().st_mtime + seconds
    os.utime(path, (later, later))


def test_a_working_directory_that_was_removed_is_told(
    folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = write(folder / "a.jpg")
    (folder / "gone").mkdir()
    monkeypatch.chdir(folder / "gone")
    (folder / "gone").rmdir()
    message = "cutout: The working directory was removed. Change to another one.\n"
    for named in (photo, "a.jpg", "*.jpg"):
        done = run(named, "-o", folder / "x.png")
        assert (done.code, done.err) == (1, message)
    assert files_in(folder) == {"a.jpg"}


def test_a_folder_of_pictures_is_none_for_a_review(run: Run) -> None:
    photo = write(Path("photos/a.png"), EMPTY_JPEG)
    for named in ("photos", "photos/*.png", "photos/**/*.png"):
        done = run(named, "-o", "out", "--review", "photos", "--force")
        assert (done.code, "--review holds the pictures themselves: photos" in done.err) == (
            2,
            True,
        )
    assert photo.read_bytes() == EMPTY_JPEG
    assert not Path("out").exists()


def test_a_cut_out_for_a_review_overwrites_no_picture(run: Run) -> None:
    photo = write(Path("photos/a.png"), EMPTY_JPEG)
    for options in ([], ["--force"]):
        done = run(photo, "-o", "out/", "--review", "photos", *options)
        assert done.code == 1
        assert done.lines[0] == "photos/a.png: Its cut-out would overwrite photos/a.png."
    assert photo.read_bytes() == EMPTY_JPEG


def test_a_cut_out_for_a_review_overwrites_no_other_cut_out(run: Run) -> None:
    write(Path("photos/a.jpg"), FINE_JPEG)
    write(Path("photos/review/a.jpg"), FINE_JPEG)
    write(Path("photos/b.jpg"), FINE_JPEG)
    done = run("photos", "-o", "out", "--review", "out/review")
    assert done.code == 1
    clash = "Its cut-out would overwrite out/review/a.png, the cut-out of photos/a.jpg."
    assert done.lines[0] == f"photos/review/a.jpg: {clash}"
    assert {"a.png", "b.png"} <= files_in(Path("out"))


def test_a_review_is_no_input_the_next_time(run: Run) -> None:
    write(Path("photos/a.jpg"), EMPTY_JPEG)
    for _ in range(2):
        run("photos", "photos/*", "photos/**/*.png", "-o", "out", "--review", "photos/rv")
    assert {each for each in files_in(Path("photos")) if "jsonl" not in each} == {
        "a.jpg",
        "rv/a.png",
    }


@pytest.mark.parametrize("review", ["out", "out/", "./photos/../out"])
def test_the_folder_of_the_others_is_none_for_a_review(run: Run, review: str) -> None:
    write(Path("photos/a.jpg"), EMPTY_JPEG)
    done = run("photos", "-o", "out", "--review", review)
    assert (done.code, done.lines) == (
        2,
        [f"cutout: error: {APART}: {Path(review)}"],
    )


def test_the_folder_of_a_named_output_is_none_for_a_review(run: Run) -> None:
    write(Path("a.jpg"), EMPTY_JPEG)
    done = run("a.jpg", "-o", "q/x.png", "--review", "q")
    assert (done.code, done.lines) == (
        2,
        [f"cutout: error: {APART}: q"],
    )
    assert not Path("q").exists()


@pytest.mark.parametrize(("photo", "review"), [("a.jpg", "."), ("sub/a.jpg", ".")])
def test_the_folder_of_a_named_picture_is_none_for_a_review(
    run: Run, photo: str, review: str
) -> None:
    write(Path(photo), EMPTY_JPEG)
    done = run(photo, "--review", review)
    message = f"cutout: error: --review holds the pictures themselves: {review}"
    assert (done.code, done.lines) == (2, [message])
    assert run(photo, "--review", "doubtful").code == 3
    made = Path("doubtful", photo).with_name("a-cutout.png")
    assert opened(made).size[0] == EMPTY


def test_a_file_for_a_review_is_wrong_usage(run: Run) -> None:
    write(Path("a.jpg"))
    write(Path("notes"), b"mine")
    done = run("a.jpg", "-o", "out/", "--review", "notes")
    assert (done.code, "--review is not a folder: notes" in done.err) == (2, True)


def test_no_mask_is_overwritten(run: Run) -> None:
    photo, mask = write(Path("photos/a.jpg")), write(Path("masks/a.png"), MASK)
    touch(photo)
    for places in (
        ["photos", "-o", "masks", "--mask", "masks"],
        [photo, "-o", mask, "--mask", mask],
        [photo, "-o", "out/", "--review", "masks", "--mask", mask],
    ):
        done = run(*places, "--force")
        assert done.code == 1
        assert done.lines[0] == "photos/a.jpg: Its cut-out would overwrite masks/a.png."
        assert mask.read_bytes() == MASK


def test_no_mask_behind_a_link_is_overwritten(run: Run) -> None:
    photo, mask = write(Path("a.jpg")), write(Path("m.png"), MASK)
    Path("link.png").symlink_to("m.png")
    assert run(photo, "-o", mask, "--mask", "link.png").code == 1
    assert mask.read_bytes() == MASK


def test_no_background_is_overwritten(run: Run) -> None:
    photo, background = write(Path("bg.jpg")), write(Path("bg.png"), png())
    before = background.read_bytes()
    touch(photo)
    for places in (["-o", background], ["-o", "out/", "--review", "."]):
        done = run(photo, "--background", background, *places)
        assert done.code == 1
        assert done.lines[0] == "bg.jpg: Its cut-out would overwrite bg.png."
    assert background.read_bytes() == before


@pytest.mark.parametrize("inputs", [["in"], ["in/*"], ["in/a.jpg", "in/bg.jpg"]])
def test_a_background_among_the_pictures_is_none(run: Run, inputs: list[str]) -> None:
    write(Path("in/bg.jpg"))
    photo = write(Path("in/a.jpg"))
    assert run(*inputs, "-o", "out", "--background", "in/bg.jpg").code == 0
    assert pictures_in(Path("out")) == {"a.png"}
    photo.unlink()
    assert run("in", "-o", "alone", "--background", "in/bg.jpg").code == 0
    assert pictures_in(Path("alone")) == {"bg.png"}


def test_an_outdated_cut_out_at_the_other_place_goes(run: Run) -> None:
    photo, places = Path("in/1.jpg"), ["-o", "o", "--review", "rv"]
    fine, doubtful = Path("o/1.png"), Path("rv/1.png")
    for content in (FINE_JPEG, UNSURE_JPEG, FINE_JPEG):
        write(photo, content)
        touch(photo)
        done = run("in", *places, "--force")
        assert (done.code, "older" in done.err) == (0, False)
        assert (fine.exists(), doubtful.exists()) == (
            content == FINE_JPEG,
            content == UNSURE_JPEG,
        )


@pytest.mark.parametrize("how", ["foreign", "changed"])
def test_a_file_of_other_origin_at_the_other_place_stays(run: Run, how: str) -> None:
    photo, other = write(Path("in/1.jpg"), FINE_JPEG), Path("o/1.png")
    if how == "changed":
        assert run("in", "-o", "o", "--review", "rv").code == 0
    write(other, b"mine")
    write(photo, UNSURE_JPEG)
    done = run("in", "-o", "o", "--review", "rv", "--force")
    assert "in/1.jpg: an older file stays: o/1.png. The new cut-out is rv/1.png." in done.lines
    assert other.read_bytes() == b"mine"
    assert opened(Path("rv/1.png")).size[0] == UNSURE


def test_masks_among_the_pictures_are_left_out_and_pictures_are_not(run: Run) -> None:
    write(Path("both/a.jpg"))
    write(Path("both/a.png"), MASK)
    write(Path("both/b.jpg"))
    done = run("both", "-o", "out", "--mask", "both")
    assert done.code == 1
    assert done.lines[0] == "both/b.jpg: There is no mask for it in both."
    assert {each for each in files_in(Path("out")) if "jsonl" not in each} == {"a.jpg.png"}
    assert np.asarray(opened(Path("out/a.jpg.png"))).shape == (48, 64, 4)


def test_a_name_spelled_otherwise_is_the_same_file(monkeypatch: pytest.MonkeyPatch) -> None:
    spellings = (
        Path("Photos/Caf\N{LATIN SMALL LETTER E WITH ACUTE}.PNG"),
        Path("photos/cafe\u0301.png"),
    )
    assert len(set(map(path_key, spellings))) == 2
    monkeypatch.setattr(sys, "platform", "darwin")
    assert len(set(map(path_key, spellings))) == 1
