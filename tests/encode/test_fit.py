from collections.abc import Iterator
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from cutout.encode.fit import encode_to_fit
from cutout.encode.png import encode_png, strong_deflate
from cutout.pictures import Composition, Pixels
from cutout.timing import Deadline
from tests.samples import gradient

LATER = Deadline.after(86_400)  # longer than any run of all tests
PICTURE = Composition(np.asarray(gradient(512, 512).convert("RGBA")), b"a profile")
NOISE = Composition(np.random.default_rng(1).integers(0, 256, (512, 512, 4), np.uint8))
FAST = encode_png(PICTURE)


@pytest.mark.parametrize("room", [None, len(FAST), len(FAST) + 1])
def test_what_fits_is_encoded_fast(room: int | None) -> None:
    assert encode_to_fit(PICTURE, room, LATER) == FAST


def test_one_byte_too_many_is_compressed_more() -> None:
    png = encode_to_fit(PICTURE, len(FAST) - 1, LATER)
    assert len(png) < len(FAST)
    image = Image.open(BytesIO(png))
    assert np.array_equal(np.asarray(image), PICTURE.pixels)
    assert image.info["icc_profile"] == b"a profile"


def test_an_opaque_picture_is_compressed_more_too() -> None:
    opaque = Composition(np.ascontiguousarray(PICTURE.pixels[..., :3]), b"a profile")
    fast = encode_png(opaque)
    png = encode_to_fit(opaque, len(fast) - 1, LATER)
    assert len(png) < len(fast)
    image = Image.open(BytesIO(png))
    assert image.mode == "RGB"
    assert np.array_equal(np.asarray(image), opaque.pixels)


def test_what_can_never_fit_is_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []

    def watched(pixels: Pixels) -> Iterator[bytes]:
        tried.append(len(pixels))
        return strong_deflate(pixels)

    monkeypatch.setattr("cutout.encode.fit.strong_deflate", watched)
    assert encode_to_fit(NOISE, len(encode_png(NOISE)) * 9 // 10, LATER) == encode_png(NOISE)
    assert tried == [64], "more than the sample was compressed"


def test_what_is_twice_too_large_is_not_even_sampled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("cutout.encode.fit.strong_deflate")
    assert encode_to_fit(PICTURE, len(FAST) // 2 - 1, LATER) == FAST


def test_there_must_be_time_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert encode_to_fit(PICTURE, len(FAST) - 1, Deadline.after(1e-3)) == FAST
    monkeypatch.delattr("cutout.encode.fit.strong_deflate")
    assert encode_to_fit(PICTURE, len(FAST) - 1, Deadline.after(0)) == FAST


@pytest.mark.parametrize(("stripes", "strong"), [(5, True), (4, False)])
def test_what_takes_longer_than_the_sample_promised_is_given_up(
    monkeypatch: pytest.MonkeyPatch, stripes: int, strong: bool
) -> None:
    """Asked before the sample, after it, and after each of four stripes and the end."""
    left = iter([1e6, 1e6] + [1e6] * stripes + [0.0] * 9)
    monkeypatch.setattr(Deadline, "remaining", lambda _self: next(left))
    png = encode_to_fit(PICTURE, len(FAST) - 1, LATER)
    assert (len(png) < len(FAST)) is strong


def test_a_promise_that_was_too_good_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    smaller = len(encode_to_fit(PICTURE, len(FAST) - 1, LATER))
    monkeypatch.setattr("cutout.encode.fit.SLACK", 10)
    monkeypatch.setattr("cutout.encode.fit.HOPELESS", 0)
    assert len(encode_to_fit(PICTURE, smaller, LATER)) == smaller
    assert encode_to_fit(PICTURE, smaller - 1, LATER) == FAST


@pytest.mark.parametrize("height", [1, 7, 128, 129])
def test_pictures_of_few_rows_are_sampled_too(height: int) -> None:
    picture = Composition(PICTURE.pixels[:height])
    fast = len(encode_png(picture))
    assert encode_to_fit(picture, fast - 1, LATER)
