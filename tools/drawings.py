"""Draw objects with an exact alpha, on which the shadow is judged beside photos."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

SIDE = 400
FINE = 4  # drawn so many times larger, then shrunk, for smooth edges
Outline = Sequence[tuple[float, float]]

BOTTLE: Outline = (
    *((172, 60), (172, 130), (150, 175), (140, 215), (140, 330), (148, 345)),
    *((252, 345), (260, 330), (260, 215), (250, 175), (228, 130), (228, 60)),
)
SHOE: Outline = (
    *((60, 190), (75, 170), (120, 165), (150, 195), (200, 225), (270, 240), (325, 262)),
    *((340, 290), (336, 312), (180, 316), (60, 312), (52, 260)),
)
PERSON: tuple[Outline, ...] = (
    ((170, 110), (230, 110), (245, 150), (236, 225), (164, 225), (155, 150)),
    ((164, 222), (199, 222), (196, 345), (206, 358), (168, 358), (172, 345)),
    ((201, 222), (236, 222), (228, 338), (244, 350), (206, 351), (204, 338)),
    ((157, 115), (172, 112), (160, 190), (150, 228), (138, 226), (143, 180)),
    ((228, 112), (243, 115), (257, 180), (262, 226), (250, 228), (240, 190)),
)


def bottle() -> Image.Image:
    """Draw a green bottle with a label; return RGBA."""
    image = _drawn([BOTTLE], (38, 110, 62))
    ImageDraw.Draw(image).rectangle((141, 235, 259, 305), fill=(238, 230, 205, 255))
    return _shaded(image)


def shoe() -> Image.Image:
    """Draw a red shoe with a white sole; return RGBA."""
    image = _drawn([SHOE], (176, 46, 40))
    ImageDraw.Draw(image).polygon(
        [(56, 292), (339, 292), (336, 311), (180, 315), (60, 311)], fill=(240, 240, 236, 255)
    )
    return _shaded(image)


def person() -> Image.Image:
    """Draw a standing figure with one foot behind the other; return RGBA."""
    image = _drawn(PERSON, (52, 66, 104))
    head = _drawn([], (0, 0, 0))
    ImageDraw.Draw(head).ellipse((178, 50, 222, 106), fill=(205, 160, 130, 255))
    return _shaded(Image.alpha_composite(image, head))


def _drawn(outlines: Sequence[Outline], colour: tuple[int, int, int]) -> Image.Image:
    """Draw filled outlines in one colour, shaded; return RGBA."""
    large = Image.new("RGBA", (SIDE * FINE, SIDE * FINE), (*colour, 0))
    for outline in outlines:
        points = [(x * FINE, y * FINE) for x, y in outline]
        ImageDraw.Draw(large).polygon(points, fill=(*colour, 255))
    return large.resize((SIDE, SIDE), Image.Resampling.BOX)


def _shaded(image: Image.Image) -> Image.Image:
    """Brighten the left side, as if lit from there."""
    pixels = np.array(image).astype(np.float32)
    pixels[..., :3] *= np.linspace(1.25, 0.65, SIDE, dtype=np.float32)[np.newaxis, :, np.newaxis]
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
