"""Cut-outs that were made with other options are named, and redone with `--update`."""

import json
import os
from hashlib import md5
from pathlib import Path

import pytest
from PIL import Image

from cutout.choices import FileFormat, Mode
from cutout.colours import parse_colour
from cutout.command.history import HISTORY, made_with
from cutout.options import Background, Options, ShadowLook, Source
from tests.command.conftest import Run, files_in, opened, write
from tests.command.scripted_api import RESULTS, Asked, Reply, ScriptedApi, success
from tests.local_server import LocalServer
from tests.samples import gradient, jpeg, png

REFUSED = ("read", "written")
ADVICE = "made with other options; use --update"


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    for name in ("a", "b", "deep/c"):
        write(tmp_path / "photos" / f"{name}.jpg", jpeg(gradient(400, 300)))
    return tmp_path / "photos"


def test_other_options_are_told_and_redone_on_demand(
    run: Run, photos: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert run(photos, "-o", out).err == ""
    records = {HISTORY, f"deep/{HISTORY}"}
    assert files_in(out) == {"a.png", "b.png", "deep/c.png"} | records
    done = run(photos, "-o", out, "--background", "white")
    assert (done.code, done.lines) == (
        0,
        ["0 done, 3 already up to date", f"3 kept cut-outs were {ADVICE}"],
    )
    assert opened(out / "a.png").mode == "RGBA"
    dry = run(photos, "-o", out, "--background", "white", "--update", "--dry-run")
    assert dry.lines[-1] == "3 to do"
    done = run(photos, "-o", out, "--background", "white", "--update", "-v")
    assert done.lines[-1].startswith("3 done in ")
    assert opened(out / "deep" / "c.png").mode == "RGB"
    done = run(photos, "-o", out, "--background", "#fff", "--update", "-v")
    assert done.lines == ["0 done, 3 already up to date"], "the same colour, written differently"
    (out / "a.png").unlink()
    done = run(photos, "-o", out)
    assert done.lines[-1] == f"2 kept cut-outs were {ADVICE}"
    assert run(photos, "-o", out, "--update", "-v").lines[-1].startswith("2 done")
    assert {opened(out / name).mode for name in ("a.png", "b.png", "deep/c.png")} == {"RGBA"}


def test_one_cut_out_beside_its_picture(run: Run, photos: Path) -> None:
    photo = photos / "a.jpg"
    assert run(photo, "--crop").code == 0
    made = (photos / "a-cutout.png").read_bytes()
    record = json.loads((photos / HISTORY).read_text())
    assert record.pop("quality")["hint"] == "fine"
    assert record == {
        "cutout": "a-cutout.png",
        "options": {"crop": {"pixels": 0, "share": 0.0}},
        "picture": "a.jpg",
        "md5": md5(made, usedforsecurity=False).hexdigest(),
        "bytes": len(made),
        "sources": {"picture": photo.stat().st_size},
    }
    assert run(photo).lines[-1] == f"1 kept cut-out was {ADVICE}"
    assert run(photo, "--dry-run").lines[-1] == f"1 kept cut-out was {ADVICE}"
    assert run(photo, "-q").err == ""
    assert run(photo, "--force", "-v").lines[-1].startswith("1 done")
    assert run(photo, "-v").lines == ["0 done, 1 already up to date"]
    assert run(photos).code == 0, "the record is no picture, and nothing that is left out"


def test_a_model_is_known_by_its_name(
    run: Run, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo, kept = photos / "a.jpg", ["0 done, 1 already up to date"]
    assert run(photo).code == 0
    assert run(photo, "--model", "auto", "-v").lines == kept, "the default"
    assert run(photo, "--model", "fast").lines[-1] == f"1 kept cut-out was {ADVICE}"
    monkeypatch.setenv("CUTOUT_MODEL", "fast")
    assert run(photo, "--update", "-v").lines[-1].startswith("1 done")
    assert run(photo, "--model", "fast", "-v").lines == kept
    monkeypatch.delenv("CUTOUT_MODEL")
    assert run(photo).lines[-1] == f"1 kept cut-out was {ADVICE}"


def test_a_background_is_known_by_its_content(run: Run, photos: Path, tmp_path: Path) -> None:
    first = write(tmp_path / "first.png", png(Image.new("RGB", (30, 20), "red")))
    same = write(tmp_path / "same.png", first.read_bytes())
    other = write(tmp_path / "other.png", png(Image.new("RGB", (30, 20), "blue")))
    photo = photos / "a.jpg"
    assert run(photo, "--background", first).code == 0
    assert run(photo, "--background", same, "-v").lines == ["0 done, 1 already up to date"]
    assert run(photo, "--background", other).lines[-1] == f"1 kept cut-out was {ADVICE}"


def test_doubtful_cut_outs_have_a_record_as_well(run: Run, photos: Path, tmp_path: Path) -> None:
    write(photos / "a.jpg", jpeg(gradient(20, 20)))
    places = ["-o", tmp_path / "out", "--review", tmp_path / "review"]
    assert run(photos, *places, "--mode", "fg-mask").code == 0
    assert run(photos, *places).lines[-1] == f"3 kept cut-outs were {ADVICE}"


def test_the_same_options_by_an_api(run: Run, photos: Path, tmp_path: Path) -> None:
    options = ["-o", tmp_path / "out", "--preset", "square", "--quality", "50", "--format", "jpg"]
    assert run(photos, *options, "--background", "teal").code == 0
    with LocalServer(CUTOUT_STORAGE_DIR=str(tmp_path / "storage")) as server:
        done = run(photos, *options, "--background", "teal", "-v", "--url", server.url)
    assert done.lines == ["0 done, 3 already up to date"]


SOURCE = Source(b"picture", "a.png")
EQUAL = {
    "a colour": (Options(background=Background(parse_colour("white"))),) * 2,
    "the shadow of no shadow": (Options(shadow=ShadowLook(0.1)), Options()),
    "the background of a mask": (
        Options(mode=Mode.FG_MASK, background=Background(picture=SOURCE)),
        Options(mode=Mode.FG_MASK),
    ),
    "the quality of a PNG": (Options(quality=3), Options()),
    "a background's name": (
        Options(background=Background(picture=SOURCE)),
        Options(background=Background(picture=Source(b"picture", "b.png"))),
    ),
    "the format, which the name tells": (Options(format=FileFormat.WEBP), Options()),
}
DIFFERENT = {
    "a colour": (Options(background=Background(parse_colour("white"))), Options()),
    "the shadow": (
        Options(mode=Mode.FG_IMAGE_SHADOW, shadow=ShadowLook(0.1)),
        Options(mode=Mode.FG_IMAGE_SHADOW),
    ),
    "the quality of a JPEG": (Options(format=FileFormat.JPG, quality=3), Options()),
    "the quality of a ZIP": (Options(format=FileFormat.ZIP, quality=3), Options()),
    "a background": (
        Options(background=Background(picture=SOURCE)),
        Options(background=Background(picture=Source(b"other", "a.png"))),
    ),
}


@pytest.mark.parametrize(("one", "other"), EQUAL.values(), ids=EQUAL)
def test_what_makes_no_difference(one: Options, other: Options) -> None:
    assert made_with(one) == made_with(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT.values(), ids=DIFFERENT)
def test_what_makes_a_difference(one: Options, other: Options) -> None:
    assert made_with(one) != made_with(other)
    assert json.loads(json.dumps(made_with(one))) == made_with(one)


@pytest.mark.parametrize("content", ["# mine\n", None], ids=["a file", "nothing"])
def test_a_link_among_somebodys_photos_leads_nowhere(
    run: Run, photos: Path, tmp_path: Path, content: str | None
) -> None:
    """A shell would run the name of a photo in the line, such as `$(reboot).jpg`."""
    mine, link = tmp_path / ".bashrc", photos / HISTORY
    if content is not None:
        mine.write_text(content)
    link.symlink_to(mine)
    done = run(photos / "a.jpg", "--crop")
    assert (done.code, opened(photos / "a-cutout.png").size) == (0, (200, 150))
    assert done.lines == [f"{link} can't be written: Too many levels of symbolic links."]
    assert (mine.read_text() if mine.exists() else None) == content


def test_a_pipe_among_somebodys_photos_keeps_nobody_waiting(run: Run, photos: Path) -> None:
    os.mkfifo(photos / HISTORY)
    done = run(photos / "a.jpg", "--crop")
    assert done.code == 0
    assert done.lines == [f"{photos / HISTORY} can't be written: No such device or address."]


def test_a_record_that_can_not_be_used_stops_nothing(
    run: Run, photos: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    write(out / "a.png")
    (out / HISTORY).mkdir()
    done = run(photos, "-o", out, "--crop")
    assert done.code == 0
    assert done.lines == [f"{out / HISTORY} can't be {each}: Is a directory." for each in REFUSED]
    assert files_in(out) == {"a.png", "b.png", "deep/c.png", f"deep/{HISTORY}"}


def test_a_mask_counts_as_an_option(run: Run, photos: Path, tmp_path: Path) -> None:
    mask = write(tmp_path / "mask.png", png(gradient(400, 300).convert("L")))
    out = tmp_path / "out"
    assert run(photos / "a.jpg", "-o", f"{out}/").code == 0
    done = run(photos / "a.jpg", "-o", f"{out}/", "--mask", mask)
    assert done.lines[-1] == "1 kept cut-out was made with other options; use --update"
    done = run(photos / "a.jpg", "-o", f"{out}/", "--mask", mask, "--update", "-v")
    assert done.lines[-1].startswith("1 done")
    assert b"mask" in (out / HISTORY).read_bytes()


def older(path: Path, content: bytes) -> Path:
    """A file that is older than every cut-out, as one from a camera, a copy or an archive."""
    write(path, content)
    os.utime(path, (1_000_000_000,) * 2)
    return path


def test_an_older_picture_of_the_same_name(run: Run, tmp_path: Path) -> None:
    monday, tuesday, out = (tmp_path / name for name in ("monday", "tuesday", "out"))
    older(monday / "a.jpg", jpeg(gradient(400, 300)))
    older(tuesday / "a.jpg", jpeg(gradient(200, 100)))
    assert run(monday, "-o", out).code == 0
    assert run(tuesday, "-o", out, "--dry-run").lines[-1] == "1 to do"
    assert run(tuesday, "-o", out, "-v").lines[-1].startswith("1 done")
    assert opened(out / "a.png").size == (200, 100)
    older(tuesday / "a.jpg", jpeg(gradient(300, 300)))
    assert run(tuesday, "-o", out, "-v").lines[-1].startswith("1 done"), "copied over the other"
    assert opened(out / "a.png").size == (300, 300)
    tuesday.rename(tmp_path / "moved")
    assert run(tmp_path / "moved", "-o", out, "-v").lines == ["0 done, 1 already up to date"]


def test_a_retouched_cut_out_of_another_picture_is_kept(run: Run, tmp_path: Path) -> None:
    photo, out = older(tmp_path / "a.jpg", jpeg(gradient(400, 300))), tmp_path / "out"
    assert run(photo, "-o", out).code == 0
    write(out / "a.png", png(gradient(400, 300)))
    older(photo, jpeg(gradient(200, 100)))
    assert run(photo, "-o", out, "-v").lines == ["0 done, 1 already up to date"]


def test_an_older_mask_of_the_same_name(run: Run, tmp_path: Path) -> None:
    photo, out = older(tmp_path / "a.jpg", jpeg(gradient(64, 64))), tmp_path / "out"
    for number, shape in enumerate((Image.new("L", (64, 64), 255), gradient(64, 64).convert("L"))):
        mask = older(tmp_path / str(number) / "a.png", png(shape))
        assert run(photo, "-o", out, "--mask", mask, "-v").lines[-1].startswith("1 done")
        assert run(photo, "-o", out, "--mask", mask, "-v").lines[-1].startswith("0 done, 1 already")
    os.utime(mask)
    assert run(photo, "-o", out, "--mask", mask, "-v").lines[-1].startswith("1 done"), "newer"


def test_a_picture_that_is_replaced_meanwhile(run: Run, tmp_path: Path) -> None:
    photo = older(tmp_path / "a.jpg", jpeg(gradient(400, 300)))

    def answer(_: Asked) -> Reply:
        older(photo, jpeg(gradient(200, 100)))
        return success()

    with ScriptedApi({RESULTS: [answer]}) as server:
        for count in (1, 1, 0):
            done = run(photo, "-o", tmp_path / "out", "--url", server.url, "-v")
            assert done.lines[-1].startswith(f"{count} done"), done.err


def test_a_named_file_is_always_written(run: Run, tmp_path: Path) -> None:
    target = tmp_path / "x.png"
    for name, size in (("a.jpg", (400, 300)), ("b.jpg", (200, 100))):
        photo = older(tmp_path / name, jpeg(gradient(*size)))
        assert run(photo, "-o", target, "-v").lines[-1].startswith("1 done"), name
        assert opened(target).size == size
    assert files_in(tmp_path) == {"a.jpg", "b.jpg", "x.png"}, "no record beside it"
