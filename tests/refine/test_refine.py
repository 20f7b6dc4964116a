import numpy as np
import pytest
from PIL import Image

from cutout.pictures import Alpha, Picture
from cutout.refine.refine import product, refine
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


def test_holes_multiply() -> None:
    holes = np.full((8, 8), 255, np.uint8)
    holes[:4] = 0
    holes[4, :] = 100
    alpha = refine(step(), Picture(Image.new("RGB", (8, 8)), holes), None, SOON)
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
    alpha = refine(faint, Picture(Image.new("RGB", (8, 8)), holes), sharpen, SOON)
    ((coarse, enlarged),) = seen
    assert not coarse.any(), "faint alpha was to be levelled away first"
    assert enlarged.shape == (8, 8)
    assert alpha[0, 0] == 200
    assert alpha.sum() == 200, "a hole was filled"


def test_product_is_rounded_to_nearest_for_every_pair() -> None:
    first, second = np.meshgrid(np.arange(256), np.arange(256))
    expected = np.floor(first * second / 255 + 0.5).astype(np.uint8)
    assert np.array_equal(product(first.astype(np.uint8), second.astype(np.uint8)), expected)


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
    plain = refine(alpha, picture, None, Deadline.after(0))
    made = refine(alpha, picture, None, Deadline.after(seconds))
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
    one, other = (refine(alpha, each, None, SOON) for each in (black, lime))
    assert np.array_equal(one, other)
