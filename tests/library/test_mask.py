"""`cut_out(photo, mask=...)`."""

import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cutout import Session, cut_out
from cutout.errors import MaskSizeError, UnreadablePictureError
from cutout.library import session as library
from cutout.pictures import Verdict
from cutout.pipeline import Pipeline
from tests.command.stand_in import open_stand_in
from tests.local_server import ROOT
from tests.samples import PHOTOS, gradient, jpeg, png

PHOTO = png()
VALUES = (np.arange(48 * 64) % 256).astype(np.uint8).reshape(48, 64)
GREY = Image.fromarray(VALUES)
BITS = VALUES > 127


@pytest.fixture(autouse=True)
def _no_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> Pipeline:
        raise AssertionError("the networks are loaded")

    monkeypatch.setattr(library, "open_pipeline", refuse)
    monkeypatch.setattr(library, "_sessions", {})


@pytest.mark.parametrize(
    "given",
    [
        *(png(GREY), bytearray(png(GREY)), GREY, GREY.convert("RGB"), VALUES),
        *(VALUES[..., np.newaxis], VALUES.astype(np.uint16) * 257, VALUES.astype(">u2") * 257),
        *(
            VALUES / 255,
            (VALUES / 255).astype(np.float32),
            Image.fromarray(np.float32(VALUES) / 255),
        ),
        np.dstack([255 - VALUES] * 3 + [VALUES]),
        *(GREY.convert("I"), Image.fromarray(VALUES.astype(np.int32) * 257)),
    ],
    ids=map(str, range(14)),
)
def test_every_kind_of_mask_gives_the_same(given: Any) -> None:
    alpha = cut_out(PHOTO, mask=given, returns="alpha")
    assert np.array_equal(alpha, VALUES)
    alpha[:] = 0
    assert VALUES.any(), "the caller's mask was changed"


def test_paths_files_and_booleans(tmp_path: Path) -> None:
    path = tmp_path / "mask.png"
    path.write_bytes(png(GREY))
    for given in (path, str(path), BytesIO(png(GREY))):
        assert np.array_equal(cut_out(PHOTO, mask=given, returns="numpy")[..., 3], VALUES)
    assert np.array_equal(cut_out(PHOTO, mask=BITS, returns="alpha") == 255, BITS)


@pytest.mark.parametrize("kind", ["?", "u1", "i1", "<u2", ">u2", "i4", ">i8", "u8", "f4"])
def test_of_zeros_and_ones_only_ones_are_kept(kind: str) -> None:
    mask = BITS.astype(kind)
    image = Image.fromarray(mask.astype(np.int32))
    for given in (mask, mask[..., np.newaxis], np.dstack([mask] * 3), image):
        alpha = cut_out(PHOTO, mask=given, returns="alpha")
        assert np.array_equal(alpha, BITS * np.uint8(255))
    assert not cut_out(PHOTO, mask=mask * 0, returns="alpha").any()
    assert (cut_out(PHOTO, mask=np.ones_like(mask), returns="alpha") == 255).all()


def test_a_mask_is_upright_as_its_photo_is() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = BytesIO(png(GREY.transpose(Image.Transpose.ROTATE_90), exif=exif))
    photo = jpeg(gradient().transpose(Image.Transpose.ROTATE_90), exif=exif)
    with Image.open(turned) as mask:
        assert np.array_equal(cut_out(photo, mask=mask, returns="alpha"), VALUES)


def test_options_and_results() -> None:
    mask = np.zeros((48, 64), bool)
    mask[10:30, 20:50] = True
    found = cut_out(PHOTO, mask=mask, returns="result", crop="0")
    assert found.image.size == (30, 20)
    assert len(found.objects) == 1
    assert (found.doubt.verdict, found.doubt.disagreement) == (Verdict.FINE, None)
    assert cut_out(PHOTO, mask=mask & False, returns="result").doubt.verdict is Verdict.NOTHING
    assert cut_out(PHOTO, mask=mask, mode="fg-image-shadow").getchannel("A").getextrema()[1] == 255


ARRAYS = "a mask's array must be of booleans, floats from 0 to 1, integers 0 and 1, uint8 or uint16"
WRONG: list[tuple[Any, type[Exception], str]] = [
    (VALUES[:40], MaskSizeError, "64x40 pixels does not fit the picture of 64x48"),
    (np.zeros((49, 64), bool), MaskSizeError, "64x49"),
    (VALUES / 254, ValueError, "from 0 to 1"),
    (np.full((48, 64), np.nan), ValueError, "from 0 to 1"),
    (GREY.convert("F"), ValueError, "from 0 to 1"),
    (Image.fromarray(-BITS.astype(np.int32)), ValueError, "in mode I must be from 0 to 255 or"),
    (Image.fromarray(VALUES * np.int32(1000)), ValueError, "from 0 to 65535"),
    (VALUES.astype(np.int32), TypeError, f"{ARRAYS}, not int32"),
    (BITS.astype(np.int64) * 2, TypeError, f"{ARRAYS}, not int64"),
    (-BITS.astype(np.int8), TypeError, f"{ARRAYS}, not int8"),
    (VALUES.astype(complex), TypeError, f"{ARRAYS}, not complex128"),
    (np.zeros((0, 64), np.uint8), ValueError, "not .0, 64"),
    (np.zeros((0, 64), int), TypeError, ARRAYS),
    (b"", UnreadablePictureError, "Can not load mask image."),
    ("missing.png", FileNotFoundError, "missing"),
    (7, TypeError, "not int"),
]


@pytest.mark.parametrize(("given", "error", "words"), WRONG)
def test_what_is_no_mask_is_refused(given: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        cut_out(PHOTO, mask=given)


def test_a_session_takes_one_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "open_pipeline", open_stand_in)
    session = Session()
    assert np.array_equal(session.cut_out(PHOTO, mask=VALUES, returns="alpha"), VALUES)
    assert not np.array_equal(session.cut_out(PHOTO, returns="alpha"), VALUES)


def test_of_the_networks_only_the_edge_refiner_is_ever_loaded() -> None:
    """A smaller mask needs it."""
    program = f"""
import numpy as np
from PIL import Image
from cutout import cut_out
from cutout.segment import session
loaded = []
real = session.load_session
session.load_session = lambda path, *a, **b: loaded.append(path.name) or real(path, *a, **b)
photo = Image.open({str(PHOTOS / "astronaut.jpg")!r}).resize((1200, 1200))
mask = np.zeros((1200, 1200), bool)
mask[300:900, 300:900] = True
cut_out(photo, mask=mask)
print(loaded)
alpha = cut_out(photo, mask=mask[::4, ::4], returns="alpha")
print(loaded, alpha.shape, alpha[600, 600], alpha[0, 0])
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT / "handler",
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == [
        "[]",
        "['edge-refiner.int8.onnx'] (1200, 1200) 255 0",
    ]
