"""`--format zip`: the colours and the mask in one file, here and by an API."""

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from tests.api.removebg.asking import parts_of
from tests.command.conftest import Run, files_in, opened, pictures_in, run_apart, write
from tests.command.scripted_api import ScriptedApi, success
from tests.samples import gradient, jpeg, png

PHOTO = jpeg(gradient(320, 240))


def parts_in(path: Path) -> tuple[Image.Image, Image.Image]:
    """The colours and the mask."""
    return parts_of(path.read_bytes())


def on_ground(image: Image.Image, ground: str) -> npt.NDArray[np.int_]:
    """The picture's pixels on a colour."""
    whole = Image.alpha_composite(Image.new("RGBA", image.size, ground), image.convert("RGBA"))
    return np.asarray(whole, int)


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["--crop", "10%"],
        ["--mode", "fg-image-shadow"],
        ["--background", "teal"],
        ["--background", "#ff000080"],
        ["--size", "200x300", "--max-side", "150"],
    ],
    ids=" ".join,
)
def test_put_together_it_is_the_png(
    tmp_path: Path, run: Run, where: list[str], options: list[str]
) -> None:
    photo = write(tmp_path / "a.jpg", PHOTO)
    for kind in ("png", "zip"):
        done = run(photo, "--format", kind, *options, *where)
        assert (done.code, done.err) == (0, "")
    colour, alpha = parts_in(tmp_path / "a-cutout.zip")
    whole = opened(tmp_path / "a-cutout.png").convert("RGBA")
    assert (colour.mode, alpha.mode) == ("RGB", "L")
    assert colour.size == alpha.size == whole.size
    assert np.array_equal(np.asarray(alpha), np.asarray(whole.getchannel("A")))
    made = colour.convert("RGBA")
    made.putalpha(alpha)
    for ground in ("black", "white"):
        assert np.abs(on_ground(made, ground) - on_ground(whole, ground)).mean() < 3


def test_the_colours_have_the_picture_s_own_background(
    tmp_path: Path, run: Run, where: list[str]
) -> None:
    photo = write(tmp_path / "a.jpg", PHOTO)
    seen = np.asarray(opened(photo), int)
    for mode in ("fg-image", "fg-mask"):
        target = tmp_path / f"{mode}.zip"
        assert run(photo, "--mode", mode, "-o", target, *where).code == 0
        colour, alpha = parts_in(target)
        hidden = np.asarray(alpha) == 0
        assert hidden.any()
        assert np.abs(np.asarray(colour, int) - seen)[hidden].mean() < 4
    assert run(photo, "--mode", "fg-mask", "-o", tmp_path / "mask.png", *where).code == 0
    assert np.array_equal(np.asarray(opened(tmp_path / "mask.png")), np.asarray(alpha))


def test_the_quality_is_that_of_the_colours(tmp_path: Path, run: Run, where: list[str]) -> None:
    photo, target = write(tmp_path / "a.jpg", PHOTO), tmp_path / "a-cutout.zip"
    found = {}
    for quality in ("5", "95"):
        options = ["--format", "zip", "--quality", quality, "--update", *where]
        assert run(photo, *options, "-v").lines[-1].startswith("1 done"), "another quality"
        assert run(photo, *options, "-v").lines == ["0 done, 1 already up to date"]
        found[quality] = target.stat().st_size, parts_in(target)[1].tobytes()
    assert 2 * found["5"][0] < found["95"][0]
    assert found["5"][1] == found["95"][1]


def test_names(tmp_path: Path, run: Run) -> None:
    photos, out = tmp_path / "photos", tmp_path / "out"
    for name in ("a.jpg", "a.png", "deep/b.jpg"):
        write(photos / name)
    assert run(photos, "-o", out, "--format", "zip").code == 0
    assert pictures_in(out) == {"a.jpg.zip", "a.png.zip", "deep/b.zip"}
    done = run(photos, "-o", tmp_path / "all.zip")
    assert done.code == 2
    assert f"several pictures need a folder: -o {tmp_path}/all.zip/" in done.err
    done = run(photos / "a.jpg", "-o", tmp_path / "a.zip", "--format", "png")
    assert done.code == 2
    assert "--format png contradicts -o" in done.err


def test_cut_outs_beside_their_pictures_are_not_named_as_passed_over(
    tmp_path: Path, run: Run
) -> None:
    for name in ("a.jpg", "a.png", "b.jpg"):
        write(tmp_path / name)
    assert run(tmp_path, "--format", "zip").code == 0
    made = {"a.jpg-cutout.zip", "a.png-cutout.zip", "b-cutout.zip"}
    assert files_in(tmp_path) == {"a.jpg", "a.png", "b.jpg", *made}
    done = run(tmp_path, "--format", "zip")
    assert (done.code, done.err) == (0, "")
    write(tmp_path / "holiday.zip", b"PK")
    done = run(tmp_path, "--format", "zip")
    assert done.lines == ["0 done, 3 already up to date, 1 left out: .zip"]
    assert run(*sorted(tmp_path.glob("b*")), "-v").lines[-1].startswith("1 done"), "as by b*"


def test_doubtful_ones_and_the_report(tmp_path: Path, run: Run) -> None:
    photo = write(tmp_path / "photos" / "a.jpg", jpeg(gradient(20, 20)))
    mask = write(tmp_path / "nothing.png", png(Image.new("L", (20, 20))))
    report = tmp_path / "report.json"
    options = ["--format", "zip", "--mask", mask, "--review", tmp_path / "review"]
    done = run(photo, "-o", tmp_path / "out", *options, "--report", report)
    assert done.code == 3
    assert files_in(tmp_path / "out") == set()
    (row,) = json.loads(report.read_text())
    target = tmp_path / "review" / "a.zip"
    assert (row["cutout"], row["bytes"]) == (str(target), target.stat().st_size)
    assert not np.asarray(parts_in(target)[1]).any()


def test_from_standard_input_to_standard_output() -> None:
    done = run_apart("-", "--format", "zip", stdin=PHOTO)
    assert (done.code, done.err) == (0, "")
    assert parts_of(done.out)[0].size == (320, 240)


def test_an_older_api_makes_none(tmp_path: Path, run: Run) -> None:
    photo = write(tmp_path / "a.jpg")
    with ScriptedApi({"/v1/results": [success()]}) as api:
        done = run(photo, "--url", api.url, "--format", "zip")
    assert done.code == 1
    assert done.lines[0] == f"{photo}: The server sent no ZIP; it may be older than this command."
    assert files_in(tmp_path) == {"a.jpg"}
