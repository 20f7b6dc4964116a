import numpy as np
import pytest
from PIL import Image

from cutout.choices import Mode
from cutout.compose.compose import compose
from cutout.options import Options
from cutout.pictures import Alpha, Picture
from tests.samples import gradient


def disc(height: int = 48, width: int = 64) -> Alpha:
    """A soft disc in the middle."""
    y, x = np.mgrid[:height, :width]
    distance = np.hypot(y - height / 2, x - width / 2)
    alpha: Alpha = np.clip((15 - distance) * 40, 0, 255).astype(np.uint8)
    return alpha


PICTURE = Picture(gradient(), icc_profile=b"profile")
COLOURS = np.asarray(PICTURE.colour)


def test_a_mask_is_the_alpha_without_a_profile() -> None:
    composition = compose(PICTURE, disc(), Options(Mode.FG_MASK))
    assert np.array_equal(composition.pixels, disc())
    assert composition.icc_profile is None


def test_a_cut_out_has_straight_colours() -> None:
    alpha = disc()
    composition = compose(PICTURE, alpha, Options(Mode.FG_IMAGE))
    assert composition.icc_profile == b"profile"
    assert np.array_equal(composition.pixels[..., 3], alpha)
    opaque = alpha == 255
    assert np.array_equal(composition.pixels[opaque, :3], COLOURS[opaque])
    soft = (alpha > 0) & (alpha < 255)
    assert soft.sum() > 20, "the test needs soft pixels"
    changes = composition.pixels[soft, :3].astype(int) - COLOURS[soft]
    shown = np.abs(changes) * (alpha[soft, np.newaxis] / 255)
    assert shown.max() < 24, "soft edges darkened"


@pytest.mark.parametrize("mode", [Mode.FG_IMAGE, Mode.FG_IMAGE_SHADOW])
def test_nothing_hidden_is_sent(mode: Mode) -> None:
    pixels = compose(PICTURE, disc(), Options(mode)).pixels
    assert not pixels[pixels[..., 3] == 0].any(), "colours remain where nothing shows"


def test_the_pictures_own_pixels_stay_untouched() -> None:
    before = np.array(PICTURE.colour)
    for mode in Mode:
        compose(PICTURE, disc(), Options(mode))
    assert np.array_equal(np.asarray(PICTURE.colour), before)
    assert PICTURE.colour.mode == "RGB"


def test_a_shadow_leaves_the_object_alone() -> None:
    alpha = disc()
    pixels = compose(PICTURE, alpha, Options(Mode.FG_IMAGE_SHADOW)).pixels
    opaque = alpha == 255
    assert np.array_equal(pixels[opaque, :3], COLOURS[opaque])
    assert (pixels[..., 3] >= alpha).all()
    beside = (alpha == 0) & (pixels[..., 3] > 0)
    assert beside.any(), "there is no shadow"
    assert not pixels[beside, :3].any(), "the shadow is not black"


def test_an_empty_picture_has_no_shadow() -> None:
    pixels = compose(PICTURE, np.zeros((48, 64), np.uint8), Options(Mode.FG_IMAGE_SHADOW)).pixels
    assert not pixels.any()


def test_large_pictures_are_composed_without_a_seam() -> None:
    picture = Picture(gradient(40, 500))
    alpha = np.full((500, 40), 200, np.uint8)
    cut_out = compose(picture, alpha, Options(Mode.FG_IMAGE)).pixels
    changes = np.abs(cut_out[..., :3].astype(int) - np.asarray(picture.colour))
    assert changes.max() < 24, "where all is glass, its colour is about what is seen"
    assert (cut_out[..., 3] == 200).all()
    shadowed = compose(picture, alpha, Options(Mode.FG_IMAGE_SHADOW)).pixels
    jumps = np.abs(np.diff(shadowed[..., 3].astype(int), axis=0))
    assert jumps.max() < 10, "a stripe shows"


def test_one_pixel() -> None:
    picture = Picture(Image.new("RGB", (1, 1), "red"))
    for mode in Mode:
        pixels = compose(picture, np.full((1, 1), 255, np.uint8), Options(mode)).pixels
        assert pixels.shape[:2] == (1, 1)
