"""The rim of what a plain backdrop decides is exact at the size of a large picture."""

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageDraw

from tests.backdrop.correcting import made_of
from tests.backdrop.drawn import seen

Shares = npt.NDArray[np.float32]
NETWORK = np.zeros((40, 40), np.bool_)
NETWORK[6:18, 6:18] = True
SQUARE, TRIANGLE = (0.15, 0.15, 0.45, 0.45), ((0.55, 0.3), (0.9, 0.35), (0.7, 0.85))


def coverage(width: int, height: int) -> Shares:
    """Return the share of each pixel that a disc and a triangle cover, 0..1."""
    large = Image.new("L", (4 * width, 4 * height))
    pen = ImageDraw.Draw(large)
    side = 4 * min(width, height)
    pen.ellipse([side * each for each in SQUARE], fill=255)
    pen.polygon([(side * x, side * y) for x, y in TRIANGLE], fill=255)
    return np.asarray(large.reduce(4), np.float32) / np.float32(255)


def drawn(share: Shares, ink: tuple[int, int, int], paper: int) -> Image.Image:
    mixed = share[..., np.newaxis] * np.array(ink) + (1 - share[..., np.newaxis]) * paper
    return Image.fromarray(np.rint(mixed).astype(np.uint8))


@pytest.mark.parametrize("size", [(900, 900), (1500, 1201), (2050, 1025)])
@pytest.mark.parametrize(("ink", "paper"), [((20, 90, 180), 255), ((230, 210, 60), 40)])
def test_soft_pixels_have_their_share(
    size: tuple[int, int], ink: tuple[int, int, int], paper: int
) -> None:
    share = coverage(*size)
    off = np.abs(made_of(drawn(share, ink, paper), NETWORK) - share)
    assert off[(share > 0) & (share < 1)].mean() < 0.06
    assert off.mean() < 0.0005


def test_a_line_around_the_picture_moves_no_rim() -> None:
    share = coverage(1400, 1400)
    image = drawn(share, (20, 90, 180), 255)
    ImageDraw.Draw(image).rectangle((10, 10, 1389, 1389), outline=(120, 120, 120), width=3)
    off = np.abs(made_of(image, NETWORK) - share)
    assert off[(share > 0) & (share < 1)].mean() < 0.08
    assert off.mean() < 0.0005


def test_a_faint_object_keeps_the_rim_that_the_networks_drew() -> None:
    """White on nearly white: a share can't be told from so small a difference."""
    share = coverage(1400, 1400)
    network = np.asarray(Image.fromarray(share > 0.5).resize((40, 40)))
    alpha = made_of(drawn(share, (255, 255, 255), 236), network)
    wide = Image.fromarray(seen(network)).resize((1400, 1400), Image.Resampling.BILINEAR)
    assert np.abs(alpha - np.asarray(wide) / 255).mean() < 0.03
