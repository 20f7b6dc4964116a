import tracemalloc

import numpy as np
import pytest
from PIL import Image, ImageFilter

from cutout.pictures import Alpha
from cutout.refine.hair import draw_hair
from cutout.timing import Deadline
from tests.deadlines import Scripted

BROWN, SKY = (90, 60, 30), (150, 190, 230)
LENGTH = 24
SOON = Deadline.after(86_400)  # longer than any run of all tests


def fur(height: int, width: int) -> Alpha:
    """A body to the left, and strands a pixel wide that stand out from it."""
    alpha = np.zeros((height, width), np.uint8)
    alpha[:, : width // 2] = 255
    alpha[::4, : width // 2 + LENGTH] = 255
    return alpha


def photo(alpha: Alpha) -> Image.Image:
    share = alpha[..., np.newaxis] / 255
    return Image.fromarray((share * BROWN + (1 - share) * SKY + 0.5).astype(np.uint8))


def coarse(alpha: Alpha) -> Alpha:
    """Return a network's alpha: a veil instead of strands."""
    return np.asarray(Image.fromarray(alpha).filter(ImageFilter.BoxBlur(8)))


def error(made: Alpha, alpha: Alpha) -> float:
    """Return the mean error where there are strands."""
    strands = slice(alpha.shape[1] // 2, alpha.shape[1] // 2 + LENGTH)
    return float(np.abs(made[:, strands].astype(int) - alpha[:, strands]).mean())


@pytest.mark.parametrize("size", [(240, 300), (241, 303), (700, 500), (1030, 2100), (90, 3100)])
def test_strands_that_colours_tell_apart_are_drawn(size: tuple[int, int]) -> None:
    """Check blocks of both sizes, and pixels beyond the last whole block."""
    alpha = fur(*size)
    veil = coarse(alpha)
    assert error(draw_hair(veil, photo(alpha), SOON), alpha) < error(veil, alpha) * 0.5


def test_what_is_given_stays_as_it_was() -> None:
    alpha = coarse(fur(240, 300))
    before = alpha.copy()
    draw_hair(alpha, photo(fur(240, 300)), SOON)
    assert np.array_equal(alpha, before)


@pytest.mark.parametrize("softness", [0, 1])
def test_a_crisp_edge_is_not_touched(softness: int) -> None:
    """The picture has none there: whatever a line would make of it would be wrong."""
    alpha = np.zeros((300, 300), np.uint8)
    alpha[80:220, 80:220] = 255
    alpha = np.asarray(Image.fromarray(alpha).filter(ImageFilter.BoxBlur(softness)))
    noise = np.random.default_rng(4).integers(0, 256, (300, 300, 3), np.uint8)
    assert np.array_equal(draw_hair(alpha, Image.fromarray(noise), SOON), alpha)


@pytest.mark.parametrize("value", [0, 255])
@pytest.mark.parametrize("size", [(1, 1), (3, 7), (500, 2)])
def test_where_nothing_is_soft_nothing_changes(size: tuple[int, int], value: int) -> None:
    alpha = np.full(size, value, np.uint8)
    assert draw_hair(alpha, Image.new("RGB", size[::-1]), SOON) is alpha


@pytest.mark.parametrize("size", [(1, 1), (3, 7), (5, 130), (131, 6), (2049, 3)])
def test_soft_all_over_in_any_size_it_stays_what_the_colours_allow(size: tuple[int, int]) -> None:
    alpha = np.full(size, 128, np.uint8)
    made = draw_hair(alpha, Image.new("RGB", size[::-1], BROWN), SOON)
    assert made.shape == size
    assert np.abs(made.astype(int) - 128).max() <= 1


def test_stripes_do_not_show() -> None:
    """The work goes by 128 rows; the same strand on each must come out the same."""
    alpha = np.repeat(fur(1, 600), 520, axis=0)
    alpha[:, 200:400:5] = 200
    made = draw_hair(coarse(alpha), photo(alpha), SOON).astype(int)
    assert np.abs(np.diff(made[60:-60], axis=0)).max() <= 1


def test_what_is_decided_stays() -> None:
    """A corner of background in a soft edge, which no colour tells from the object."""
    distance = np.asarray(Image.radial_gradient("L").resize((400, 400)), np.int16)
    alpha = np.clip((255 - distance) * 8, 0, 255).astype(np.uint8)
    made = draw_hair(alpha, Image.linear_gradient("L").resize((400, 400)).convert("RGB"), SOON)
    decided = (alpha == 0) | (alpha == 255)
    assert (alpha == 0).any()
    assert np.array_equal(made[decided], alpha[decided])
    assert not np.array_equal(made, alpha), "nothing was drawn at all"


def spots(*middles: tuple[int, int], side: int = 900, radius: int = 60) -> Alpha:
    """Round objects with wide soft borders."""
    alpha = np.zeros((side, side))
    for middle in middles:
        away = np.hypot(*(np.mgrid[:side, :side] - np.reshape(middle, (2, 1, 1))))
        alpha = np.maximum(alpha, np.clip((radius - away) / radius, 0, 1))
    return (alpha * 255).astype(np.uint8)


def test_what_is_soft_elsewhere_does_not_matter() -> None:
    """Only what is around is looked at, and all of that."""
    noise = Image.fromarray(np.random.default_rng(5).integers(0, 256, (900, 900, 3), np.uint8))
    alone = draw_hair(spots((450, 450)), noise, SOON)
    among = draw_hair(spots((450, 450), (70, 70), (830, 830)), noise, SOON)
    inside = np.s_[380:520, 380:520]
    assert not np.array_equal(alone, spots((450, 450))), "nothing was drawn at all"
    assert np.abs(alone[inside].astype(int) - among[inside]).max() <= 1


def test_colours_and_alpha_are_of_the_same_pixels() -> None:
    """An alpha that the colours say exactly, without a pixel that is like its neighbour."""
    alpha = np.random.default_rng(6).integers(64, 193, (301, 290), np.uint8)
    picture = Image.merge("RGB", [Image.fromarray(alpha)] * 3)
    made = draw_hair(alpha, picture, SOON)
    assert np.abs(made.astype(int) - alpha).mean() < 2


@pytest.mark.parametrize("checks", [0, 1, 3])
def test_out_of_time_what_is_left_stays(checks: int) -> None:
    """Asked before anything, and before each 128 rows."""
    deadline = Scripted.answers([1.0] * checks + [0.0] * 9)
    alpha = coarse(fur(1000, 300))
    made = draw_hair(alpha, photo(fur(1000, 300)), deadline)
    rows = 128 * max(0, checks - 1)
    assert np.array_equal(made[rows:], alpha[rows:])
    assert (made[:rows] != alpha[:rows]).any(axis=1).sum() >= rows // 2


@pytest.mark.parametrize("size", [(8, 40_000), (40_000, 8)])
def test_however_long_a_picture_is_it_takes_little_memory(size: tuple[int, int]) -> None:
    alpha = np.full(size, 128, np.uint8)
    tracemalloc.start()
    try:
        draw_hair(alpha, Image.new("RGB", size[::-1], BROWN), SOON)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 400 * alpha.size
