"""The answer of `POST /v1/results`. Source: the original's README, "Response schema"; `width`,
`height` and the objects are of its later versions."""

import json
from binascii import b2a_base64
from dataclasses import dataclass, replace
from typing import Literal, Self

from pydantic import BaseModel, Field

from cutout.choices import FileFormat, Mode, Representation
from cutout.errors import PictureError
from cutout.options import Options, Source
from cutout.pictures import FoundObject as Found


class Status(BaseModel):
    """How it went."""

    code: Literal["ok", "failure"]
    message: str = Field(description="`Success`, or one sentence that says what is wrong.")


class Entity(BaseModel):
    """The picture made."""

    kind: Literal["image"] = "image"
    name: str = Field(description="`general-` and the mode.")
    image: str = Field(description="The file in base64, or its address.")
    format: Literal["PNG", "WEBP", "JPG", "ZIP"] = "PNG"
    representation: Representation | None = Field(
        default=None, description="What `image` holds, where the request asked for either."
    )


class ClassesEntity(BaseModel):
    """What an object is, as far as a matte knows: an object."""

    kind: Literal["classes"] = "classes"
    classes: dict[str, float] = Field(
        description="Always `object`; 0..1, how opaque the matte has it, on average."
    )


class FoundObject(BaseModel):
    """A part of the foreground that hangs together."""

    box: tuple[float, float, float, float] = Field(
        description="Left, top, width and height, as parts of the answered picture's own."
    )
    entities: list[ClassesEntity]


class ObjectsEntity(BaseModel):
    """Where the objects are, the largest first; only where the request asked for it."""

    kind: Literal["objects"] = "objects"
    name: str = "matte-objects"
    objects: list[FoundObject]


class Result(BaseModel):
    """What became of one picture."""

    status: Status
    name: str = Field(description="The file name sent, or the last part of the URL.")
    md5: str = Field(description="Of the bytes received.")
    width: int | None = Field(
        default=None, description="Of the answered picture; only with `objects=true`."
    )
    height: int | None = Field(
        default=None, description="Of the answered picture; only with `objects=true`."
    )
    entities: list[Entity | ObjectsEntity] = Field(
        description="The picture, always the first; empty after a failure."
    )


class Results(BaseModel):
    """The whole body."""

    results: list[Result]


def entity_name(mode: Mode) -> str:
    """`general-fg-image`, `general-fg-image-shadow` or `general-fg-mask`."""
    return f"general-{mode}"


@dataclass(frozen=True)
class Showing:
    """`size` (width, height) and `objects` are None where nobody asked for them, as is
    `representation`; without any of them the answer is the seed contract's, byte for byte."""

    source: Source
    mode: Mode = Mode.FG_IMAGE
    representation: Representation | None = None
    format: FileFormat = FileFormat.PNG
    size: tuple[int, int] | None = None
    objects: tuple[Found, ...] | None = None

    @classmethod
    def of(
        cls,
        source: Source,
        size: tuple[int, int],
        objects: tuple[Found, ...] | None,
        options: Options,
        representation: Representation | None,
    ) -> Self:
        """Return what there is to be said of a picture of that `size` that is done."""
        told = size if options.objects else None
        return cls(source, options.mode, representation, options.format, told, objects)


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
