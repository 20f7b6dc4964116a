"""The answer's bytes."""

import json
from binascii import b2a_base64

from handler.answer.schema import Entity, Result, Results, Status, entity_name
from handler.errors import PictureError
from handler.pictures import Mode, Representation, Source

MAX_NAME = 4096
"""Characters of a name that come back: all that a form's header can hold, and not all of a URL's 64
kB. They come back as they were sent, since JSON's escapes make any of them harmless."""
HERE = "@"  # not in base64's alphabet


def success(
    source: Source, mode: Mode, png: bytes, representation: Representation | None = None
) -> bytes:
    """JSON of a `Results` with `png` as base64. The picture, which may be 50 MB, goes into the
    text as it is: base64 needs no escaping, so nothing needs to look at it again."""
    head, tail = frame(source, mode, representation)
    return b"".join((head, b2a_base64(png, newline=False), tail))


def success_link(source: Source, mode: Mode, link: str) -> bytes:
    """JSON of a `Results` with the picture's address."""
    return _json(source, *_made(mode, link, Representation.URL))


def failure(source: Source, error: PictureError) -> bytes:
    """JSON of a `Results` that says why there is no picture."""
    return _json(source, Status(code="failure", message=str(error)), [])


def frame(source: Source, mode: Mode, representation: Representation | None) -> tuple[bytes, bytes]:
    """The JSON before the base64 and behind it."""
    text = _json(source, *_made(mode, HERE, representation))
    head, tail = text.rsplit(json.dumps(HERE).encode(), 1)
    return head + b'"', b'"' + tail


def _made(
    mode: Mode, image: str, representation: Representation | None
) -> tuple[Status, list[Entity]]:
    entity = Entity(name=entity_name(mode), image=image, representation=representation)
    return Status(code="ok", message="Success"), [entity]


def _json(source: Source, status: Status, entities: list[Entity]) -> bytes:
    result = Result(status=status, name=source.name[:MAX_NAME], md5=source.md5, entities=entities)
    return Results(results=[result]).model_dump_json(exclude_none=True).encode()
