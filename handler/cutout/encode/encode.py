"""Encode a composition as a file."""

from dataclasses import dataclass

from cutout.choices import Compression, FileFormat
from cutout.encode.fit import encode_to_fit
from cutout.options import QUALITY
from cutout.pictures import Composition
from cutout.timing import Deadline


@dataclass(frozen=True)
class Encoding:
    """Hold a file's format and how it is written.

    `quality`, 1..100, is for lossy formats, `compression` for PNG.
    """

    format: FileFormat = FileFormat.PNG
    quality: int = QUALITY
    compression: Compression = Compression.BALANCED


def encode(
    composition: Composition, encoding: Encoding, byte_budget: int | None, deadline: Deadline
) -> bytes:
    """Return the file; a PNG has at most `byte_budget` bytes if that is possible by `deadline`.

    Other formats stay as they are: they could only shrink by getting worse.
    """
    if encoding.format is FileFormat.PNG:
        return encode_to_fit(composition, byte_budget, deadline, encoding.compression)
    # here, since few ask for another format, and a cold start is shorter without it
    from cutout.encode import formats  # noqa: PLC0415

    encoders = {
        FileFormat.WEBP: formats.encode_webp,
        FileFormat.JPG: formats.encode_jpg,
        FileFormat.ZIP: formats.encode_zip,
    }
    return encoders[encoding.format](composition, encoding.quality)
