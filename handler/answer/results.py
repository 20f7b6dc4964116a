"""The answer's bytes."""

import json
from binascii import b2a_base64

from handler.answer.schema import Entity, Result, Results, Status, entity_name
from handler.errors import PictureError
from handler.pictures import Mode, Source

HERE = "@"  # not in base64's alphabet


def success(source: Source, mode: Mode, png: bytes) -> bytes:
    """JSON of a `Results` with `png` as base64. The picture, which may be 20 MB, goes into the
    text as it is: base64 needs no escaping, so nothing needs to look at it again."""
    entity = Entity(name=entity_name(mode), image=HERE)
    status = Status(code="ok", message="Success")
    head, tail = _json(source, status, [entity]).rsplit(json.dumps(HERE).encode(), 1)
    return b"".join((head, b'"', b2a_base64(png, newline=False), b'"', tail))


def failure(source: Source, error: PictureError) -> bytes:
    """JSON of a `Results` that says why there is no picture."""
    return _json(source, Status(code="failure", message=str(error)), [])


def _json(source: Source, status: Status, entities: list[Entity]) -> bytes:
    result = Result(status=status, name=source.name, md5=source.md5, entities=entities)
    return Results(results=[result]).model_dump_json().encode()
