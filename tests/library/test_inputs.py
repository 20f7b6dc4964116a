"""All that the library takes and returns, and what it says of everything else."""

import pydoc
import re
from io import BytesIO, StringIO
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any
from zipfile import ZipFile

import numpy as np
import pytest
from PIL import Image

import cutout
from cutout import CutOut, Session, cut_out
from cutout.choices import FileFormat
from cutout.errors import UnreadablePictureError, UnsupportedTypeError
from cutout.library import session as library
from cutout.library.options import CutOutOptions
from cutout.pictures import Verdict
from tests.command.stand_in import open_stand_in
from tests.decode.test_png_colour import deep_png, gamma
from tests.samples import gradient, png

RGB = np.asarray(gradient())
GREY = np.asarray(gradient().convert("L"))
RGBA = np.asarray(gradient().convert("RGBA"))
PHOTO = png(gradient(1024, 1024))


@pytest.fixture(autouse=True)
def _stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "open_pipeline", open_stand_in)
    monkeypatch.setattr(library, "_sessions", {})


def deep(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return array.astype(np.uint16) * 257


def path_of(folder: Path) -> Path:
    path = folder / "a.png"
    path.write_bytes(png())
    return path


@pytest.mark.parametrize(
    "given",
    [
        *(png(), bytearray(png()), memoryview(png()), gradient(), RGB, deep(RGB), RGBA, deep(RGBA)),
        *(RGB[:, ::-1][:, ::-1], np.asfortranarray(RGB), deep(RGB).astype(">u2")),
    ],
    ids=map(str, range(11)),
)
def test_every_kind_of_picture_gives_the_same(given: Any, tmp_path: Path) -> None:
    expected = cut_out(path_of(tmp_path))
    assert (expected.mode, expected.size) == ("RGBA", (64, 48))
    assert cut_out(given).tobytes() == expected.tobytes()


def test_paths_and_files(tmp_path: Path) -> None:
    path = path_of(tmp_path)
    expected = cut_out(png()).tobytes()
    with path.open("rb") as file, Popen(["/bin/cat", path], stdout=PIPE) as piped:
        for given in (path, str(path), file, BytesIO(png()), piped.stdout):
            assert given is not None
            assert cut_out(given).tobytes() == expected


def test_a_pipe_without_a_buffer(tmp_path: Path) -> None:
    path = path_of(tmp_path)
    with Popen(["/bin/cat", path], stdout=PIPE, bufsize=0) as piped:
        assert piped.stdout is not None
        assert cut_out(piped.stdout).tobytes() == cut_out(path).tobytes()


@pytest.mark.parametrize("mode", ["L", "RGB", "I", "F"])
def test_an_image_without_pixels_is_refused(mode: str) -> None:
    with pytest.raises(ValueError, match="height and width must be > 0"):
        cut_out(Image.new(mode, (0, 5)))


@pytest.mark.parametrize("position", [0, 1, len(png())])
def test_a_file_is_read_from_its_start_as_by_pillow(position: int) -> None:
    file = BytesIO(png())
    file.seek(position)
    assert cut_out(file, background=file).size == (64, 48)


@pytest.mark.parametrize("given", [GREY, GREY[..., np.newaxis], deep(GREY)])
def test_grey_arrays(given: Any) -> None:
    assert cut_out(given).tobytes() == cut_out(gradient().convert("L")).tobytes()


def test_an_array_of_16_bits_is_rounded_and_stays_as_it_is() -> None:
    array = np.full((8, 8, 3), 257 * 100 + 129, np.uint16)
    before = array.copy()
    assert cut_out(array).getpixel((4, 4)) == (101, 101, 101, 255)
    assert np.array_equal(array, before)


def test_a_file_of_16_bits_keeps_dark_values_apart_unlike_pillow(tmp_path: Path) -> None:
    stored = np.rint(np.arange(14) / 13 / 255 * 65_535)[:, np.newaxis].repeat(3, 1)
    content = deep_png(2, stored, gamma(100_000))
    path = tmp_path / "a.png"
    path.write_bytes(content)
    mask = np.full((1, 14), 255, np.uint8)
    for given in (path, content):
        values = cut_out(given, mask=mask, returns="numpy")[0, :, 0].tolist()
        assert values == pytest.approx(list(range(14)), abs=1)
    opened = cut_out(Image.open(path), mask=mask, returns="numpy")
    assert {*opened[0, :, 0].tolist()} == {0, 13}


WRONG: list[tuple[Any, type[Exception], str]] = [
    ("https://a.example/b.jpg", ValueError, "URLs are not downloaded"),
    ("S3://bucket/b.jpg", ValueError, "URLs are not downloaded"),
    ("data:image/png;base64,AA", ValueError, "URLs are not downloaded"),
    (
        None,
        TypeError,
        "a path, bytes, a binary file, a Pillow image or .*, not NoneType",
    ),
    (7, TypeError, "not int"),
    ([[0]], TypeError, "not list"),
    (StringIO("text"), TypeError, "binary mode"),
    (RGB / 255, TypeError, "uint8 or uint16, not float64 .scale 0..1 by 255"),
    (RGB > 9, TypeError, "not bool"),
    (RGB.astype(np.int16), TypeError, "not int16"),
    (RGB.astype(">i2"), TypeError, "not int16"),
    (RGB[..., :2], ValueError, "not .48, 64, 2"),
    (RGB[np.newaxis], ValueError, r"\(height, width, 3\) for RGB"),
    (RGB[0, 0], ValueError, "not .3,"),
    (RGB[:0], ValueError, "not .0, 64, 3"),
    (b"", UnreadablePictureError, "."),
    (b"text", UnsupportedTypeError, "."),
    ("missing.jpg", FileNotFoundError, "missing"),
]


@pytest.mark.parametrize(("given", "error", "words"), WRONG)
def test_what_is_no_picture_is_refused(given: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        cut_out(given)


def test_a_member_of_an_archive(tmp_path: Path) -> None:
    with ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.png", PHOTO)
    with ZipFile(tmp_path / "a.zip") as archive, archive.open("a.png") as member:
        assert cut_out(member).size == (1024, 1024), "its type is IO[bytes], not BinaryIO"


def test_a_file_open_as_text_is_refused_unread(tmp_path: Path) -> None:
    with path_of(tmp_path).open() as file, pytest.raises(TypeError, match="binary mode"):
        cut_out(file)  # type: ignore[arg-type]


def test_returns() -> None:
    image = cut_out(PHOTO, crop="0")
    pixels = cut_out(PHOTO, crop="0", returns="numpy")
    assert np.array_equal(pixels, np.asarray(image))
    pixels[0, 0] = 1  # the caller's own
    alpha = cut_out(PHOTO, crop="0", background="white", returns="alpha")
    assert (str(alpha.dtype), alpha.shape) == ("uint8", (512, 512))
    assert np.array_equal(alpha, np.asarray(image)[..., 3])
    found = cut_out(PHOTO, crop="10px", background="white", returns="result")
    assert isinstance(found, CutOut)
    assert (found.image.mode, found.image.size) == ("RGB", (532, 532))
    assert np.array_equal(found.pixels, np.asarray(found.image))
    assert found.alpha.shape == (1024, 1024)
    assert np.array_equal(found.foreground, np.asarray(cut_out(PHOTO)))
    assert [each.box for each in found.objects] == [(10, 10, 512, 512)]
    assert found.doubt.verdict is Verdict.FINE
    kinds: list[Any] = ["png", "webp", "PNG", FileFormat.WEBP]
    for kind in kinds:
        with Image.open(BytesIO(found.to_bytes(kind))) as file:
            assert (file.format, file.size) == (str(kind).upper(), (532, 532))


def test_help_is_plain() -> None:
    words = pydoc.plain(pydoc.render_doc(cutout.cut_out)) + pydoc.plain(pydoc.render_doc(Session))
    for name in (*CutOutOptions.__annotations__, "returns", "model", "threads", "read_ahead"):
        assert name in words
    assert re.search(r"Session\([\s|]*model: ", words)  # newer Pythons break long signatures


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"threads": 0}, ValueError),
        ({"threads": 1.5}, TypeError),
        ({"threads": True}, TypeError),
        ({"model": "huge"}, ValueError),
    ],
)
def test_a_session_checks_its_own(options: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        Session(**options)
