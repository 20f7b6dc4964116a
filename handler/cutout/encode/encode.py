"""A composition becomes a file."""

from cutout.choices import FileFormat
from cutout.encode.fit import encode_to_fit
from cutout.pictures import Composition
from cutout.timing import Deadline


def encode(
    composition: Composition,
    kind: FileFormat,
    room: int | None,
    deadline: Deadline,
) -> bytes:
    """The file, of at most `room` bytes if a PNG can be made to fit without loss by `deadline`. A
    WebP stays as it is: it could only shrink by getting worse."""
    if kind is FileFormat.WEBP:
        from cutout.encode.webp import encode_webp  # noqa: PLC0415  # few ask for it

        return encode_webp(composition)
    return encode_to_fit(composition, room, deadline)
