import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from cutout.choices import Mode
from cutout.colours import Colour
from cutout.compose.background import Backdrop, lay_on
from cutout.compose.compose import compose
from cutout.options import Options
from cutout.pictures import Alpha, Picture, Pixels
from tests.samples import gradient

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
WHITE, RED = Colour(255, 255, 255), Colour(255, 0, 0)


def cut_out(alpha: int, colour: tuple[int, int, int] = (10, 200, 30)) -> Pixels:
    """40 x 30 pixels of one colour."""
    return np.full((30, 40, 4), (*colour, alpha), np.uint8)


def flat(colour: tuple[int, ...], size: tuple[int, int] = (40, 30)) -> Picture:
    holes = np.full(size[::-1], colour[3], np.uint8) if len(colour) == 4 else None
    return Picture(Image.new("RGB", size, colour[:3]), holes)


@pytest.mark.parametrize("alpha", [0, 1, 127, 128, 254, 255])
@pytest.mark.parametrize(
    "backdrop", [Backdrop(RED), Backdrop(None, flat((255, 0, 0))), Backdrop(WHITE, flat(RED))]
)
def test_blended_by_the_alpha(alpha: int, backdrop: Backdrop) -> None:
    laid = lay_on(cut_out(alpha), backdrop, None)
    assert laid.shape == (30, 40, 3), "opaque, and not RGB"
    wanted = np.array([10, 200, 30]) * (alpha / 255) + np.array([255, 0, 0]) * (1 - alpha / 255)
    assert np.abs(laid - wanted).max() <= 1


def test_rows_of_a_large_picture_meet() -> None:
    pixels = cut_out(100).repeat(20, axis=0)
    laid = lay_on(pixels, Backdrop(WHITE), None)
    assert (laid == laid[0, 0]).all()


def test_holes_show_the_colour_and_without_one_nothing() -> None:
    """A background picture that is half transparent."""
    half = flat((0, 0, 255, 128))
    on_white = lay_on(cut_out(0), Backdrop(WHITE, half), None)
    assert on_white.shape[2] == 3
    assert np.abs(on_white[0, 0].astype(int) - [127, 127, 255]).max() <= 1
    on_nothing = lay_on(cut_out(0), Backdrop(None, half), None)
    assert on_nothing[0, 0].tolist() == [0, 0, 255, 128]
    assert lay_on(cut_out(255), Backdrop(None, half), None)[0, 0].tolist() == [10, 200, 30, 255]


def test_what_nobody_sees_has_no_colour() -> None:
    """Transparent pixels of a background may hold another picture."""
    laid = lay_on(cut_out(0), Backdrop(None, flat((0, 0, 255, 0))), None)
    assert not laid.any()


@pytest.mark.parametrize("size", [(80, 60), (20, 15), (55, 41)])
def test_colours_beside_holes_stay_when_scaled(size: tuple[int, int]) -> None:
    holes = np.full((30, 40), 255, np.uint8)
    holes[10:20, 10:30] = 0
    picture = Picture(Image.new("RGB", (40, 30), (200, 100, 50)), holes)
    laid = lay_on(np.zeros((size[1], size[0], 4), np.uint8), Backdrop(None, picture), None)
    opaque = laid[laid[..., 3] == 255].astype(int)
    assert np.abs(opaque[:, :3] - (200, 100, 50)).max() <= 1


def test_a_colour_may_be_glass() -> None:
    laid = lay_on(cut_out(0), Backdrop(Colour(255, 0, 0, 51)), None)
    assert laid[0, 0].tolist() == [255, 0, 0, 51]
    both = lay_on(cut_out(0), Backdrop(Colour(255, 0, 0, 51), flat((0, 0, 255, 128))), None)
    assert both[0, 0, 3] == pytest.approx(128 + 51 * 127 / 255, abs=1)


def quarters(width: int, height: int) -> Image.Image:
    """A picture whose four quarters differ."""
    image = Image.new("RGB", (2, 2))
    image.putdata([(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)])
    return image.resize((width, height), Image.Resampling.NEAREST)


@pytest.mark.parametrize("size", [(400, 300), (20, 15), (200, 30), (40, 200), (40, 30), (1000, 4)])
def test_it_covers_the_picture_and_keeps_its_middle(size: tuple[int, int]) -> None:
    laid = lay_on(cut_out(0), Backdrop(None, Picture(quarters(*size))), None)
    corners = [laid[y, x].tolist() for y in (2, 27) for x in (2, 37)]
    assert corners == [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]]


@settings(max_examples=100, deadline=None)
@given(st.tuples(*[st.integers(1, 70)] * 4))
def test_every_shape_covers_every_other(sides: tuple[int, int, int, int]) -> None:
    """Also where the parts of a pixel don't add up."""
    have, (width, height) = sides[:2], sides[2:]
    pixels = np.zeros((height, width, 4), np.uint8)
    laid = lay_on(pixels, Backdrop(None, flat((9, 8, 7), have)), None)
    assert laid.shape == (height, width, 3)
    assert (laid == (9, 8, 7)).all()


def test_what_juts_out_is_cut_off_evenly_and_nothing_is_stretched() -> None:
    """A wide strip: of its 120 columns the 40 in the middle are seen."""
    strip = np.zeros((30, 120, 3), np.uint8)
    strip[:, 40:80] = np.arange(40, dtype=np.uint8)[:, np.newaxis] * 6
    laid = lay_on(cut_out(0), Backdrop(None, Picture(Image.fromarray(strip))), None)
    assert np.array_equal(laid, strip[:, 40:80])


def test_hidden_colours_of_a_background_stay_hidden() -> None:
    """Scaling mixes neighbours: what is transparent has no say."""
    colour = Image.new("RGB", (80, 60), (255, 0, 255))
    colour.paste((0, 128, 0), (0, 0, 40, 60))
    holes = np.zeros((60, 80), np.uint8)
    holes[:, :40] = 255
    laid = lay_on(cut_out(0), Backdrop(None, Picture(colour, holes)), None)
    seen = laid[laid[..., 3] > 16]
    assert np.abs(seen[:, :3].astype(int) - [0, 128, 0]).max() <= 8, "a fringe"


def linear_profile() -> bytes:
    """sRGB's colours with a gamma of 1.0, made from the built-in one by hand: each curve is put
    in the place of the old one, which is longer."""
    content = bytearray(SRGB)
    count = int.from_bytes(content[128:132], "big")
    for entry in range(132, 132 + 12 * count, 12):
        if bytes(content[entry : entry + 4]) in {b"rTRC", b"gTRC", b"bTRC"}:
            at = int.from_bytes(content[entry + 4 : entry + 8], "big")
            content[at : at + 12] = b"curv" + bytes(8)  # no value: the identity
            content[entry + 8 : entry + 12] = (12).to_bytes(4, "big")
    return bytes(content)


LINEAR = linear_profile()


def test_colours_are_brought_to_the_pictures_profile() -> None:
    """Grey 188 of sRGB is half of the light."""
    laid = lay_on(cut_out(0), Backdrop(Colour(188, 188, 188)), LINEAR)
    assert np.abs(laid[0, 0].astype(int) - 128).max() <= 2
    picture = flat((188, 188, 188))
    assert np.abs(lay_on(cut_out(0), Backdrop(None, picture), LINEAR)[0, 0] - 128.0).max() <= 2
    back = Picture(Image.new("RGB", (4, 3), (128, 128, 128)), None, LINEAR)
    assert np.abs(lay_on(cut_out(0), Backdrop(None, back), None)[0, 0] - 188.0).max() <= 2


def test_the_same_profile_changes_nothing() -> None:
    picture = Picture(quarters(40, 30), None, LINEAR)
    laid = lay_on(cut_out(0), Backdrop(None, picture), LINEAR)
    assert np.array_equal(laid, np.asarray(picture.colour))


@pytest.mark.parametrize("profile", [SRGB[:200], b"\0" * 128, b"x"])
def test_a_broken_profile_leaves_the_colours(profile: bytes) -> None:
    picture = Picture(quarters(40, 30), None, profile)
    laid = lay_on(cut_out(0), Backdrop(None, picture), None)
    assert np.array_equal(laid, np.asarray(picture.colour))


def soft_disc() -> Alpha:
    y, x = np.mgrid[:48, :64]
    alpha: Alpha = np.clip((15 - np.hypot(y - 24, x - 32)) * 40, 0, 255).astype(np.uint8)
    return alpha


def test_the_old_background_leaves_no_fringe() -> None:
    """A green disc before blue, laid on white: no edge may be bluer than it is green."""
    alpha = soft_disc()
    share = alpha[..., np.newaxis] / 255
    mixed = share * (0, 200, 0) + (1 - share) * (0, 0, 255)
    picture = Picture(Image.fromarray(mixed.astype(np.uint8)))
    laid = compose(picture, alpha, Options(), Backdrop(WHITE)).pixels.astype(int)
    wanted = share * (0, 200, 0) + (1 - share) * (255, 255, 255)
    assert np.abs(laid - wanted).max() < 24


def test_a_shadow_falls_on_the_background() -> None:
    picture, alpha = Picture(gradient()), np.zeros((48, 64), np.uint8)
    alpha[10:36, 16:48] = 255
    laid = compose(picture, alpha, Options(Mode.FG_IMAGE_SHADOW), Backdrop(WHITE)).pixels
    bare = compose(picture, alpha, Options(), Backdrop(WHITE)).pixels
    assert (laid[alpha == 0] <= bare[alpha == 0]).all()
    assert laid[alpha == 0].min() < 150, "no shadow"
    assert np.array_equal(laid[alpha == 255], bare[alpha == 255])


def test_a_mask_has_no_use_for_it() -> None:
    options = Options(Mode.FG_MASK)
    composition = compose(Picture(gradient()), soft_disc(), options, Backdrop(WHITE))
    assert np.array_equal(composition.pixels, soft_disc())


def test_the_pictures_themselves_stay_untouched() -> None:
    colour = quarters(64, 48)
    before = np.array(colour)
    for holes in (soft_disc(), None):
        backdrop = Backdrop(WHITE, Picture(colour, holes, LINEAR))
        compose(Picture(gradient()), soft_disc(), Options(), backdrop)
        assert np.array_equal(np.asarray(colour), before)
