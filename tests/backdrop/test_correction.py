"""Check what a plain backdrop corrects, through `refine` and with a given mask of the networks."""

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from cutout.backdrop.correction import find_correction
from cutout.pictures import Alpha, Picture
from cutout.refine.refine import refine
from tests.backdrop.correcting import FOREVER, made_of, wrong
from tests.backdrop.drawn import (
    DISC,
    FOOT,
    HOLE,
    NECK,
    SCREEN,
    SIZE,
    ellipse,
    enlarged,
    jpeg,
    mask_of,
    photo,
    seen,
    soft,
    sweep,
)
from tests.samples import PHOTOS

MONITOR, STAND = mask_of(SCREEN, NECK, FOOT), mask_of(NECK, FOOT)
NOTHING = np.zeros(SIZE[::-1], np.bool_)
BACKDROPS = pytest.mark.parametrize(
    "kind", ["white", "grey", "gradient", "vignette", "lens", "blue"]
)


@BACKDROPS
@pytest.mark.parametrize("quality", [None, 80, 60])
def test_what_the_networks_miss_is_there(kind: str, quality: int | None) -> None:
    image = photo(sweep(kind), MONITOR)
    if quality is not None:
        image = jpeg(image, quality)
    assert wrong(STAND.astype(np.float32), MONITOR) > 0.3
    assert wrong(made_of(image, STAND), MONITOR) < 0.01


@BACKDROPS
def test_several_objects_and_no_veil(kind: str) -> None:
    objects = mask_of((40, 60, 140, 300), (200, 60, 300, 300), (360, 60, 440, 300))
    image = photo(sweep(kind), objects)
    coarse = (seen(mask_of((200, 60, 300, 300))) // 2 + 40).astype(np.uint8)  # a veil on everything
    alpha = refine(coarse, Picture(image), None, FOREVER)
    assert wrong(alpha.astype(np.float32) / np.float32(255), objects) < 0.01


def test_an_object_may_touch_the_border() -> None:
    objects = mask_of((0, 40, 479, 240), (220, 240, 260, 300), (160, 300, 320, 320))
    image = photo(sweep("white"), objects, noise=0.5)
    assert wrong(made_of(image, mask_of((160, 300, 320, 320))), objects) < 0.01


@pytest.mark.parametrize(("noise", "added"), [(1.0, True), (6.5, False)])
def test_a_blurred_scene_adds_nothing_that_the_networks_refuse(noise: float, added: bool) -> None:
    """A grainy, plain border is not a studio's: what lies before it may be a part of the scene."""
    image = photo(sweep("grey"), MONITOR, noise=noise)
    alpha = made_of(image, STAND)
    screen = mask_of((110, 60, 370, 220))
    found = float(alpha[screen].mean())
    assert found > 0.95 if added else found < 0.05
    assert alpha[mask_of((230, 250, 250, 290))].mean() > 0.95, "what the networks see is lost"


def test_a_large_blurred_scene_gets_no_outlines() -> None:
    """What is not added leaves no line around it where the alpha is enlarged."""
    size = (3 * SIZE[0], 3 * SIZE[1])
    image = photo(sweep("grey", size), enlarged(MONITOR, 3), noise=10)
    around = mask_of((80, 30, 400, 225))
    assert made_of(image, STAND)[enlarged(around, 3)].max() < 0.05


@pytest.mark.parametrize(("level", "added"), [(100, True), (30, False)])
def test_before_the_dark_a_part_that_touches_the_border_is_no_object(
    level: int, added: bool
) -> None:
    """Bars and the night are dark: what lies between them is a scene."""
    backdrop = np.full((360, 480, 3), level, np.float32)
    objects = mask_of((0, 40, 479, 240), (220, 240, 260, 300), (160, 300, 320, 320))
    image = photo(backdrop, objects, noise=0.5, colour=(200, 160, 90))
    found = float(made_of(image, mask_of((160, 300, 320, 320)))[mask_of((20, 60, 460, 220))].mean())
    assert found > 0.95 if added else found < 0.05


def test_a_shadow_is_left_out_and_a_dark_object_is_not() -> None:
    shade = 1 - 0.45 * soft(mask_of((120, 290, 420, 330)), 10)[..., np.newaxis]
    image = photo(sweep("white") * shade, MONITOR)
    alpha = made_of(image, STAND)
    assert wrong(alpha, MONITOR) < 0.015
    below = np.s_[326:340, 150:330]
    assert alpha[below].max() < 0.1, "the shadow"
    dark = photo(sweep("white"), MONITOR, colour=(110, 110, 110))
    assert wrong(made_of(dark, STAND), MONITOR) < 0.01, "grey as a shadow, with an outline"


def test_the_shadow_where_an_object_meets_the_ground_is_left_out() -> None:
    """It is as steep as a soft outline, but less so than it is dark."""
    below = np.arange(SIZE[1])[:, np.newaxis] - FOOT[3]
    beside = np.interp(np.arange(SIZE[0]), [160, 190, 290, 320], [0, 0.55, 0.55, 0])
    shade = np.where(below > 0, np.clip(1 - below / 18, 0, 1) ** 2, 0) * beside
    image = photo(shaded(shade), MONITOR)
    alpha = made_of(image, MONITOR)
    assert alpha[FOOT[3] + 4 :].max() < 0.1, "the shadow"
    assert wrong(alpha, MONITOR) < 0.01


@pytest.mark.parametrize("left", [174, 340])
def test_soft_grey_that_the_networks_miss_is_no_shadow_beside_what_they_see(left: int) -> None:
    grey = mask_of((left, 60, left + 100, 170))
    seen_one = mask_of((60, 60, 160, 300))
    alpha = made_of(photo(shaded(0.57 * soft(grey, 3)), seen_one), seen_one)
    assert alpha[mask_of((left + 10, 70, left + 90, 160))].mean() > 0.95


def shaded(shade: npt.NDArray[np.floating]) -> npt.NDArray[np.float32]:
    """A white backdrop, darker by a share."""
    return (sweep("white") * (1 - shade[..., np.newaxis])).astype(np.float32)


def test_a_large_object_gets_no_rim_of_shadow() -> None:
    size = (2 * SIZE[0], 2 * SIZE[1])
    shade = 1 - 0.45 * soft(enlarged(mask_of((120, 290, 420, 330)), 2), 20)[..., np.newaxis]
    image = photo(sweep("white", size) * shade, enlarged(MONITOR, 2))
    alpha = made_of(image, mask_of(SCREEN, NECK))
    assert alpha[enlarged(mask_of(FOOT), 2)].mean() > 0.99
    assert alpha[645:660, 340:620].max() < 0.2, "the shadow"


def test_a_hole_that_shows_the_same_backdrop_is_open() -> None:
    ring = ellipse(DISC) & ~ellipse(HOLE)
    image = photo(sweep("grey"), ring)
    assert wrong(made_of(image, ellipse(DISC)), ring) < 0.01


@pytest.mark.parametrize(("brighter", "noise"), [(2.5, 1.0), (0.0, 3.0), (0.0, 0.1)])
def test_a_label_of_another_light_or_grain_is_no_hole(brighter: float, noise: float) -> None:
    label = ellipse(HOLE)
    pixels = np.asarray(photo(sweep("grey"), ellipse(DISC)), np.float32).copy()
    grain = np.random.default_rng(1).normal(200 + brighter, noise, (*label.shape, 3))
    pixels[label] = grain[label]
    image = Image.fromarray(np.clip(np.rint(pixels), 0, 255).astype(np.uint8))
    assert wrong(made_of(image, ellipse(DISC)), ellipse(DISC)) < 0.01


def test_a_highlight_between_dark_lines_is_no_hole() -> None:
    """Polished metal: from its brightest place the white fades, but for two dark edges."""
    away = np.abs(np.arange(SIZE[0]) - 240)[np.newaxis] + np.zeros((SIZE[1], 1))
    badge, lines = mask_of((100, 40, 380, 320)), mask_of((150, 120, 330, 124), (150, 200, 330, 204))
    level = np.full(badge.shape, 255.0)
    level[badge] = 255 - np.clip((away - 60) * 1.2, 0, 120)[badge]
    level[lines | (badge & ~mask_of((106, 46, 374, 314)))] = 40
    image = Image.fromarray(np.repeat(level.astype(np.uint8)[..., np.newaxis], 3, axis=-1))
    assert wrong(made_of(image, badge), badge) < 0.01


def test_slits_that_the_networks_see_stay_open() -> None:
    """Two pixels wide, and tinted by both of their sides, as in a small JPEG."""
    body = mask_of((100, 40, 380, 320))
    slits = mask_of(*((left, 60, left + 1, 300) for left in range(120, 370, 12)))
    ink, paper = np.array([140.0, 140, 145]), np.array([236.0, 205, 89])
    colours = np.where((body & ~slits)[..., np.newaxis], ink, paper)
    colours[slits] = 0.8 * paper + 0.2 * ink
    image = Image.fromarray(np.rint(colours).astype(np.uint8))
    alpha = made_of(image, body & ~slits)
    assert alpha[slits].mean() < 0.4
    assert alpha[body & ~slits].mean() > 0.9


@pytest.mark.parametrize("is_gap", [True, False])
def test_a_gap_in_what_the_networks_see_stays_open(is_gap: bool) -> None:
    """Neither quite the backdrop's colour, which both sides tint, nor clearly another."""
    body, gap = mask_of((100, 40, 380, 320)), mask_of((200, 80, 218, 279))
    pixels = np.asarray(photo(sweep("white"), body, noise=0)).copy()
    pixels[gap] = np.where(np.arange(SIZE[1]) // 5 % 2, 248, 253)[gap.nonzero()[0], np.newaxis]
    network = body & ~gap if is_gap else NOTHING
    alpha = made_of(jpeg(Image.fromarray(pixels), 90), network)
    inside = alpha[mask_of((204, 84, 214, 276))]
    assert inside.max() < 0.1 if is_gap else inside.min() > 0.9
    assert alpha[body & ~gap].mean() > 0.99


def test_white_on_white_is_left_to_the_networks() -> None:
    image = photo(sweep("white"), NOTHING)
    assert wrong(made_of(image, ellipse(DISC)), ellipse(DISC)) < 0.01


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_blank_picture_has_nothing_in_it(level: int) -> None:
    smudge = mask_of((100, 100, 125, 125))
    image = Image.new("RGB", SIZE, (level, level, level))
    assert made_of(image, smudge).max() == 0
    assert made_of(image, mask_of((100, 100, 200, 200))).max() == 1, "large enough to be something"


def test_light_clouds_that_the_networks_refuse_are_no_objects() -> None:
    plane = mask_of((160, 160, 320, 200))
    clouds = soft(ellipse((30, 60, 120, 110)) | ellipse((330, 250, 440, 300)), 14)
    image = photo(sweep("blue") + 60 * clouds[..., np.newaxis], plane)
    assert wrong(made_of(image, plane), plane) < 0.01


def test_letters_of_a_graphic_are_is_gapand_rims_are_exact() -> None:
    large = Image.new("L", (SIZE[0] * 8, SIZE[1] * 8))
    from PIL import ImageDraw  # noqa: PLC0415

    pen = ImageDraw.Draw(large)
    pen.ellipse([8 * each for each in DISC], fill=255)
    pen.ellipse([8 * each for each in HOLE], fill=0)
    pen.rectangle([8 * each for each in (20, 300, 460, 330)], fill=255)
    coverage = np.asarray(large.reduce(8), np.float32) / 255
    ink, paper = np.array([20, 90, 180]), np.array([255, 255, 255])
    share = coverage[..., np.newaxis]
    image = Image.fromarray(np.rint(share * ink + (1 - share) * paper).astype(np.uint8))
    alpha = made_of(image, ellipse(DISC))
    assert np.abs(alpha - coverage).mean() < 0.003
    assert np.abs(alpha - coverage).max() < 0.2


UNSETTLED = ["astronaut", "chelsea", "coffee"]


@pytest.mark.parametrize("name", UNSETTLED)
def test_a_photo_without_a_plain_border_stays_as_it_is(name: str) -> None:
    with Image.open(PHOTOS / f"{name}.jpg") as image:
        assert find_correction(seen(MONITOR), image.convert("RGB")) is None


def framed(kind: str) -> Image.Image:
    """A photo on paper, or between bars of one colour."""
    with Image.open(PHOTOS / "coffee.jpg") as opened:
        image = opened.convert("RGB").resize((400, 260))
    size, place = {
        "frame": ((460, 320), (30, 30)),
        "thin frame": ((408, 268), (4, 4)),
        "bars above and below": ((400, 400), (0, 70)),
        "bars at the sides": ((520, 260), (60, 0)),
    }[kind]
    canvas = Image.new("RGB", size, "white")
    canvas.paste(image, place)
    return canvas


@pytest.mark.parametrize(
    "kind", ["frame", "thin frame", "bars above and below", "bars at the sides"]
)
def test_a_framed_photo_is_no_object_as_a_whole(kind: str) -> None:
    image = framed(kind)
    width, height = image.size
    cup = ellipse((width // 3, height // 3, 2 * width // 3, 2 * height // 3), image.size)
    alpha = made_of(image, cup)
    assert wrong(alpha, cup) < 0.02


@pytest.mark.parametrize("darker", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("height", [256, 432, 512])
def test_a_backdrop_is_not_made_up_between_two_edges(height: int, darker: float) -> None:
    """Pillars cover both sides; the outermost rows are a little darker, as after resampling."""
    pillars = mask_of((0, 20, 91, height - 20), (676, 20, 767, height - 20), size=(768, height))
    wall = np.full((height, 768, 3), 240, np.float32)
    for row in range(3):
        wall[[row, -1 - row]] -= darker * (3 - row) / 3
    alpha = made_of(photo(wall, pillars, noise=0.5), pillars)
    assert wrong(alpha, pillars) < 0.01


@pytest.mark.parametrize(("noise", "plain"), [(2.0, True), (9.0, False)])
def test_a_border_may_have_a_little_noise(noise: float, plain: bool) -> None:
    image = photo(sweep("grey"), MONITOR, noise=noise)
    assert (find_correction(seen(STAND), image) is not None) == plain


@pytest.mark.parametrize(
    "size", [(1, 1), (2, 1), (1, 5000), (5000, 2), (3, 3), (17, 9), (40, 40), (2000, 31)]
)
@pytest.mark.parametrize("network", [0, 255])
def test_every_size_is_settled_or_left(size: tuple[int, int], network: int) -> None:
    coarse: Alpha = np.full((1024, 1024), network, np.uint8)
    for level in (0, 255):
        alpha = refine(coarse, Picture(Image.new("RGB", size, (level,) * 3)), None, FOREVER)
        assert alpha.shape == size[::-1]


def test_large_pictures_are_settled_as_small_ones() -> None:
    image = photo(sweep("gradient"), MONITOR).resize((1920, 1440), Image.Resampling.BICUBIC)
    truth = np.asarray(Image.fromarray(MONITOR).resize((1920, 1440)))
    assert wrong(made_of(image, STAND), truth) < 0.01
