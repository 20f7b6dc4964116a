"""The answer's bytes."""

import json
from binascii import b2a_base64
from dataclasses import replace

from cutout.answer.schema import (
    ClassesEntity,
    Entity,
    FoundObject,
    ObjectsEntity,
    Result,
    Results,
    Status,
    entity_name,
)
from cutout.answer.showing import Showing
from cutout.choices import Representation
from cutout.errors import PictureError
from cutout.pictures import FoundObject as Found
from cutout.source import Source

MAX_NAME = 4096
"""Characters of a name that come back: all that a form's header can hold, and not all of a URL's 64
kB. They come back as they were sent, since JSON's escapes make any of them harmless."""
HERE = "@"  # not in base64's alphabet
DIGITS = 6  # of a box: less than a hundredth of a pixel
OBJECT = "object"


def success(showing: Showing, file: bytes) -> bytes:
    """JSON of a `Results` with `file` as base64. The picture, which may be 50 MB, goes into the
    text as it is: base64 needs no escaping, so nothing needs to look at it again."""
    head, tail = frame(showing)
    return b"".join((head, b2a_base64(file, newline=False), tail))


def success_link(showing: Showing, link: str) -> bytes:
    """JSON of a `Results` with the picture's address."""
    return _success(replace(showing, representation=Representation.URL), link)


def failure(source: Source, error: PictureError) -> bytes:
    """JSON of a `Results` that says why there is no picture."""
    return _json(_result(source, Status(code="failure", message=str(error))))


def frame(showing: Showing) -> tuple[bytes, bytes]:
    """The JSON before the base64 and behind it."""
    text = _success(showing, HERE)
    head, tail = text.rsplit(json.dumps(HERE).encode(), 1)
    return head + b'"', b'"' + tail


def _success(showing: Showing, image: str) -> bytes:
    result = _result(showing.source, Status(code="ok", message="Success"))
    if showing.size is not None:
        result.width, result.height = showing.size
    result.entities.append(
        Entity(
            name=entity_name(showing.mode),
            image=image,
            format=showing.format.name,
            representation=showing.representation,
        )
    )
    if showing.size is not None and showing.objects is not None:
        result.entities.append(_objects(showing.objects, showing.size))
    return _json(result)


def _objects(objects: tuple[Found, ...], size: tuple[int, int]) -> ObjectsEntity:
    return ObjectsEntity(objects=[_object(each, size) for each in objects])


def _object(found: Found, size: tuple[int, int]) -> FoundObject:
    (left, top, width, height), (whole_width, whole_height) = found.box, size
    box = (left / whole_width, top / whole_height, width / whole_width, height / whole_height)
    x, y, w, h = (round(each, DIGITS) for each in box)
    return FoundObject(
        box=(x, y, w, h),
        entities=[ClassesEntity(classes={OBJECT: round(found.opacity, DIGITS)})],
    )


def _result(source: Source, status: Status) -> Result:
    return Result(status=status, name=source.name[:MAX_NAME], md5=source.md5, entities=[])


def _json(result: Result) -> bytes:
    return Results(results=[result]).model_dump_json(exclude_none=True).encode()
