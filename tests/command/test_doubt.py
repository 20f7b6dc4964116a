"""What the command says of doubtful pictures, of files that it passes over, and in its report."""

import csv
import json
import os
from io import StringIO
from pathlib import Path

import numpy as np
import pytest

from cutout import engine
from cutout.choices import FileFormat
from cutout.command.history import HISTORY
from cutout.command.remote import _decoded_file
from cutout.pictures import Alpha, Look, Picture
from cutout.settings import Settings
from cutout.work import PictureWork
from tests.command.conftest import Run, files_in, write
from tests.samples import gradient, jpeg

EMPTY, UNSURE = 60, 61
"""Widths of the pictures in which nothing is found, and of those that are unsure."""


class Doubtful:
    """A network that judges by the width of a picture."""

    def __call__(self, picture: Picture) -> Alpha:
        return self.look(picture).alpha

    def look(self, picture: Picture) -> Look:
        alpha = np.zeros((1024, 1024), np.uint8)
        if picture.size[0] != EMPTY:
            alpha[:, :512] = 255
        return Look(alpha, 0.4 if picture.size[0] == UNSURE else 0.001)


def open_doubtful(settings: Settings, threads: int) -> PictureWork:  # noqa: ARG001
    return PictureWork(settings, Doubtful())


@pytest.fixture
def photos(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> Path:  # noqa: ARG001
    """A fine picture, an empty one and an unsure one."""
    monkeypatch.setattr(engine, "open_work", open_doubtful)
    folder = tmp_path / "photos"
    for name, width in (("fine", 400), ("sub/empty", EMPTY), ("unsure", UNSURE)):
        write(folder / f"{name}.jpg", jpeg(gradient(width, 400)))
    return folder


def test_pictures_without_a_subject_are_told(run: Run, photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = run(photos, "-o", f"{out}/")
    assert done.code == 3
    assert f"{photos}/sub/empty.jpg: No subject was found." in done.lines
    assert "3 done, 1 without a subject, 1 unsure in " in done.lines[-1]
    records = {HISTORY, f"sub/{HISTORY}"}
    assert files_in(out) == {"fine.png", "sub/empty.png", "unsure.png", *records}
    assert run(photos / "fine.jpg", "-o", tmp_path / "b.png").code == 0
    assert run(photos / "unsure.jpg", "-o", tmp_path / "c.png").code == 0
    quiet = run(photos, "-o", f"{tmp_path / 'quiet'}/", "-q")
    assert (quiet.code, quiet.err) == (3, "")


def test_a_failure_weighs_more_than_an_empty_picture(
    run: Run, photos: Path, tmp_path: Path
) -> None:
    write(photos / "broken.jpg", b"x")
    assert run(photos, "-o", f"{tmp_path / 'out'}/").code == 1


def test_doubtful_ones_are_put_apart(run: Run, photos: Path, tmp_path: Path) -> None:
    out, review = tmp_path / "out", tmp_path / "review"
    arguments = (photos, "-o", f"{out}/", "--review", review)
    run(*arguments)
    assert files_in(out) == {"fine.png", HISTORY}
    assert files_in(review) == {"sub/empty.png", "unsure.png", HISTORY, f"sub/{HISTORY}"}
    again = run(*arguments, "-v")
    assert (again.code, "3 already up to date" in again.err) == (3, True)


def test_a_kept_picture_without_a_subject_is_told_again(
    run: Run, photos: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    run(photos, "-o", out)
    for _ in range(2):
        again = run(photos, "-o", out)
        assert again.code == 3
        assert again.lines == [
            f"{photos}/sub/empty.jpg: No subject was found.",
            "0 done, 1 without a subject, 1 unsure, 3 already up to date",
        ]
    quiet = run(photos, "-o", out, "-q")
    assert (quiet.code, quiet.err) == (3, "")


def test_a_cut_out_that_was_replaced_is_no_longer_doubtful(
    run: Run, photos: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    run(photos, "-o", out)
    write(out / "sub/empty.png", b"drawn by hand")
    again = run(photos, "-o", out, "-v")
    assert (again.code, again.lines) == (0, ["0 done, 1 unsure, 3 already up to date"])


def test_a_changed_cut_out_of_the_same_size_is_no_longer_doubtful(
    run: Run, photos: Path, tmp_path: Path
) -> None:
    photo, out = photos / "sub" / "empty.jpg", tmp_path / "out"
    run(photo, "-o", out)
    write(out / "empty.png", bytes((out / "empty.png").stat().st_size))
    again = run(photo, "-o", out, "-v")
    assert (again.code, again.lines) == (0, ["0 done, 1 already up to date"])


def test_the_doubt_of_another_picture_is_not_told(run: Run, photos: Path, tmp_path: Path) -> None:
    out, report = tmp_path / "out", tmp_path / "report.json"
    empty = photos / "sub" / "empty.jpg"
    assert run(empty, "-o", out).code == 3
    same = write(tmp_path / "other" / "empty.jpg", empty.read_bytes())
    os.utime(same, (1_000_000_000,) * 2)
    again = run(same, "-o", out, "-v", "--report", report)
    assert (again.code, again.lines) == (0, ["0 done, 1 already up to date"])
    assert [each["quality"] for each in json.loads(report.read_text())] == [None]


def test_a_picture_is_known_by_another_path(run: Run, photos: Path, tmp_path: Path) -> None:
    out, linked = tmp_path / "out", tmp_path / "linked"
    assert run(photos, "-o", out).code == 3
    linked.symlink_to(photos)
    again = run(linked, "-o", out)
    assert (again.code, again.lines[0]) == (3, f"{linked}/sub/empty.jpg: No subject was found.")


def test_cut_outs_and_records_of_older_versions_are_kept(
    run: Run, photos: Path, tmp_path: Path
) -> None:
    out, report = tmp_path / "out", tmp_path / "report.json"
    run(photos, "-o", out, "--crop")
    for each in (out / HISTORY, out / "sub" / HISTORY):
        lines = [json.loads(line) for line in each.read_text().splitlines()]
        older = [json.dumps({name: line[name] for name in ("cutout", "options")}) for line in lines]
        each.write_text("\n".join(older) + "\n")
    again = run(photos, "-o", out, "--crop", "-v", "--report", report)
    assert (again.code, again.lines) == (0, ["0 done, 3 already up to date"])
    assert {each["quality"] for each in json.loads(report.read_text())} == {None}


@pytest.mark.parametrize(
    "quality", ['"fine"', "[]", "null", '{"hint": "\\u001b[2J"}', '{"hint": ["found nothing"]}']
)
def test_a_recorded_quality_is_checked(
    run: Run, photos: Path, tmp_path: Path, quality: str
) -> None:
    out, photo = tmp_path / "out", photos / "sub" / "empty.jpg"
    run(photo, "-o", out)
    line = json.loads((out / HISTORY).read_text()) | {"quality": json.loads(quality)}
    (out / HISTORY).write_text(json.dumps(line) + "\n")
    again = run(photo, "-o", out, "-v")
    assert (again.code, again.lines) == (0, ["0 done, 1 already up to date"])


def test_kept_doubtful_ones_are_put_apart_as_well(run: Run, photos: Path, tmp_path: Path) -> None:
    out, review = tmp_path / "out", tmp_path / "review"
    run(photos, "-o", out)
    places = ("-o", out, "--review", review)
    assert run(photos, *places, "--dry-run").lines[-1] == "2 to do, 1 already up to date"
    apart = run(photos, *places, "-v")
    assert (apart.code, "2 done, 1 without" in apart.lines[-1]) == (3, True)
    pictures = [name for folder in (out, review) for name in files_in(folder) if name[-1] == "g"]
    assert pictures.count("fine.png") == pictures.count("unsure.png") == 1
    assert {"sub/empty.png", "unsure.png"} < files_in(review)
    (review / "unsure.png").rename(out / "unsure.png")
    again = run(photos, *places, "-v")
    assert again.lines[-1] == "0 done, 1 without a subject, 3 already up to date", (
        "a cut-out that was looked at and moved stays there"
    )


def test_the_report(run: Run, photos: Path, tmp_path: Path) -> None:
    write(photos / "broken.jpg", b"x")
    found = {}
    for suffix in ("json", "csv"):
        report = tmp_path / f"report.{suffix}"
        run(photos, "-o", f"{tmp_path / suffix}/", "--report", report)
        text = report.read_text()
        rows = json.loads(text) if suffix == "json" else list(csv.DictReader(StringIO(text)))
        found[suffix] = {Path(each["picture"]).name: each for each in rows}
    for rows in found.values():
        assert list(rows) == ["broken.jpg", "fine.jpg", "empty.jpg", "unsure.jpg"]
        assert [each["outcome"] for each in rows.values()] == ["failed", "done", "done", "done"]
        assert rows["broken.jpg"]["message"]
        assert rows["empty.jpg"]["quality"] == "found nothing"
        assert float(rows["unsure.jpg"]["disagreement"]) == 0.4
        assert float(rows["fine.jpg"]["seconds"]) > 0
    made = Path(found["json"]["fine.jpg"]["cutout"])
    assert found["json"]["fine.jpg"]["bytes"] == made.stat().st_size


def test_a_later_report_knows_fine_ones_as_well(run: Run, photos: Path, tmp_path: Path) -> None:
    out, report = tmp_path / "out", tmp_path / "report.json"
    run(photos, "-o", out)
    run(photos, "-o", out, "--report", report)
    rows = {Path(each["picture"]).name: each for each in json.loads(report.read_text())}
    assert {each["outcome"] for each in rows.values()} == {"kept"}
    assert {name: each["quality"] for name, each in rows.items()} == {
        "fine.jpg": "fine",
        "empty.jpg": "found nothing",
        "unsure.jpg": "unsure",
    }
    beside = photos / "fine.jpg"
    assert run(beside).code == run(beside, "-o", photos / "fine.png").code == 0
    assert not (photos / HISTORY).exists(), "a photo gets no hidden file beside it"


@pytest.mark.parametrize("suffix", ["json", "csv"])
def test_a_report_names_what_is_kept(run: Run, photos: Path, tmp_path: Path, suffix: str) -> None:
    report, places = (
        tmp_path / f"report.{suffix}",
        ["-o", tmp_path / "o", "--review", tmp_path / "r"],
    )
    told = []
    for outcome in ("done", "kept"):
        assert run(photos, *places, "--report", report).code == 3
        text = report.read_text()
        rows = json.loads(text) if suffix == "json" else list(csv.DictReader(StringIO(text)))
        assert {Path(each["picture"]).name: each["outcome"] for each in rows} == dict.fromkeys(
            ("fine.jpg", "empty.jpg", "unsure.jpg"), outcome
        )
        assert {each["cutout"] for each in rows} == {
            str(tmp_path / each) for each in ("o/fine.png", "r/sub/empty.png", "r/unsure.png")
        }
        facts = ("bytes", "quality", "undecided", "disagreement")
        told.append([[each[name] for name in facts] for each in rows])
    assert told[0] == told[1]
    assert [quality for _, quality, *_ in told[1]] == ["fine", "found nothing", "unsure"]
    assert all(size for size, *_ in told[1])


@pytest.mark.parametrize("name", ["file/report.json", "folder.csv"])
def test_a_report_that_can_not_be_written_is_told_first(
    run: Run, photos: Path, tmp_path: Path, name: str
) -> None:
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "file").touch()
    done = run(photos, "-o", tmp_path / "out", "--report", tmp_path / name)
    assert (done.code, len(done.lines)) == (1, 1)
    assert done.lines[0].startswith(f"cutout: {tmp_path / name}: ")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["report.txt", "report", "json"])
def test_a_report_is_json_or_csv(run: Run, photos: Path, name: str) -> None:
    done = run(photos, "--report", name)
    assert done.code == 2
    assert f"--report must end in .json or .csv: {name}" in done.err


def test_what_is_passed_over_is_named(run: Run, photos: Path, tmp_path: Path) -> None:
    for name in ("a.HEIC", "b.tif", "sub/c.tif", ".DS_Store", "README"):
        write(photos / name, b"x")
    done = run(photos, "-o", f"{tmp_path / 'out'}/")
    assert "4 left out: .heic, .tif, no suffix" in done.lines[-1]


def test_a_dry_run_writes_nothing(run: Run, photos: Path, tmp_path: Path) -> None:
    write(photos / "b.tif", b"x")
    out = tmp_path / "out"
    done = run(photos, "-o", f"{out}/", "--dry-run")
    assert done.code == 0
    assert f"{photos}/fine.jpg: {out}/fine.png" in done.lines
    assert done.lines[-1] == "3 to do, 1 left out: .tif"
    assert not out.exists()


@pytest.mark.parametrize(
    ("told", "quality"),
    [
        (None, (None, None, None)),
        ({"hint": "unsure", "undecided": 0.5}, ("unsure", 0.5, None)),
        ({"hint": "\x1b[2J", "undecided": 0.5}, (None, None, None)),
        ({"hint": ["fine"]}, (None, None, None)),
        ({"hint": "fine", "undecided": "0.5", "disagreement": 7}, ("fine", None, None)),
        ("fine", (None, None, None)),
    ],
)
def test_a_servers_hint_is_checked(
    told: object, quality: tuple[str | None, float | None, float | None]
) -> None:
    result = {
        "status": {"code": "ok", "message": "Success"},
        "entities": [{"image": "iVBORw=="}],
        "quality": told,
    }
    made = _decoded_file({"results": [result]}, FileFormat.PNG)
    assert (made.quality, made.undecided, made.disagreement) == quality
