"""Names that file systems refuse, or do not tell apart."""

import errno
import os
from pathlib import Path
from shutil import rmtree
from typing import Any

import pytest

from tests.command.conftest import Run, files_in, pictures_in, write
from tests.samples import png


@pytest.fixture
def case_blind(monkeypatch: pytest.MonkeyPatch) -> None:
    """Find files as exFAT, FAT and shares of Windows do."""
    exactly = os.path.lexists

    def lexists(path: str | Path) -> bool:
        folder, name = Path(path).parent, Path(path).name
        names = {each.name.lower() for each in folder.iterdir()} if folder.is_dir() else set()
        return exactly(path) or name.lower() in names

    monkeypatch.setattr(os.path, "lexists", lexists)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    for name in ("A.jpg", "a.jpg", "b.jpg", "Deep/c.jpg", "deep/c.jpg", "deep/d.jpg"):
        write(tmp_path / "photos" / name)
    return tmp_path / "photos"


def test_both_are_written(photos: Path, tmp_path: Path, run: Run) -> None:
    assert run(photos, "-o", tmp_path / "out").code == 0
    names = {"A.png", "a.png", "b.png", "Deep/c.png", "deep/c.png", "deep/d.png"}
    assert pictures_in(tmp_path / "out") == names


@pytest.mark.usefixtures("case_blind")
def test_one_does_not_overwrite_the_other(photos: Path, tmp_path: Path, run: Run) -> None:
    out = tmp_path / "out"
    for _ in range(2):  # nor is it up to date afterwards
        done = run(photos, "-o", out)
        assert done.code == 1
        assert done.lines[:2] == [
            f"{photos}/{small}.jpg: Its cut-out would overwrite {out}/{small}.png, {owner}"
            for small, owner in (
                ("a", f"the cut-out of {photos}/A.jpg."),
                ("deep/c", f"the cut-out of {photos}/Deep/c.jpg."),
            )
        ]
        assert pictures_in(out) == {"A.png", "b.png", "Deep/c.png", "deep/d.png"}


@pytest.mark.usefixtures("case_blind")
def test_a_picture_is_not_overwritten_in_a_folder_spelled_otherwise(
    tmp_path: Path, run: Run
) -> None:
    photo = write(tmp_path / "photos" / "a.png", png())
    done = run(photo.parent, "-o", tmp_path / "Photos", "--force")
    assert done.code == 1
    assert done.lines[0] == (f"{photo}: Its cut-out would overwrite {tmp_path}/Photos/a.png.")
    assert files_in(tmp_path) == {"photos/a.png"}


@pytest.mark.usefixtures("case_blind")
@pytest.mark.parametrize("named", ["photos", "photos/**/*.*", "photos/*/*.*", "photos/*"])
@pytest.mark.parametrize("option", ["-o", "--review"])
def test_a_folder_of_cut_outs_that_is_spelled_otherwise_is_not_read(
    tmp_path: Path, run: Run, named: str, option: str
) -> None:
    write(tmp_path / "photos" / "a.jpg")
    write(tmp_path / "photos" / "deep" / "b.jpg")
    write(tmp_path / "photos" / "out" / "earlier.png", png())
    places = ["-o", tmp_path / "elsewhere", option, tmp_path / "Photos" / "Out"]
    done = run(tmp_path / named, *places, "--dry-run")
    assert (done.code, "earlier" in done.err, "b.jpg" in done.err) == (0, False, True)
    assert files_in(tmp_path) == {"photos/a.jpg", "photos/deep/b.jpg", "photos/out/earlier.png"}


def test_a_folder_of_cut_outs_hides_no_other_one(tmp_path: Path, run: Run) -> None:
    for name in ("photos", "Photos"):
        write(tmp_path / name / "out" / "b.jpg")
    for named in ("photos", "photos/*/*.*"):
        done = run(tmp_path / named, "-o", tmp_path / "Photos" / "out", "--dry-run")
        assert done.lines[0].startswith(f"{tmp_path}/photos/out/b.jpg: ")


CUT_OUTS = "--review must not be the folder of the cut-outs"
PICTURES = "--review holds the pictures themselves"
REVIEWS = [
    (["photos", "-o", "out", "--review", "Out"], CUT_OUTS),
    (["photos/a.jpg", "-o", "out/x.png", "--review", "OUT"], CUT_OUTS),
    (["photos", "-o", "out", "--review", "Photos"], PICTURES),
    (["photos/deep", "-o", "out", "--review", "linked"], PICTURES),
    (["photos/*.jpg", "-o", "out", "--review", "Photos"], PICTURES),
    (["photos/a.jpg", "--review", "PHOTOS"], PICTURES),
]


@pytest.mark.usefixtures("case_blind")
@pytest.mark.parametrize(("arguments", "message"), REVIEWS)
def test_a_folder_for_a_review_is_apart_however_it_is_spelled(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a.jpg", "deep/b.jpg"):
        write(Path("photos", name))
    Path("linked").symlink_to("Photos")
    done = run(*arguments)
    assert (done.code, done.lines) == (2, [f"cutout: error: {message}: {arguments[-1]}"])
    assert files_in(Path()) == {"photos/a.jpg", "photos/deep/b.jpg"}


@pytest.mark.parametrize("arguments", [each for each, _ in REVIEWS])
def test_a_folder_for_a_review_may_be_spelled_like_another(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a.jpg", "deep/b.jpg"):
        write(Path("photos", name))
    Path("Photos").mkdir()
    Path("linked").symlink_to("Photos")
    assert run(*arguments).code == 0


@pytest.mark.parametrize("number", [errno.EINVAL, errno.EILSEQ, errno.ENOENT])
@pytest.mark.parametrize(("call", "name"), [("replace", "a?.jpg"), ("mkdir", "b:/c.jpg")])
def test_a_name_that_the_disk_does_not_take(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch, call: str, name: str, number: int
) -> None:
    """As of Windows' file systems, whose drivers say this in different ways."""
    photos, out = tmp_path / "in", tmp_path / "out"
    photo = write(photos / name)
    write(photos / "d.jpg")
    real = getattr(Path, call)

    def refuse(path: Path, *rest: Any, **named: Any) -> None:
        if set("?:") & set(str(rest or path)):
            raise OSError(number, os.strerror(number))
        real(path, *rest, **named)

    monkeypatch.setattr(Path, call, refuse)
    done = run(photos, "-o", out)
    target = (out / name).with_suffix(".png")
    assert done.code == 1
    assert done.lines[0] == f"{photo}: {target} can't be written: The disk does not take this name."
    assert pictures_in(out) == {"d.png"}


def test_a_folder_that_is_removed_meanwhile_is_no_refused_name(
    tmp_path: Path, run: Run, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.replace

    def replace(path: Path, target: Path) -> Path:
        rmtree(path.parent)
        return real(path, target)

    monkeypatch.setattr(Path, "replace", replace)
    done = run(photo, "-o", tmp_path / "out")
    assert done.lines[0].endswith("out/a.png can't be written: No such file or directory.")
