import numpy as np
import pytest
from PIL import Image

from cutout.pictures import Alpha, Box, Picture
from cutout.refine.refine import (
    CEILING,
    FLOOR,
    ROWS,
    enlarge,
    keep_region,
    refine,
    refine_mask,
    stretch_levels,
    with_hair,
)
from cutout.timing import Deadline

SOON = Deadline.after(86_400)  # longer than any run of all tests


def step(side: int = 1024) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Left half background, right half object."""
    alpha = np.zeros((side, side), np.uint8)
    alpha[:, side // 2 :] = 255
    return alpha


@pytest.mark.parametrize("size", [(1, 1), (3, 5), (300, 200), (1024, 1024), (4096, 16), (16, 4096)])
def test_alpha_gets_the_pictures_size(size: tuple[int, int]) -> None:
    alpha = refine(step(), Picture(Image.new("RGB", size)), None, SOON)
    assert alpha.shape == (size[1], size[0])
    assert alpha.dtype == np.uint8


@pytest.mark.parametrize("width", [256, 4096])
def test_resampling_does_not_ring(width: int) -> None:
    alpha = refine(step(), Picture(Image.new("RGB", (width, 8))), None, SOON)
    row = alpha[4].astype(int)
    assert (np.diff(row) >= 0).all(), "a single step must stay a single ramp"
    middle = row[width // 2 - width // 256 : width // 2 + width // 256]
    assert (row == 0).sum() + (row == 255).sum() > width - len(middle) - 8


def test_holes_stay_holes() -> None:
    holes = np.full((8, 8), 255, np.uint8)
    holes[:4] = 0
    holes[4, :] = 100
    picture = Picture(Image.new("RGB", (8, 8)), holes)
    alpha = with_hair(refine(step(), picture, None, SOON), picture, SOON)
    assert (alpha[:4] == 0).all(), "a hole was filled"
    assert (alpha[4, 5:] == 100).all()
    assert (alpha[5:, 5:] == 255).all()


def test_what_sharpens_gets_the_levelled_alpha_and_holes_have_the_last_word() -> None:
    seen: list[tuple[Alpha, Alpha]] = []

    def sharpen(_picture: Picture, coarse: Alpha, enlarged: Alpha, _until: Deadline) -> Alpha:
        seen.append((coarse, enlarged))
        return np.full_like(enlarged, 255)

    holes = np.zeros((8, 8), np.uint8)
    holes[0, 0] = 200
    faint = np.full((1024, 1024), 10, np.uint8)
    picture = Picture(Image.new("RGB", (8, 8)), holes)
    alpha = with_hair(refine(faint, picture, sharpen, SOON), picture, SOON)
    ((coarse, enlarged),) = seen
    assert not coarse.any(), "faint alpha was to be levelled away first"
    assert enlarged.shape == (8, 8)
    assert alpha[0, 0] == 200
    assert alpha.sum() == 200, "a hole was filled"


def test_the_edges_of_a_cut_out_stay_as_they_are() -> None:
    soft = Image.radial_gradient("L").point(lambda value: max(0, min(255, 4 * (200 - value))))
    disc = Picture(Image.new("RGB", soft.size, "black"), np.asarray(soft))
    shown = 255 - np.asarray(disc.flattened.convert("L"))  # black on white
    alpha = with_hair(shown, disc, Deadline.after(0))
    apart = np.abs(alpha.astype(int) - np.asarray(soft))
    assert apart.max() <= 1, "soft edges were thinned by their own transparency once more"


def soft_and_striped() -> tuple[Alpha, Picture]:
    """A veil over strands."""
    alpha = np.full((1024, 1024), 128, np.uint8)
    stripes = np.zeros((256, 256, 3), np.uint8)
    stripes[:, ::3] = 255
    return alpha, Picture(Image.fromarray(stripes))


@pytest.mark.parametrize(("seconds", "drawn"), [(600, True), (0, False)])
def test_hair_is_drawn_if_there_is_time(seconds: float, drawn: bool) -> None:
    alpha, picture = soft_and_striped()
    alpha[:, :300], alpha[:, 600:] = 0, 255
    plain = refine(alpha, picture, None, SOON)
    made = with_hair(plain, picture, Deadline.after(seconds))
    assert (not np.array_equal(made, plain)) is drawn


def test_hair_is_not_drawn_from_hidden_colours() -> None:
    alpha, picture = soft_and_striped()
    alpha[:, :300], alpha[:, 600:] = 0, 255
    holes = np.full((256, 256), 255, np.uint8)
    holes[::4] = 0
    colour = np.asarray(picture.colour)
    black, lime = (
        Picture(Image.fromarray(np.where(holes[..., np.newaxis], colour, hidden)), holes)
        for hidden in np.array([(0, 0, 0), (0, 255, 0)], np.uint8)
    )
    one, other = (with_hair(refine(alpha, each, None, SOON), each, SOON) for each in (black, lime))
    assert np.array_equal(one, other)


COARSE = np.random.default_rng(5).integers(0, 256, (128, 128), np.uint8)


@pytest.mark.parametrize(
    "size",
    [(512, 512), (512, 384), (129, 129), (128, 127), (127, 300), (64, 32), (500, 1), (1, 500)],
)
def test_enlarging_is_what_pillow_says(size: tuple[int, int]) -> None:
    """Compare both directions with Pillow: exact if distances are eighths, else within one step."""
    expected = Image.fromarray(COARSE).resize(size, Image.Resampling.BILINEAR)
    made = enlarge(COARSE, size)
    assert made.dtype == np.uint8
    apart = np.abs(made.astype(int) - np.asarray(expected)).max()
    assert apart <= (0 if size[1] == 4 * len(COARSE) else 1)


@pytest.mark.parametrize("value", [0, 1, 254, 255])
def test_what_is_even_stays(value: int) -> None:
    made = enlarge(np.full((100, 100), value, np.uint8), (333, 777))
    assert made.min() == made.max() == value


@pytest.mark.parametrize("height", [ROWS, ROWS - 1, ROWS + 1, 2 * ROWS])
def test_no_row_is_left_out(height: int) -> None:
    assert (enlarge(np.full((2, 2), 255, np.uint8), (3, height)) == 255).all()


def test_nearly_nothing_is_nothing_and_nearly_all_is_all() -> None:
    alpha = np.arange(256, dtype=np.uint8)
    stretched = stretch_levels(alpha)
    assert stretched.dtype == np.uint8
    assert (stretched[: FLOOR + 1] == 0).all()
    assert stretched[FLOOR + 1] > 0
    assert (stretched[CEILING:] == 255).all()
    assert stretched[CEILING - 1] < 255
    assert (np.diff(stretched.astype(int)) >= 0).all()
    assert stretched[128] == 128


def test_a_mask_is_neither_stretched_nor_corrected() -> None:
    """Its faint values stay, on a plain backdrop as well."""
    mask = np.full((30, 40), 10, np.uint8)
    mask[10:20, 10:30] = 245
    alpha = refine_mask(mask, Picture(Image.new("RGB", (400, 300), "white")), None, SOON)
    assert alpha.shape == (300, 400)
    assert (alpha[:80] == 10).all()
    assert (alpha[140:160, 150:250] == 245).all()


def test_the_edges_of_a_mask_are_sharpened() -> None:
    seen = []

    def sharpen(_picture: Picture, coarse: Alpha, enlarged: Alpha, _until: Deadline) -> Alpha:
        seen.append((coarse.shape, enlarged.shape))
        return np.where(enlarged > 127, np.uint8(255), np.uint8(0))

    picture = Picture(Image.new("RGB", (64, 64)))
    alpha = refine_mask(step(16), picture, sharpen, SOON)
    assert seen == [((16, 16), (64, 64))]
    assert np.array_equal(alpha, step(64))


@pytest.mark.parametrize("at", [0, 1, 499, 998, 999])
@pytest.mark.parametrize("size", [(1000, 10), (10, 1000)])
def test_a_narrow_region_keeps_a_pixel_wherever_it_is(at: int, size: tuple[int, int]) -> None:
    """The region is a line of a picture that was shrunk to a hundredth."""
    width, height = size
    box = Box(at, 0, 1, height) if width > height else Box(0, at, width, 1)
    kept = keep_region(np.full((height // 10, width // 10), 255, np.uint8), box, size)
    assert np.flatnonzero(kept).tolist() == [at // 10]


def test_a_region_keeps_what_is_in_it() -> None:
    alpha = np.arange(1, 49, dtype=np.uint8).reshape(6, 8)
    kept = keep_region(alpha, Box(2, 2, 4, 8), (16, 12))
    assert np.array_equal(kept[1:5, 1:3], alpha[1:5, 1:3])
    assert np.count_nonzero(kept) == 8
    assert alpha.all(), "the alpha itself stays"
