"""EXIF orientation (CIPA DC-008, tag 0x0112): how to turn the stored picture upright."""

import struct

from PIL import Image

ORIENTATION = 0x0112
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def orientation_turn(image: Image.Image) -> Image.Transpose | None:
    """The turn that makes the picture upright; none where the tag is absent or broken, because a
    broken tag must not fail a good picture."""
    try:
        value = image.getexif().get(ORIENTATION)
    except (SyntaxError, ValueError, KeyError, IndexError, TypeError, OSError, struct.error):
        return None
    return TURNS.get(value) if isinstance(value, int) else None
