import numpy as np
import pytest
from PIL import Image

from cutout.choices import Mode
from cutout.compose.compose import compose, straight_rgba
from cutout.options import Options
from cutout.pictures import Alpha, Picture, Pixels

RED, GREEN = (220, 30, 20), (20, 200, 60)


def ramp(height: int = 96, width: int = 96, soft: int = 24) -> Alpha:
    """Background on the left, object on the right, between them `soft` columns."""
    columns = np.arange(width) - (width - soft) / 2
    row = np.clip(columns / soft * 255, 0, 255).round().astype(np.uint8)
    return np.repeat(row[np.newaxis], height, 0)


def strands(height: int = 96, width: int = 96) -> Alpha:
    """Hair: lines a pixel wide that are opaque nowhere, and a body that they come from."""
    alpha = np.zeros((height, width), np.uint8)
    alpha[:, ::6] = 140
    alpha[height // 2 :] = 255
    return alpha


def mixed(alpha: Alpha) -> Image.Image:
    """A red object in front of green, as a camera sees it."""
    share = alpha[..., np.newaxis] / 255
    return Image.fromarray((share * RED + (1 - share) * GREEN + 0.5).astype(np.uint8))


def restored(picture: Image.Image, alpha: Alpha) -> Pixels:
    """The colours afterwards."""
    pixels = straight_rgba(Picture(picture), alpha)
    assert np.array_equal(pixels[..., 3], alpha), "the alpha changed"
    return pixels[..., :3]


@pytest.mark.parametrize("alpha", [ramp(), ramp(97, 95), ramp(300, 64, soft=8), strands()])
def test_a_fringe_takes_the_objects_colour(alpha: Alpha) -> None:
    picture = mixed(alpha)
    soft = (alpha > 0) & (alpha < 255)
    share = alpha[soft, np.newaxis] / 255
    before, after = (
        (np.abs(colours[soft] - np.array(RED, float)) * share).mean()
        for colours in (np.asarray(picture), restored(picture, alpha))
    )
    assert after < before * 0.25, f"on another background {after:.1f} of {before:.1f} still shows"


@pytest.mark.parametrize("mode", [Mode.FG_IMAGE, Mode.FG_IMAGE_SHADOW])
def test_both_modes_with_colour_have_it(mode: Mode) -> None:
    alpha = ramp()
    middle = (slice(20, 40), slice(46, 56))  # above the shadow
    pixels = compose(Picture(mixed(alpha)), alpha, Options(mode)).pixels[middle]
    assert np.abs(pixels[..., :3].astype(int) - RED).max() < 40


@pytest.mark.parametrize("size", [(96, 96), (97, 95), (130, 258), (3, 3), (129, 2)])
def test_opaque_pixels_stay_exactly_and_nothing_hidden_is_left(size: tuple[int, int]) -> None:
    """Hard and soft pixels of all kinds beside each other, in blocks and beyond the last whole."""
    rng = np.random.default_rng(7)
    alpha = rng.choice(np.array([0, 1, 128, 254, 255], np.uint8), size)
    picture = Image.fromarray(rng.integers(0, 256, (*size, 3), np.uint8))
    colours = restored(picture, alpha)
    opaque = alpha == 255
    assert np.array_equal(colours[opaque], np.asarray(picture)[opaque])
    assert not colours[alpha == 0].any()


def test_one_colour_everywhere_stays() -> None:
    """Check that no colour drifts where there is nothing to unmix."""
    alpha = strands()
    picture = Image.new("RGB", (96, 96), (90, 140, 200))
    shown = restored(picture, alpha)[alpha > 0]
    assert np.abs(shown.astype(int) - (90, 140, 200)).max() <= 1


@pytest.mark.parametrize("value", [1, 128, 254])
@pytest.mark.parametrize("size", [(1, 1), (3, 2), (5, 130), (130, 5), (64, 257)])
def test_soft_all_over_in_any_size(size: tuple[int, int], value: int) -> None:
    picture = Image.new("RGB", size, RED)
    alpha = np.full((size[1], size[0]), value, np.uint8)
    assert np.abs(restored(picture, alpha).astype(int) - RED).max() <= 1


def test_what_lies_far_away_does_not_count() -> None:
    """A blue object at the other end of the picture lends nothing to a red one's edge."""
    alpha = np.hstack([ramp(64, 96), 255 - ramp(64, 96)[:, ::-1], np.zeros((64, 200), np.uint8)])
    near = restored(mixed(alpha), alpha)[:, :96]
    far = np.hstack([alpha, np.full((64, 64), 255, np.uint8)])
    picture = Image.fromarray(
        np.hstack([np.asarray(mixed(alpha)), np.full((64, 64, 3), (0, 0, 255), np.uint8)])
    )
    shown = (restored(picture, far)[:, :96] - near.astype(int)) * (alpha[:, :96, np.newaxis] / 255)
    assert np.abs(shown).max() <= 12  # of 235


def test_stripes_do_not_show() -> None:
    """The work goes by 128 rows; the same edge on each of them must come out the same."""
    alpha = ramp(600, 96)
    colours = restored(mixed(alpha), alpha).astype(int)
    assert np.abs(np.diff(colours, axis=0)).max() <= 1


@pytest.mark.parametrize("height", [16, 40, 400])
def test_in_a_long_picture_neither(height: int) -> None:
    """Check the same for a picture that is much longer than high."""
    alpha = np.zeros((height, 8000), np.uint8)
    alpha[:, :96] = 255 - ramp(height, 96)
    alpha[:, 7000:7100] = 255
    picture = np.asarray(mixed(alpha)).copy()
    without = restored(Image.fromarray(picture), alpha)[:, :96].astype(int)
    picture[:, 7000:7100] = (0, 0, 255)
    shown = restored(Image.fromarray(picture), alpha)[:, :96] - without
    assert np.abs(shown * (alpha[:, :96, np.newaxis] / 255)).max() <= 12  # of 235


@pytest.mark.parametrize("hidden", [(0, 0, 0), (255, 255, 255), (0, 255, 0)])
def test_what_was_transparent_before_keeps_its_colour(hidden: tuple[int, int, int]) -> None:
    """Check that straight colours stay as they are, whatever is hidden in the transparent parts.

    A network that sees the object whole leaves its soft edge and its glass as they are.
    """
    holes = ramp()
    holes[30:60, 70:90] = 128
    colour = np.where(holes[..., np.newaxis] > 0, RED, hidden).astype(np.uint8)
    pixels = straight_rgba(Picture(Image.fromarray(colour), holes), holes)
    assert np.array_equal(pixels[..., 3], holes)
    assert (pixels[holes > 0, :3] == RED).all()
    assert not pixels[holes == 0].any()


def test_no_edge_takes_its_background_from_hidden_colours() -> None:
    """The picture is opaque where the object ends, and has a hole beside that."""
    alpha, holes = ramp(), np.full((96, 96), 255, np.uint8)
    holes[:, :40] = 0  # the edge begins at 36
    shown = []
    for hidden in ((0, 0, 0), (0, 0, 255)):
        colour = np.where(holes[..., np.newaxis] > 0, np.asarray(mixed(alpha)), hidden)
        picture = Picture(Image.fromarray(colour.astype(np.uint8)), holes)
        shown.append(straight_rgba(picture, np.minimum(alpha, holes)))
    assert np.array_equal(shown[0], shown[1])
