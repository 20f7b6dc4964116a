from dataclasses import replace
from io import BytesIO

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageFilter

from cutout.compose.compose import straight_rgba
from cutout.compose.soft_blocks import BLOCK, find_blocks
from cutout.compose.spill import TRIANGLE, mean_alpha
from cutout.decode.decode import decode
from cutout.pictures import Alpha, Picture, Pixels
from cutout.settings import Settings

WHITE, RED, GREY = (236, 234, 230), (190, 24, 30), (140, 146, 150)
SIDE = 256
REACH = 8
"""Pixels from an edge beyond which nothing may change."""


def disc(side: int = SIDE) -> Alpha:
    """Return the alpha of a disc with an edge a pixel wide."""
    rows, columns = np.ogrid[:side, :side]
    away = np.hypot(rows - side / 2, columns - side / 2)
    return np.rint(np.clip(side * 0.3 - away + 0.5, 0, 1) * 255).astype(np.uint8)


def photo(colours: Pixels, alpha: Alpha, back: tuple[int, int, int]) -> Image.Image:
    """Return an object with these colours in front of a plain background."""
    share = alpha[..., np.newaxis] / 255
    return Image.fromarray(np.rint(share * colours + (1 - share) * back).astype(np.uint8))


def plain(colour: tuple[int, int, int]) -> Pixels:
    return np.full((SIDE, SIDE, 3), colour, np.uint8)


def opened(image: Image.Image, kind: str = "JPEG", **options: object) -> Picture:
    """Return the picture in a file of this kind."""
    file = BytesIO()
    image.save(file, kind, **options)
    return decode(file.getvalue(), Settings())


def restored(picture: Picture, alpha: Alpha) -> npt.NDArray[np.int16]:
    """Return the colours of the cut-out."""
    return straight_rgba(picture, alpha)[..., :3].astype(np.int16)


def rim(alpha: Alpha, reach: int) -> npt.NDArray[np.bool_]:
    """Return the opaque pixels within `reach` of the edge."""
    least = np.asarray(Image.fromarray(alpha).filter(ImageFilter.MinFilter(2 * reach + 1)))
    near: npt.NDArray[np.bool_] = (alpha == 255) & (least < 255)
    return near


def redness(colours: npt.NDArray[np.int16]) -> npt.NDArray[np.int16]:
    return np.asarray(colours[..., 0] - (colours[..., 1] + colours[..., 2]) // 2, np.int16)


def luma(colours: npt.NDArray[np.int16]) -> npt.NDArray[np.float64]:
    return np.asarray(colours @ np.array([0.299, 0.587, 0.114]))


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("JPEG", {"quality": 90, "subsampling": "4:2:0"}),
        ("JPEG", {"quality": 75, "subsampling": "4:2:0"}),
        ("JPEG", {"quality": 90, "subsampling": "4:2:2"}),
        ("WEBP", {"quality": 80}),
    ],
)
@pytest.mark.parametrize("colour", [WHITE, GREY])
def test_a_rim_loses_most_of_the_backgrounds_tint(
    kind: str, options: dict[str, object], colour: tuple[int, int, int]
) -> None:
    alpha = disc()
    picture = opened(photo(plain(colour), alpha, RED), kind, **options)
    own = redness(np.array(colour, np.int16))
    before, after = (
        np.abs(redness(restored(each, alpha)) - own)[rim(alpha, 2)]
        for each in (replace(picture, coarse_chroma=False), picture)
    )
    assert before.mean() >= 8, "the file shows no tint"
    assert after.mean() <= before.mean() / 2
    assert np.percentile(after, 95) <= np.percentile(before, 95) / 2


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("JPEG", {"quality": 90, "subsampling": "4:4:4"}),
        ("PNG", {}),
        ("WEBP", {"lossless": True}),
    ],
)
def test_opaque_pixels_stay_exactly_where_chroma_has_full_resolution(
    kind: str, options: dict[str, object]
) -> None:
    alpha = disc()
    picture = opened(photo(plain(WHITE), alpha, RED), kind, **options)
    opaque = alpha == 255
    assert np.array_equal(restored(picture, alpha)[opaque], np.asarray(picture.colour)[opaque])


def test_a_grey_jpeg_stays_exactly() -> None:
    alpha = disc()
    picture = opened(photo(plain(WHITE), alpha, RED).convert("L"), "JPEG")
    opaque = alpha == 255
    assert np.array_equal(restored(picture, alpha)[opaque], np.asarray(picture.colour)[opaque])


def noise(seed: int, cell: int = 16) -> Pixels:
    """Return coloured blotches of about `cell` pixels."""
    rng = np.random.default_rng(seed)
    small = Image.fromarray(rng.integers(40, 216, (SIDE // cell, SIDE // cell, 3), np.uint8))
    return np.asarray(small.resize((SIDE, SIDE), Image.Resampling.BICUBIC))


def test_the_inside_stays_exactly_and_brightness_everywhere() -> None:
    alpha = disc()
    picture = opened(photo(noise(3), alpha, RED), "JPEG", quality=90, subsampling="4:2:0")
    seen, shown = np.asarray(picture.colour).astype(np.int16), restored(picture, alpha)
    opaque = alpha == 255
    inside = opaque & ~rim(alpha, REACH)
    assert np.array_equal(shown[inside], seen[inside])
    unclipped = opaque & (shown.min(axis=-1) > 0) & (shown.max(axis=-1) < 255)
    assert np.abs(luma(shown) - luma(seen))[unclipped].max() <= 1


@pytest.mark.parametrize(("cell", "at_most"), [(32, 0.7), (16, 0.85), (4, 1.2)])
@pytest.mark.parametrize("seed", range(4))
def test_a_pattern_comes_nearer_to_its_own_colours(seed: int, cell: int, at_most: float) -> None:
    """A pattern as fine as the tint is wide gains nothing, and loses little."""
    alpha, colours = disc(), noise(seed, cell)
    picture = opened(photo(colours, alpha, RED), "JPEG", quality=90, subsampling="4:2:0")
    before, after = (
        np.abs(restored(each, alpha) - colours.astype(np.int16))[rim(alpha, 4)].mean()
        for each in (replace(picture, coarse_chroma=False), picture)
    )
    assert after <= before * at_most


def test_a_seam_in_the_backgrounds_colour_keeps_it() -> None:
    """A white object with a red seam, six pixels wide along its edge, on red."""
    alpha = disc()
    colours = plain(WHITE).copy()
    inner = np.asarray(Image.fromarray(alpha).filter(ImageFilter.MinFilter(13)))
    colours[inner < 255] = RED
    picture = opened(photo(colours, alpha, RED), "JPEG", quality=90, subsampling="4:2:0")
    seam = (alpha == 255) & (inner < 128)
    before, after = (
        redness(restored(each, alpha))[seam].mean()
        for each in (replace(picture, coarse_chroma=False), picture)
    )
    assert after >= before * 0.9


def test_alpha_and_hidden_pixels_stay() -> None:
    alpha = disc()
    picture = opened(photo(noise(4), alpha, RED), "JPEG", quality=60, subsampling="4:2:0")
    pixels = straight_rgba(picture, alpha)
    assert np.array_equal(pixels[..., 3], alpha)
    assert not pixels[alpha == 0].any()


@pytest.mark.parametrize("size", [(1, 1), (3, 2), (5, 130), (130, 5), (97, 301)])
def test_any_size(size: tuple[int, int]) -> None:
    """One colour everywhere stays, whatever the alpha."""
    alpha = np.random.default_rng(5).choice(np.array([0, 1, 128, 255], np.uint8), size[::-1])
    picture = Picture(Image.new("RGB", size, RED), coarse_chroma=True)
    shown = restored(picture, alpha)[alpha > 0]
    assert not len(shown) or np.abs(shown - np.array(RED)).max() <= 1


def test_stripes_do_not_show() -> None:
    """The work goes by 128 rows and by some thousand blocks."""
    column = np.clip((np.arange(96) - 40) * 85, 0, 255).astype(np.uint8)
    alpha = np.repeat(column[np.newaxis], 1200, 0)
    row = photo(np.full((1, 96, 3), WHITE, np.uint8), alpha[:1], RED)
    blurred = row.resize((96, 1200)).filter(ImageFilter.GaussianBlur(2))
    shown = restored(Picture(blurred, coarse_chroma=True), alpha)
    assert np.abs(np.diff(shown, axis=0)).max() <= 1


@pytest.mark.parametrize("axis", [0, 1])
def test_it_is_the_same_at_every_border(axis: int) -> None:
    noise = np.random.default_rng(0).integers(-20, 20, (SIDE, SIDE, 3))
    colours = (plain(WHITE) + noise).clip(0, 255).astype(np.uint8)
    rows, columns = np.ogrid[:SIDE, :SIDE]
    alpha = np.clip((rows + columns - SIDE) * 64 + 128, 0, 255).astype(np.uint8)
    image = np.asarray(photo(colours, alpha, RED))
    found = restored(Picture(Image.fromarray(image), coarse_chroma=True), alpha)
    flipped = Picture(Image.fromarray(np.flip(image, axis)), coarse_chroma=True)
    again = restored(flipped, np.ascontiguousarray(np.flip(alpha, axis)))
    assert np.abs(np.flip(again, axis) - found).max() <= 2


@pytest.mark.parametrize("shape", [(1, 1), (4, 90), (23, 37)])
def test_the_mean_alpha_is_that_of_the_pixels_around(shape: tuple[int, int]) -> None:
    """Compare it with a sum over each pixel's square."""
    alpha = np.random.default_rng(3).integers(0, 256, shape, np.uint8)
    whole = np.pad(alpha, [(0, -length % BLOCK) for length in shape], "edge")
    wide = np.concatenate([whole[:, :BLOCK], whole, whole[:, -BLOCK:]], axis=1)
    wide = np.pad(wide, ((BLOCK, BLOCK), (0, 0)), "edge")
    weights, side = np.outer(TRIANGLE, TRIANGLE) / 255, len(TRIANGLE)
    blocks = find_blocks(alpha)
    found = mean_alpha(alpha, blocks)
    for index, block in enumerate(blocks.soft):
        top, left = (BLOCK * int(at) for at in np.divmod(block, whole.shape[1] // BLOCK))
        for pixel, (down, across) in enumerate(np.ndindex(BLOCK, BLOCK)):
            square = np.s_[top + down :, left + across :]
            expected = (wide[square][:side, :side] * weights).sum()
            assert found[pixel, index] == pytest.approx(expected, abs=1e-5)
