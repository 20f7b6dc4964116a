import numpy as np
import pytest
from PIL import Image

from cutout.decode.decode import SMALLEST_SIDE, answer_sized
from cutout.layout import Bound
from cutout.options import Options
from cutout.pictures import Alpha, Composition, Picture
from cutout.settings import Settings
from cutout.timing import NO_DEADLINE, Clock
from cutout.work import PictureWork

WIDE = 2400, 1600


def disc(_picture: Picture) -> Alpha:
    """Return a disc whose edge is soft over 12 pixels."""
    y, x = np.mgrid[:1024, :1024] - 511.5
    ramp = (300 - np.hypot(x, y)) / 12 * 255 + 127
    alpha: Alpha = np.clip(ramp, 0, 255).astype(np.uint8)
    return alpha


def photo(size: tuple[int, int] = WIDE, own_alpha: Alpha | None = None) -> Picture:
    """Return a picture of noise that hides no edge."""
    noise = np.random.default_rng(1).integers(90, 110, (size[1], size[0], 3), np.uint8)
    return Picture(Image.fromarray(noise), own_alpha)


def composed(side: int, picture: Picture | None = None) -> Composition:
    """Return the answer whose longer side has `side` pixels."""
    work = PictureWork(Settings(), disc)
    options = Options(bound=Bound(side=side), objects=True)
    return work.compose_picture(picture or photo(), options, Clock(NO_DEADLINE))


@pytest.mark.parametrize("side", [SMALLEST_SIDE - 1, SMALLEST_SIDE, 600, 1023])
def test_a_small_answer_is_judged_as_a_larger_one(side: int) -> None:
    small, large = composed(side), composed(1024)
    assert small.quality == large.quality
    assert max(small.size) == side
    assert len(small.objects or ()) == len(large.objects or ()) == 1


@pytest.mark.parametrize("side", [SMALLEST_SIDE - 1, SMALLEST_SIDE, 600])
def test_a_small_answer_looks_like_a_larger_one(side: int) -> None:
    small = composed(side).pixels
    large = Image.fromarray(composed(1024).pixels).resize(small.shape[1::-1], Image.Resampling.BOX)
    apart = np.abs(small.astype(float) - np.asarray(large))
    assert apart[..., 3].mean() < 0.5
    opaque = (small[..., 3] == 255) & (np.asarray(large)[..., 3] == 255)
    assert apart[opaque].max() < 16


@pytest.mark.parametrize(
    ("side", "size"),
    [(SMALLEST_SIDE - 1, WIDE), (SMALLEST_SIDE, (400, 267)), (1200, (1200, 800)), (2400, WIDE)],
)
def test_pictures_for_larger_answers_are_shrunk(side: int, size: tuple[int, int]) -> None:
    picture = photo()
    found = answer_sized(picture, Bound(side=side))
    assert found.size == size
    assert found.full_size == WIDE
    assert (found is picture) == (size == WIDE)


def test_a_picture_with_its_own_alpha_keeps_its_size() -> None:
    picture = photo((600, 500), np.full((500, 600), 200, np.uint8))
    assert answer_sized(picture, Bound(side=450)) is picture
    pixels = composed(450, picture).pixels
    assert pixels.shape == (375, 450, 4)
    assert pixels[..., 3].max() == 200
