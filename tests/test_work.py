from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from cutout.choices import FileFormat
from cutout.decode.decode import MIN_ANSWER_SIDE, answer_sized
from cutout.layout import Bound, Canvas, parse_region
from cutout.options import Options
from cutout.pictures import Alpha, Composition, Picture, Verdict
from cutout.settings import Settings
from cutout.timing import NO_DEADLINE, Clock
from cutout.work import PictureWork, Segmenter

WIDE = 2400, 1600
HAIR = 40
"""Rows to each side over which the alpha of strands falls."""


def disc(_picture: Picture) -> Alpha:
    """Return a disc whose edge is soft over 12 pixels."""
    y, x = np.mgrid[:1024, :1024] - 511.5
    ramp = (300 - np.hypot(x, y)) / 12 * 255 + 127
    alpha: Alpha = np.clip(ramp, 0, 255).astype(np.uint8)
    return alpha


def strands(_picture: Picture) -> Alpha:
    """Return an alpha that falls slowly, as over hair: from 255 in the middle to 0."""
    ramp = (320 - np.abs(np.arange(1024) - 511.5)) / HAIR * 127 + 127
    return np.tile(np.clip(ramp, 0, 255).astype(np.uint8)[:, np.newaxis], (1, 1024))


def hairy() -> Picture:
    """Return a light picture with dark lines across the slow edge of `strands`."""
    pixels = np.full((WIDE[1], WIDE[0], 3), 230, np.uint8)
    pixels[:, ::7] = pixels[:, 1::7] = 20
    return Picture(Image.fromarray(pixels))


def photo(size: tuple[int, int] = WIDE, own_alpha: Alpha | None = None) -> Picture:
    """Return a picture of noise that hides no edge."""
    noise = np.random.default_rng(1).integers(90, 110, (size[1], size[0], 3), np.uint8)
    return Picture(Image.fromarray(noise), own_alpha)


def composed(side: int, picture: Picture | None = None, segment: Segmenter = disc) -> Composition:
    """Return the answer whose longer side has `side` pixels."""
    work = PictureWork(Settings(), segment)
    options = Options(bound=Bound(side=side), objects=True)
    return work.compose_picture(picture or photo(), options, Clock(NO_DEADLINE))


@pytest.mark.parametrize("side", [MIN_ANSWER_SIDE - 1, MIN_ANSWER_SIDE, 600, 1023])
def test_a_small_answer_is_judged_as_a_larger_one(side: int) -> None:
    small, large = composed(side), composed(1024)
    assert small.quality == large.quality
    assert max(small.size) == side
    assert len(small.objects or ()) == len(large.objects or ()) == 1


@pytest.mark.parametrize("side", [MIN_ANSWER_SIDE - 1, MIN_ANSWER_SIDE, 600, 1023])
def test_hair_does_not_change_the_verdict_with_the_size(side: int) -> None:
    small, large = (composed(each, hairy(), strands) for each in (side, 1024))
    assert small.quality == large.quality
    plain = composed(1024, segment=strands)
    assert (large.pixels[..., 3] != plain.pixels[..., 3]).any(), "no hair was drawn"


@pytest.mark.parametrize("side", [MIN_ANSWER_SIDE - 1, MIN_ANSWER_SIDE, 600])
def test_a_small_answer_looks_like_a_larger_one(side: int) -> None:
    small = composed(side).pixels
    large = Image.fromarray(composed(1024).pixels).resize(small.shape[1::-1], Image.Resampling.BOX)
    apart = np.abs(small.astype(float) - np.asarray(large))
    assert apart[..., 3].mean() < 0.5
    opaque = (small[..., 3] == 255) & (np.asarray(large)[..., 3] == 255)
    assert apart[opaque].max() < 16


@pytest.mark.parametrize(
    ("side", "size"),
    [(MIN_ANSWER_SIDE - 1, WIDE), (MIN_ANSWER_SIDE, (400, 267)), (1200, (1200, 800)), (2400, WIDE)],
)
def test_pictures_are_shrunk_for_answers_of_400_pixels_and_more(
    side: int, size: tuple[int, int]
) -> None:
    picture = photo()
    found = answer_sized(picture, Bound(side=side))
    assert found.size == size
    assert found.full_size == WIDE
    assert (found is picture) == (size == WIDE)


@pytest.mark.parametrize(
    ("kind", "width", "height", "size"),
    [
        (FileFormat.PNG, 300, 300, (100, 100)),  # the area of the largest picture
        (FileFormat.PNG, 20, 500, (20, 500)),
        (FileFormat.WEBP, 20, 20_000, (16, 16_383)),  # a WebP's longest side
    ],
)
def test_no_canvas_is_larger_than_the_largest_picture(
    kind: FileFormat, width: int, height: int, size: tuple[int, int]
) -> None:
    options = Options(format=kind, canvas=Canvas(width, height))
    work = PictureWork(Settings(max_side=100 if kind is FileFormat.PNG else 1000), disc)
    made = work.compose_picture(photo((80, 60)), options, Clock(NO_DEADLINE))
    assert made.size == size


def test_a_region_counts_in_pixels_of_the_file() -> None:
    """A large JPEG is decoded smaller for a small answer."""
    picture = replace(photo((1200, 800)), original_size=WIDE)
    options = Options(roi=parse_region("0px 0px 1200px 1600px"), bound=Bound(side=600))
    made = PictureWork(Settings(), disc).compose_picture(picture, options, Clock(NO_DEADLINE))
    alpha = made.pixels[..., 3]
    assert alpha.shape == (400, 600)
    assert (alpha[200, 280], alpha[200, 320]) == (255, 0)


def test_a_picture_with_its_own_alpha_is_judged_by_what_it_can_show() -> None:
    picture = photo((600, 500), np.full((500, 600), 100, np.uint8))
    mask = np.full((500, 600), 100, np.uint8)
    work, clock = PictureWork(Settings(), disc), Clock(NO_DEADLINE)
    for given in (None, mask):
        made = work.compose_picture(picture, Options(), clock, given)
        assert made.quality is not None
        assert (made.quality.verdict, made.quality.undecided) == (Verdict.FINE, 0)


def test_a_picture_with_its_own_alpha_keeps_its_size() -> None:
    picture = photo((600, 500), np.full((500, 600), 200, np.uint8))
    assert answer_sized(picture, Bound(side=450)) is picture
    pixels = composed(450, picture).pixels
    assert pixels.shape == (375, 450, 4)
    assert pixels[..., 3].max() == 200
