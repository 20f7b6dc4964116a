"""Repair a JPEG file that ends before its end marker, if none of its pixels are missing.

Whether the entropy-coded data is complete cannot be asked of the decoder, which fills what is
missing without a word. So the file is decoded twice with different bytes put in place of the
missing end: a decoder skips them if the picture is complete, and shows them if it is not.
"""

import re
from collections.abc import Iterator
from hashlib import sha256
from io import BytesIO

from PIL.JpegImagePlugin import JpegImageFile

from cutout.decode.containers import JpegParts, split_jpeg

END = b"\xff\xd9"
MAX_SCANS = 20
"""Encoders write about ten. Each costs a pass over all coefficients, three times here."""
FILLINGS = (b"\x00" * 64, b"\x5a\xa5\x3c\x91" * 16)
"""Entropy-coded data without a 255, so that no marker can be in them."""
COEFFICIENTS = 64
RESTART = re.compile(rb"\xff([\xd0-\xd7])")


def with_end(content: bytes) -> bytes | None:
    """Return a JPEG file with its end marker; None if it has one, or if pixels are missing.

    A picture that is not complete up to the finest bit of each coefficient, as a progressive file
    that was cut off between two scans, counts as one with missing pixels.
    """
    parts = split_jpeg(content)
    if parts.has_end or parts.has_more_scans_than(MAX_SCANS) or not _has_all_scans(parts):
        return None
    kept = JpegParts(parts.segments, parts.scans.rstrip(b"\xff"))
    lean = kept.lean()
    found = {_pixels(lean + filling) for filling in _fillings(kept.scans)}
    ended = content + END
    return ended if len(found) == 1 and split_jpeg(ended).has_end else None


def _fillings(scans: bytes) -> Iterator[bytes]:
    """Yield what to append: filling, the restart marker that would come next, filling, the end."""
    markers = RESTART.findall(scans)
    following = 0xD0 + (markers[-1][0] - 0xD0 + 1) % 8 if markers else 0xD0
    for filling in FILLINGS:
        yield filling + bytes((0xFF, following)) + filling + END


def _pixels(content: bytes) -> bytes:
    """Return a digest of the decoded pixels."""
    image = JpegImageFile(BytesIO(content))
    image.load()
    return sha256(image.tobytes()).digest()


def _has_all_scans(parts: JpegParts) -> bool:
    """Return whether each component has all coefficients to their last bit (ITU-T T.81, B.2.3)."""
    wanted = _components(parts)
    precision: dict[tuple[int, int], int] = {}
    for header in parts.scan_headers():
        count = header[0] if header else 0
        if len(header) < 1 + 2 * count + 3:
            return False
        first, last, approximation = header[1 + 2 * count : 4 + 2 * count]
        for component in header[1 : 1 + 2 * count : 2]:
            for coefficient in range(first, last + 1):
                precision[component, coefficient] = approximation & 0x0F
    every = ((component, each) for component in wanted for each in range(COEFFICIENTS))
    return bool(wanted) and not any(precision.get(each, 1) for each in every)


def _components(parts: JpegParts) -> bytes:
    """Return the identifiers of the frame's components (B.2.2)."""
    for each in parts.segments:
        if each.starts_frame and len(each.data) > 5:
            return each.data[6 : 6 + 3 * each.data[5] : 3]
    return b""
