from collections.abc import Iterator
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from cutout.choices import Compression
from cutout.encode.encode import Effort, encode_to_fit
from cutout.encode.png import deflate_small, encode_png
from cutout.pictures import Composition, Pixels
from cutout.timing import Deadline
from tests.deadlines import Scripted
from tests.samples import gradient

LATER = Deadline.after(86_400)  # longer than any run of all tests
PICTURE = Composition(np.asarray(gradient(512, 512).convert("RGBA")), b"a profile")
NOISE = Composition(np.random.default_rng(1).integers(0, 256, (512, 512, 4), np.uint8))
FIRST, FAST, SMALL = (
    encode_png(PICTURE, each)
    for each in (Compression.BALANCED, Compression.FAST, Compression.SMALL)
)


WAYS = [Compression.FAST, Compression.BALANCED]


@pytest.mark.parametrize("compression", list(Compression))
@pytest.mark.parametrize("more", [None, 0, 1])
def test_what_fits_is_compressed_as_wanted(more: int | None, compression: Compression) -> None:
    wanted = encode_png(PICTURE, compression)
    room = None if more is None else len(wanted) + more
    assert encode_to_fit(PICTURE, room, LATER, compression) == wanted


def test_every_way_makes_the_same_pixels_of_another_size() -> None:
    assert len(FAST) > len(FIRST) > len(SMALL)
    for png in (FAST, FIRST, SMALL):
        assert np.array_equal(np.asarray(Image.open(BytesIO(png))), PICTURE.pixels)


@pytest.mark.parametrize("compression", WAYS)
def test_one_byte_too_many_is_compressed_more(compression: Compression) -> None:
    first = encode_png(PICTURE, compression)
    png = encode_to_fit(PICTURE, len(first) - 1, LATER, compression)
    assert len(png) < len(first)
    image = Image.open(BytesIO(png))
    assert np.array_equal(np.asarray(image), PICTURE.pixels)
    assert image.info["icc_profile"] == b"a profile"


@pytest.mark.parametrize("compression", WAYS)
def test_an_opaque_picture_is_compressed_more_too(compression: Compression) -> None:
    opaque = Composition(np.ascontiguousarray(PICTURE.pixels[..., :3]), b"a profile")
    first = encode_png(opaque, compression)
    png = encode_to_fit(opaque, len(first) - 1, LATER, compression)
    assert len(png) < len(first)
    image = Image.open(BytesIO(png))
    assert image.mode == "RGB"
    assert np.array_equal(np.asarray(image), opaque.pixels)


def never(_pixels: Pixels) -> Iterator[bytes]:
    """Fail where the stronger compression must not even start."""
    raise AssertionError("the stronger compression was tried")


def test_the_smallest_is_not_tried_twice() -> None:
    effort = Effort(deflate=never)
    assert encode_to_fit(PICTURE, len(SMALL) - 1, LATER, Compression.SMALL, effort) == SMALL


def test_what_can_never_fit_is_not_tried() -> None:
    tried: list[int] = []

    def watched(pixels: Pixels) -> Iterator[bytes]:
        tried.append(len(pixels))
        return deflate_small(pixels)

    noise, effort = encode_png(NOISE), Effort(deflate=watched)
    assert encode_to_fit(NOISE, len(noise) * 9 // 10, LATER, effort=effort) == noise
    assert tried == [64], "more than the sample was compressed"


def test_what_is_twice_too_large_is_not_even_sampled() -> None:
    effort = Effort(deflate=never)
    assert encode_to_fit(PICTURE, len(FIRST) // 2 - 1, LATER, effort=effort) == FIRST
    with pytest.raises(AssertionError, match="was tried"):
        encode_to_fit(PICTURE, len(FIRST) // 2 + 1, LATER, effort=effort)


def test_there_must_be_time_for_it() -> None:
    assert encode_to_fit(PICTURE, len(FAST) - 1, Deadline.after(1e-3), Compression.FAST) == FAST
    over, effort = Deadline.after(0), Effort(deflate=never)
    assert encode_to_fit(PICTURE, len(FAST) - 1, over, Compression.FAST, effort) == FAST


@pytest.mark.parametrize("compression", [Compression.BALANCED, Compression.SMALL])
@pytest.mark.parametrize("left", [[0.0] * 9, [1.0, 0.0, 0.0]], ids=["at once", "midway"])
def test_without_time_it_is_compressed_fast(left: list[float], compression: Compression) -> None:
    effort = Effort(deflate=never)
    deadline = Scripted.answers(left)
    assert encode_to_fit(PICTURE, None, deadline, compression, effort) == FAST


@pytest.mark.parametrize(("stripes", "strong"), [(5, True), (4, False)])
def test_what_takes_longer_than_the_sample_promised_is_given_up(stripes: int, strong: bool) -> None:
    """Asked before the sample, after it, and after each of four stripes and the end."""

    def strongly(pixels: Pixels) -> Iterator[bytes]:
        whole = b"".join(deflate_small(pixels))
        part = len(whole) // 4
        yield from (whole[:part], whole[part : 2 * part], whole[2 * part : 3 * part])
        yield from (whole[3 * part :], b"")

    deadline = Scripted.answers([1e6, 1e6] + [1e6] * stripes + [0.0] * 9)
    effort = Effort(deflate=strongly)
    png = encode_to_fit(PICTURE, len(FAST) - 1, deadline, Compression.FAST, effort)
    assert (len(png) < len(FAST)) is strong


def test_a_promise_that_was_too_good_changes_nothing() -> None:
    smaller = len(encode_to_fit(PICTURE, len(FIRST) - 1, LATER))
    hopeful = Effort(hopeless=0, slack=10)
    assert len(encode_to_fit(PICTURE, smaller, LATER, effort=hopeful)) == smaller
    assert encode_to_fit(PICTURE, smaller - 1, LATER, effort=hopeful) == FIRST


@pytest.mark.parametrize("compression", WAYS)
@pytest.mark.parametrize("height", [1, 7, 128, 129])
def test_pictures_of_few_rows_are_sampled_too(height: int, compression: Compression) -> None:
    picture = Composition(PICTURE.pixels[:height])
    first = len(encode_png(picture, compression))
    assert encode_to_fit(picture, first - 1, LATER, compression)
