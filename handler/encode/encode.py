"""A composition becomes a file."""

from handler.choices import FileFormat
from handler.deadline import Deadline
from handler.encode.fit import encode_to_fit
from handler.pictures import Composition


def encode(
    composition: Composition,
    kind: FileFormat,
    room: int | None,
    deadline: Deadline,
) -> bytes:
    """The file, of at most `room` bytes if a PNG can be made to fit without loss by `deadline`. A
    WebP stays as it is: it could only shrink by getting worse."""
    if kind is FileFormat.WEBP:
        from handler.encode.webp import encode_webp  # noqa: PLC0415  # few ask for it

        return encode_webp(composition)
    return encode_to_fit(composition, room, deadline)
