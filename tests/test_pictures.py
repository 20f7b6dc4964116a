import numpy as np
import pytest
from PIL import Image

from cutout.pictures import Picture, flatten


def test_an_opaque_picture_is_flat_as_it_is() -> None:
    colour = Image.new("RGB", (8, 8), "red")
    assert Picture(colour).flattened is colour


@pytest.mark.parametrize(("tone", "behind"), [(0, 255), (100, 255), (200, 48), (255, 48)])
def test_holes_are_filled_with_a_tone_that_sets_the_object_off(tone: int, behind: int) -> None:
    """Half the picture is visible; what is hidden is the opposite, and must not count."""
    pixels = np.full((8, 8, 3), 255 - tone, np.uint8)
    pixels[:, :4] = tone
    holes = np.zeros((8, 8), np.uint8)
    holes[:, :4] = 255
    seen = np.asarray(flatten(Image.fromarray(pixels), holes))
    assert (seen[:, :4] == tone).all()
    assert (seen[:, 4:] == behind).all()


@pytest.mark.parametrize(("middle", "behind"), [(150, 255), (151, 48)])
@pytest.mark.parametrize("side", [8, 500, 1000])
def test_the_tone_does_not_depend_on_the_size(side: int, middle: int, behind: int) -> None:
    """The mean is exact, however many pixels are added up."""
    own_alpha = np.full((side, side), 200, np.uint8)
    own_alpha[0] = 0
    seen = flatten(Image.new("RGB", (side, side), (middle,) * 3), own_alpha)
    assert seen.getpixel((0, 0)) == (behind,) * 3


def test_a_picture_that_is_all_hole() -> None:
    seen = flatten(Image.new("RGB", (8, 8), "red"), np.zeros((8, 8), np.uint8))
    assert seen.getcolors() == [(64, (255, 255, 255))]


@pytest.mark.parametrize(
    ("outline", "inside", "behind"),
    [
        ([255], 0, 48),  # a sticker
        ([20, 255], 20, 150),
        ([100, 255], 0, 48),
        ([60, 180], 240, 255),  # the outline counts more
        ([0], 255, 48),  # letters
        ([20], 255, 150),
        ([255], 48, 150),
    ],
)
def test_no_part_of_a_transparent_picture_is_lost(
    outline: list[int], inside: int, behind: int
) -> None:
    """Stripes from side to side, each with an outline of its own."""
    pixels, holes = np.zeros((80, 600, 3), np.uint8), np.zeros((80, 600), np.uint8)
    for index, tone in enumerate(outline):
        rows = slice(10 + 40 * index, 30 + 40 * index)
        pixels[rows, 20:580], holes[rows, 20:580] = tone, 255
        pixels[rows.start + 4 : rows.stop - 4, 24:576] = inside
    seen = np.asarray(flatten(Image.fromarray(pixels), holes))
    assert (seen[holes == 0] == behind).all()
