import numpy as np
import pytest
from PIL import Image

from cutout.choices import Margin, Mode
from cutout.compose.compose import compose
from cutout.layout import CENTRE, Bound, Canvas, Position
from cutout.options import Options
from cutout.pictures import Alpha, Picture, Pixels

COLOUR = 200, 100, 50
SOFT = 128


def square(edge: int) -> Alpha:
    """Return a square of 20 pixels in 40, with an edge of another alpha."""
    alpha = np.zeros((40, 40), np.uint8)
    alpha[10:30, 10:30] = edge
    alpha[11:29, 11:29] = 255
    return alpha


def enlarged(picture: Picture, alpha: Alpha, side: int, mode: Mode = Mode.FG_IMAGE) -> Pixels:
    return compose(picture, alpha, Options(mode, canvas=Canvas(width=side))).pixels


@pytest.mark.parametrize("side", [41, 80, 132, 160])
@pytest.mark.parametrize("edge", [255, SOFT])
def test_edges_keep_their_colours_when_enlarged(side: int, edge: int) -> None:
    picture = Picture(Image.new("RGB", (40, 40), COLOUR))
    found = enlarged(picture, square(edge), side).astype(int)
    apart = np.abs(found[..., :3] - COLOUR).max(axis=2)
    assert apart[found[..., 3] == 255].max() <= 1, "a bright rim"
    assert apart[found[..., 3] >= SOFT].max() <= 3
    assert found[..., 3].max() == 255


def test_the_inside_is_enlarged_as_sharply_as_an_opaque_picture() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (40, 40, 3), np.uint8)
    picture = Picture(Image.fromarray(pixels))
    part, whole = (
        enlarged(picture, each, 120) for each in (square(255), np.full((40, 40), 255, np.uint8))
    )
    inside = slice(3 * 13, 3 * 27)
    assert np.array_equal(part[inside, inside], whole[inside, inside])


@pytest.mark.parametrize("edge", [255, SOFT])
def test_a_mask_is_enlarged_as_the_alpha_is(edge: int) -> None:
    picture = Picture(Image.new("RGB", (40, 40), COLOUR))
    mask = enlarged(picture, square(edge), 132, Mode.FG_MASK)
    assert np.array_equal(mask, enlarged(picture, square(edge), 132)[..., 3])


@pytest.mark.parametrize("position", [CENTRE, Position(0.3, 0.7)])
def test_what_is_moved_but_not_scaled_keeps_its_pixels(position: Position) -> None:
    """Odd free space is not halved: half a pixel would blur everything."""
    pixels = np.random.default_rng(0).integers(0, 256, (40, 40, 3), np.uint8)
    options = Options(canvas=Canvas(ratio=61 / 40, position=position))
    found = compose(Picture(Image.fromarray(pixels)), square(255), options).pixels
    assert found.shape == (40, 61, 4)
    assert np.array_equal(found[found[..., 3] == 255][:, :3], pixels[10:30, 10:30].reshape(-1, 3))


@pytest.mark.parametrize(
    ("canvas", "shown"),
    [((30, 60), (0, 22, 30, 38)), ((120, 30), (30, 0, 90, 30)), ((80, 40), (0, 0, 80, 40))],
)
def test_the_whole_picture_fits_a_canvas_of_any_proportions(
    canvas: tuple[int, int], shown: tuple[int, int, int, int]
) -> None:
    picture, opaque = Picture(Image.new("RGB", (40, 20), COLOUR)), np.full((20, 40), 255, np.uint8)
    width, height = canvas
    pixels = compose(picture, opaque, Options(canvas=Canvas(width, height))).pixels
    assert pixels.shape[:2] == (height, width)
    assert Image.fromarray(pixels).getchannel("A").getbbox() == pytest.approx(shown, abs=1)


def test_a_cropped_picture_that_is_scaled_down_shows_the_same() -> None:
    alpha = np.zeros((40, 40), np.uint8)
    alpha[14:34, 4:24] = 255
    picture = Picture(Image.new("RGB", (40, 40), COLOUR))
    options = Options(crop=Margin(2), bound=Bound(side=12))
    found = compose(picture, alpha, options).pixels
    assert found.shape[:2] == (12, 12)
    solid = Image.fromarray(np.asarray(found[..., 3] > 127))
    assert solid.getbbox() == (1, 1, 11, 11)
