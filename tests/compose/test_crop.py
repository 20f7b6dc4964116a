import numpy as np
import pytest

from cutout.choices import Margin, Mode, parse_margin
from cutout.compose.compose import compose
from cutout.options import Options, ShadowLook
from cutout.pictures import Alpha, Box, Composition, Picture
from tests.samples import gradient

PICTURE = Picture(gradient(400, 300))
OBJECT = Box(100, 60, 120, 80)
NO_MARGIN = Margin()


def matte(*boxes: Box) -> Alpha:
    alpha = np.zeros((300, 400), np.uint8)
    for left, top, width, height in boxes:
        alpha[top : top + height, left : left + width] = 255
    return alpha


def cropped(alpha: Alpha, crop: Margin | None, mode: Mode = Mode.FG_IMAGE) -> Composition:
    return compose(PICTURE, alpha, Options(mode, crop=crop, objects=True))


@pytest.mark.parametrize("mode", [Mode.FG_IMAGE, Mode.FG_MASK])
def test_to_the_objects_box(mode: Mode) -> None:
    whole = cropped(matte(OBJECT), None, mode)
    part = cropped(matte(OBJECT), NO_MARGIN, mode)
    assert part.size == (120, 80)
    assert np.array_equal(part.pixels, whole.pixels[60:140, 100:220])


@pytest.mark.parametrize(
    ("margin", "frame"),
    [
        ("5px", Box(95, 55, 130, 90)),
        ("10%", Box(88, 48, 144, 104)),
        ("60px", Box(40, 0, 240, 200)),
        ("9999px", Box(0, 0, 400, 300)),
        ("999%", Box(0, 0, 400, 300)),
    ],
)
def test_margins_reach_as_far_as_the_picture(margin: str, frame: Box) -> None:
    part = cropped(matte(OBJECT), parse_margin(margin))
    left, top, width, height = frame
    assert part.size == (width, height)
    whole = cropped(matte(OBJECT), None).pixels
    assert np.array_equal(part.pixels, whole[top : top + height, left : left + width])


def test_boxes_are_the_cropped_pictures() -> None:
    part = cropped(matte(OBJECT), Margin(pixels=5))
    assert part.objects is not None
    assert [each.box for each in part.objects] == [Box(5, 5, 120, 80)]


def test_all_objects_and_no_specks() -> None:
    other, speck = Box(300, 200, 50, 50), Box(2, 2, 3, 3)
    part = cropped(matte(OBJECT, other, speck), NO_MARGIN)
    assert part.size == (250, 190)


@pytest.mark.parametrize("mode", Mode)
def test_nothing_found_is_the_whole_picture(mode: Mode) -> None:
    part = cropped(matte(), Margin(pixels=5), mode)
    assert part.size == (400, 300)
    assert part.objects == ()


@pytest.mark.parametrize("angle", [-60, 0, 60])
def test_a_shadow_is_kept_whole(angle: float) -> None:
    options = Options(Mode.FG_IMAGE_SHADOW, crop=NO_MARGIN, shadow=ShadowLook(angle=angle))
    part = compose(PICTURE, matte(OBJECT), options).pixels
    assert part.shape[0] > 80, "the shadow's lower end is cut off"
    assert part.shape[1] > 120, "the shadow's side is cut off"
    border = [part[0], part[-1], part[:, 0], part[:, -1]]
    assert max(int(line[..., 3].max()) for line in border[1:]) < 12, "a hard line in the shadow"


def test_an_object_without_a_solid_place_has_no_shadow() -> None:
    alpha = matte(OBJECT) // 4
    assert cropped(alpha, NO_MARGIN, Mode.FG_IMAGE_SHADOW).size == (120, 80)
