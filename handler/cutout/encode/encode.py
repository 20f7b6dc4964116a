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
    if kind is FileFormat.PNG:
        return encode_to_fit(composition, byte_budget, deadline)
    # here, since few ask for another format, and a cold start is shorter without it
    from cutout.encode import formats  # noqa: PLC0415

    encoders = {
        FileFormat.WEBP: formats.encode_webp,
        FileFormat.JPG: formats.encode_jpg,
        FileFormat.ZIP: formats.encode_zip,
    }
    return encoders[kind](composition, quality)
