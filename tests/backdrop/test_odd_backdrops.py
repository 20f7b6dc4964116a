"""A checker, a line around the picture, a watermark and a reflection are backdrop as well."""

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageDraw

from cutout.backdrop.correction import find_correction
from tests.backdrop.correcting import made_of, wrong
from tests.backdrop.drawn import (
    DISC,
    HOLE,
    SIZE,
    Mask,
    checker,
    ellipse,
    jpeg,
    mask_of,
    photo,
    seen,
    sweep,
    textured,
)

Colours = npt.NDArray[np.float32]
RING = ellipse(DISC) & ~ellipse(HOLE)
LEFT, RIGHT = ellipse((60, 100, 180, 260)), ellipse((260, 80, 380, 280))


def pictured(colours: Colours) -> Image.Image:
    return Image.fromarray(np.clip(np.rint(colours), 0, 255).astype(np.uint8))


@pytest.mark.parametrize("quality", [None, 92, 82])
@pytest.mark.parametrize(("cell", "dark"), [(8, 204), (12.5, 236), (20, 204), (32, 153)])
def test_a_painted_checker_is_backdrop(cell: float, dark: int, quality: int | None) -> None:
    image = photo(checker(cell, dark), LEFT | RIGHT, noise=0)
    if quality is not None:
        image = jpeg(image, quality)
    assert wrong(made_of(image, LEFT), LEFT | RIGHT) < 0.015, "what the networks miss is lost"
    everything = np.ones_like(LEFT)
    assert made_of(image, everything)[100:260, 430:470].max() == 0, "the networks' checker stays"


def test_the_checker_shows_through_a_hole() -> None:
    image = photo(checker(12), RING, noise=0)
    assert wrong(made_of(image, ellipse(DISC)), RING) < 0.01


def test_an_object_may_have_one_of_the_checkers_colours() -> None:
    pixels = checker(12)
    pixels[LEFT] = 255
    assert wrong(made_of(pictured(pixels), LEFT), LEFT) < 0.01


@pytest.mark.parametrize(("regular", "settled"), [(True, True), (False, False)])
def test_cells_that_do_not_alternate_are_no_checker(regular: bool, settled: bool) -> None:
    cells = np.indices((30, 40)).sum(axis=0) % 2
    if not regular:
        cells = np.random.default_rng(0).permutation(cells.ravel()).reshape(cells.shape)
    levels = np.kron(np.where(cells == 1, 204.0, 255.0), np.ones((12, 12)))
    image = photo(np.repeat(levels[..., np.newaxis], 3, axis=-1).astype(np.float32), RIGHT)
    assert (find_correction(seen(LEFT), image) is not None) == settled


def lined(inset: int, thick: int, sides: str = "lrtb", outside: int = 255) -> Image.Image:
    """An object inside of a line on some sides of a white picture."""
    image = photo(sweep("white"), LEFT | RIGHT, noise=0)
    width, height = image.size
    right, bottom = width - 1 - inset, height - 1 - inset
    canvas = Image.new("RGB", image.size, (outside,) * 3)
    canvas.paste(image.crop((inset, inset, right + 1, bottom + 1)), (inset, inset))
    pen = ImageDraw.Draw(canvas)
    for side, box in {
        "l": (inset, inset, inset + thick - 1, bottom),
        "r": (right - thick + 1, inset, right, bottom),
        "t": (inset, inset, right, inset + thick - 1),
        "b": (inset, bottom - thick + 1, right, bottom),
    }.items():
        if side in sides:
            pen.rectangle(box, fill=(120, 120, 120))
    return canvas


@pytest.mark.parametrize("quality", [None, 85])
@pytest.mark.parametrize(("inset", "thick"), [(0, 1), (0, 4), (1, 2), (6, 1), (9, 4)])
def test_a_line_around_the_picture_goes(inset: int, thick: int, quality: int | None) -> None:
    image = lined(inset, thick)
    if quality is not None:
        image = jpeg(image, quality)
    alpha = made_of(image, LEFT)
    assert wrong(alpha, LEFT | RIGHT) < 0.01
    assert alpha[:18].max() == 0


@pytest.mark.parametrize("kind", ["three sides", "thick", "another colour outside"])
def test_other_frames_are_not_taken_for_a_line(kind: str) -> None:
    image = {
        "three sides": lined(9, 3, "lrt"),
        "thick": lined(3, 12),
        "another colour outside": lined(9, 3, outside=200),
    }[kind]
    correction = find_correction(seen(LEFT | mask_of((0, 0, 479, 17))), image)
    assert correction is None or not correction.changed[0, 200] or correction.alpha[12].max() > 0


def marked(count: int, level: int) -> tuple[Image.Image, Mask]:
    """An object, and strokes of one grey beside it."""
    strokes = [(220 + 30 * at, 100, 226 + 30 * at, 140) for at in range(count)]
    pixels = sweep("white")
    marks = mask_of(*strokes) if strokes else np.zeros_like(LEFT)
    pixels[marks] = level
    pixels[LEFT] = textured(LEFT)[LEFT]
    return pictured(pixels), marks


@pytest.mark.parametrize(
    ("count", "level", "kept"), [(6, 200, False), (4, 200, True), (6, 80, True)]
)
def test_faint_strokes_alike_are_a_watermark(count: int, level: int, kept: bool) -> None:
    image, marks = marked(count, level)
    alpha = made_of(image, LEFT)
    assert alpha[LEFT].mean() > 0.99
    found = float(alpha[marks].mean())
    assert found > 0.9 if kept else found < 0.02


def mirrored(first: float, last: float) -> Image.Image:
    """An object, and below it the same upside down, in a share that runs from `first` to `last`."""
    pixels, colours = sweep("white"), textured(STANDING)
    pixels[STANDING] = colours[STANDING]
    depth = SIZE[1] - 1 - BASE
    share = np.linspace(first, last, depth)[:, np.newaxis, np.newaxis]
    above = pixels[BASE - depth + 1 : BASE + 1][::-1]
    pixels[BASE + 1 :] = share * above + (1 - share) * pixels[BASE + 1 :]
    return pictured(pixels)


BASE = 259
STANDING = ellipse((140, 20, 340, 280)) & mask_of((0, 0, 479, BASE))


@pytest.mark.parametrize("all_of_it", [False, True])
@pytest.mark.parametrize(("first", "last"), [(0.3, 0.3), (0.5, 0.0), (0.6, 0.2)])
def test_a_reflection_goes(first: float, last: float, all_of_it: bool) -> None:
    image = mirrored(first, last)
    network = STANDING.copy()
    if all_of_it:
        network[BASE + 1 :] = STANDING[2 * BASE + 2 - SIZE[1] : BASE + 1][::-1]
    assert wrong(made_of(jpeg(image, 92), network), STANDING) < 0.01


@pytest.mark.parametrize(("first", "last"), [(1.0, 1.0), (0.9, 0.5), (0.6, 0.6)])
def test_a_symmetric_object_is_whole(first: float, last: float) -> None:
    """A lower half like the upper one, or of a lighter colour, is no reflection."""
    image = mirrored(first, last)
    network = STANDING.copy()
    network[BASE + 1 :] = STANDING[2 * BASE + 2 - SIZE[1] : BASE + 1][::-1]
    assert made_of(image, network)[network].mean() > 0.98
