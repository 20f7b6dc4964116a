"""Encode a composition as a file."""

from cutout.choices import FileFormat
from cutout.encode.fit import encode_to_fit
from cutout.options import QUALITY
from cutout.pictures import Composition
from cutout.timing import Deadline


def encode(
    composition: Composition,
    kind: FileFormat,
    byte_budget: int | None,
    deadline: Deadline,
    quality: int = QUALITY,
) -> bytes:
    """Return the file; a PNG has at most `byte_budget` bytes if that is possible by `deadline`.

    Other formats stay as they are: they could only shrink by getting worse. `quality`, 1..100, is
    for lossy formats.
    """
    if kind is FileFormat.WEBP:
        from cutout.encode.webp import encode_webp  # noqa: PLC0415  # few ask for it

        return encode_webp(composition, quality)
    if kind is FileFormat.JPG:
        from cutout.encode.jpg import encode_jpg  # noqa: PLC0415  # few ask for it

        return encode_jpg(composition, quality)
    if kind is FileFormat.ZIP:
        from cutout.encode.archive import encode_zip  # noqa: PLC0415  # few ask for it

        return encode_zip(composition, quality)
    return encode_to_fit(composition, byte_budget, deadline)
