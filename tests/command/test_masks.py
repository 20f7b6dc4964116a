"""`--mask`, on this machine and by an API."""

import os
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cutout import engine
from cutout.command.arguments import Limits
from cutout.command.history import HISTORY
from cutout.errors import MaskSizeError
from cutout.pictures import Alpha
from cutout.settings import Settings
from cutout.work import PictureWork
from tests.command.conftest import Run, files_in, opened, pictures_in, write
from tests.command.scripted_api import RESULTS, ScriptedApi, success
from tests.local_server import LocalServer
from tests.samples import gradient, jpeg, png

HALF = np.zeros((48, 64), np.uint8)
HALF[:, :32] = 255
TOP = np.zeros((48, 64), np.uint8)
TOP[:24] = 255


def open_no_networks(_settings: Settings, _threads: int) -> PictureWork:
    raise AssertionError("the networks are loaded")


@pytest.fixture(params=["here", "api"])
def options(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[str]]:
    """Options that choose who does the work."""
    if request.param == "here":
        monkeypatch.setattr(engine, "open_work", open_no_networks)
        yield []
        return
    with LocalServer(CUTOUT_STORAGE_DIR=str(tmp_path / "storage")) as server:
        yield ["--url", server.url]


def mask(path: Path, values: Alpha) -> Path:
    return write(path, png(Image.fromarray(values)))


def alpha(path: Path) -> Alpha:
    return np.asarray(opened(path).getchannel("A"))


def test_one_picture(tmp_path: Path, run: Run, options: list[str]) -> None:
    photo, out = write(tmp_path / "a.jpg"), tmp_path / "out" / "a.png"
    arguments = [photo, "-o", out.parent, "--mask", mask(tmp_path / "m.png", HALF), *options]
    assert run(*arguments).code == 0
    assert np.array_equal(alpha(out), HALF)
    made = out.stat().st_mtime_ns
    assert run(*arguments).code == 0
    assert out.stat().st_mtime_ns == made, "an up-to-date cut-out is made again"
    mask(tmp_path / "m.png", TOP)
    later = out.stat().st_mtime + 5
    os.utime(tmp_path / "m.png", (later, later))
    assert run(*arguments).code == 0
    assert np.array_equal(alpha(out), TOP)


def test_a_folder(tmp_path: Path, run: Run, options: list[str]) -> None:
    photos, masks, out = tmp_path / "photos", tmp_path / "photos" / "masks", tmp_path / "out"
    for name in ("a.jpg", "b.png", "sub/a.jpg", "c.jpg"):
        write(photos / name, jpeg(gradient()))
    mask(masks / "a.png", HALF)
    mask(masks / "sub" / "a.png", TOP)
    mask(masks / "b.png", HALF[:40])
    done = run(photos, "-o", out, "--mask", masks, *options)
    assert done.code == 1
    misfit, missing = sorted(done.lines[:2])
    assert misfit.startswith(f"{photos}/b.png: ")
    assert misfit.endswith(str(MaskSizeError((64, 40), (64, 48))))
    assert missing == f"{photos}/c.jpg: There is no mask for it in {masks}."
    assert files_in(out) == {"a.png", "sub/a.png", HISTORY, f"sub/{HISTORY}"}
    assert np.array_equal(alpha(out / "a.png"), HALF)
    assert np.array_equal(alpha(out / "sub" / "a.png"), TOP)


def test_a_name_too_long_for_a_mask_stops_no_other_picture(tmp_path: Path, run: Run) -> None:
    photos, masks = tmp_path / "photos", tmp_path / "masks"
    long = write(photos / f"{'a' * 251}.jpg")
    write(photos / "b.jpg")
    mask(masks / "b.png", HALF)
    done = run(photos, "-o", tmp_path / "out", "--mask", masks)
    assert (done.code, done.lines[0]) == (1, f"{long}: There is no mask for it in {masks}.")
    assert pictures_in(tmp_path / "out") == {"b.png"}


def test_no_two_pictures_have_one_mask(tmp_path: Path, run: Run) -> None:
    photos, out = tmp_path / "photos", tmp_path / "out"
    for name in ("one/a.jpg", "two/a.jpg"):
        write(photos / name)
    mask(tmp_path / "masks" / "a.png", HALF)
    done = run(photos, "-o", out, "--mask", tmp_path / "masks")
    assert done.code == 1
    assert f"already belongs to {photos}/one/a.jpg." in done.err
    assert files_in(out) == {"one/a.png", f"one/{HISTORY}"}


def test_a_picture_is_not_its_own_mask(tmp_path: Path, run: Run) -> None:
    write(tmp_path / "in" / "a.jpg")
    for name in "ab":
        mask(tmp_path / "in" / f"{name}.png", HALF)
    done = run(tmp_path / "in", "-o", tmp_path / "out", "--mask", tmp_path / "in")
    assert f"{tmp_path}/in/b.png: There is no mask for it in {tmp_path}/in." in done.lines
    assert pictures_in(tmp_path / "out") == {"a.jpg.png"}


def test_wrong_usage(tmp_path: Path, run: Run) -> None:
    photos = [write(tmp_path / name) for name in ("a.jpg", "b.jpg")]
    done = run(photos[0], "--mask", tmp_path / "missing.png")
    assert (done.code, "neither a file nor a folder" in done.err) == (2, True)
    done = run(*photos, "--mask", mask(tmp_path / "m.png", HALF))
    assert (done.code, "needs a folder for several pictures" in done.err) == (2, True)


def test_a_mask_beside_its_picture_is_not_a_picture(tmp_path: Path, run: Run) -> None:
    write(tmp_path / "in" / "a.jpg")
    values = mask(tmp_path / "in" / "m.png", HALF)
    done = run(tmp_path / "in", "-o", tmp_path / "out", "--mask", values)
    assert (done.code, pictures_in(tmp_path / "out")) == (0, {"a.png"})
    assert np.array_equal(alpha(tmp_path / "out" / "a.png"), HALF)
    done = run(values, "-o", tmp_path / "own.png", "--mask", values)
    assert np.array_equal(alpha(tmp_path / "own.png"), HALF)


@pytest.mark.parametrize("inputs", ["in", "in/*.jpg"])
def test_one_mask_is_refused_before_a_folder_is_watched(
    tmp_path: Path, run: Run, inputs: str
) -> None:
    """A second picture would end the command."""
    write(tmp_path / "in" / "a.jpg")
    one = mask(tmp_path / "m.png", HALF)
    done = run(tmp_path / inputs, "-o", tmp_path / "out", "--watch", "--mask", one)
    assert (done.code, "needs a folder for several pictures" in done.err) == (2, True)
    assert not (tmp_path / "out").exists()


def test_a_blank_mask_and_a_broken_one(tmp_path: Path, run: Run) -> None:
    photo, out = write(tmp_path / "a.jpg"), tmp_path / "out.png"
    assert run(photo, "-o", out, "--mask", mask(tmp_path / "m.png", HALF * 0)).code == 3
    done = run(photo, "-o", out, "--force", "--mask", write(tmp_path / "n.png", b"no"))
    assert done.code == 1
    assert "Unsupported mask file type" in done.err


def test_a_mask_beside_a_photo_that_is_uploaded(tmp_path: Path, run: Run) -> None:
    """The photo is too large for a request, its mask is not."""
    noise = np.random.default_rng(1).integers(0, 256, (1792, 1792, 3), np.uint8)
    photo = write(tmp_path / "a.jpg", jpeg(Image.fromarray(noise), quality=98))
    assert photo.stat().st_size > Limits().large_bytes
    values = np.kron(HALF[:, :48], np.ones((36, 36), np.uint8))
    values = np.pad(values, [(0, 1792 - each) for each in values.shape])
    out = tmp_path / "out.png"
    with LocalServer(CUTOUT_STORAGE_DIR=str(tmp_path / "storage")) as server:
        done = run(
            photo, "-o", out, "--mask", mask(tmp_path / "m.png", values), "--url", server.url
        )
        assert (done.code, "/v1/uploads" in server.log()) == (0, True), done.err
    assert np.array_equal(alpha(out), values)


def test_a_mask_too_large_for_a_request_is_sent_as_a_grey_one(tmp_path: Path, run: Run) -> None:
    """A cut-out by hand, for example, whose colours nobody needs."""
    colours = np.random.default_rng(1).integers(0, 256, (1280, 1280, 3), np.uint8)
    values = np.zeros((1280, 1280), np.uint8)
    values[:, :640] = 255
    large = write(tmp_path / "m.png", png(Image.fromarray(np.dstack([colours, values]))))
    assert large.stat().st_size > Limits().large_bytes
    photo, out = write(tmp_path / "a.jpg", jpeg(gradient(1280, 1280))), tmp_path / "out.png"
    with ScriptedApi({RESULTS: [success()]}) as server:
        assert run(photo, "-o", out, "--mask", large, "--url", server.url).code == 0
        (asked,) = server.asked_for(RESULTS)
        broken = write(tmp_path / "broken.png", large.read_bytes()[:-100_000])
        done = run(photo, "-o", out, "--mask", broken, "--url", server.url)
    assert (done.code, done.lines[0]) == (1, f"{photo}: Can not load mask image.")
    assert len(asked.body) < Limits().large_bytes
    start = asked.body.index(b"\x89PNG")
    with Image.open(BytesIO(asked.body[start:])) as sent:
        assert sent.mode == "L"
        assert np.array_equal(np.asarray(sent), values)
