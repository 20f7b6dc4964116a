"""Write the JSON of `POST /v1/results`.

Source: the reference API's README, "Response schema"; `width`, `height` and the objects come from
its later versions.
"""

import json
from binascii import b2a_base64
from dataclasses import dataclass, replace
from typing import Literal

from pydantic import BaseModel, Field

from cutout.choices import FileFormat, Mode, Representation
from cutout.errors import PictureError
from cutout.lambda_runtime import Facts
from cutout.options import Source
from cutout.pictures import Box, Quality, Verdict
from cutout.pictures import FoundObject as Found


class Status(BaseModel):
    """Say whether the picture was processed."""

    code: Literal["ok", "failure"]
    message: str = Field(description="`Success`, or one sentence that says what is wrong.")


class Entity(BaseModel):
    """Hold the finished picture."""

    kind: Literal["image"] = "image"
    name: str = Field(description="`general-` and the mode.")
    image: str = Field(description="The file in base64, or its address.")
    format: Literal["PNG", "WEBP", "JPG", "ZIP"] = "PNG"
    representation: Representation | None = Field(
        default=None, description="The form of `image`; only if the request sets `representation`."
    )


class ClassesEntity(BaseModel):
    """Hold an object's class, which is always `object`."""

    kind: Literal["classes"] = "classes"
    classes: dict[str, float] = Field(description="Always `object`, with its mean opacity, 0..1.")


Shares = tuple[float, float, float, float]


class FoundObject(BaseModel):
    """Describe a connected part of the foreground."""

    box: Shares = Field(
        description="Left, top, width and height, as fractions of the returned picture."
    )
    entities: list[ClassesEntity]


class ObjectsEntity(BaseModel):
    """List the objects, the largest first; only if the request asks for them."""

    kind: Literal["objects"] = "objects"
    name: str = "matte-objects"
    objects: list[FoundObject]


class QualityHint(BaseModel):
    """Say how good the cut-out is likely to be; only if the request asks for it."""

    hint: Verdict = Field(
        description="`found nothing` (the picture is empty), `unsure` (check it) or `fine`."
    )
    undecided: float = Field(
        description="0..1, the share of the visible pixels whose alpha is between 10 % and 90 %."
    )
    disagreement: float | None = Field(
        default=None, description="0..1, the mean distance between the networks' alphas."
    )


class Result(BaseModel):
    """Describe the result of one picture."""

    status: Status
    name: str = Field(description="The file name sent, or the last part of the URL.")
    md5: str = Field(description="MD5 digest of the received bytes, in hex.")
    width: int | None = Field(
        default=None, description="Width of the returned picture; only with `objects=true`."
    )
    height: int | None = Field(
        default=None, description="Height of the returned picture; only with `objects=true`."
    )
    shadow: Shares | None = Field(
        default=None,
        description="Box of the visible shadow, as an object's; only with `objects=true`.",
    )
    quality: QualityHint | None = Field(
        default=None, description="How sure the networks are; only with `quality-hint=true`."
    )
    entities: list[Entity | ObjectsEntity] = Field(
        description="The picture comes first. The list is empty after a failure."
    )


class Results(BaseModel):
    """Hold the whole answer."""

    results: list[Result]


def entity_name(mode: Mode) -> str:
    """Return `general-fg-image`, `general-fg-image-shadow` or `general-fg-mask`."""
    return f"general-{mode}"


@dataclass(frozen=True)
class ResultDetails:
    """Hold what the answer says about the picture.

    `size` (width, height), `objects`, `shadow` (a box in pixels), `quality` and `representation`
    are None if the request didn't ask for them; without them the answer is the reference API's,
    byte for byte.
    """

    source: Source
    mode: Mode = Mode.FG_IMAGE
    representation: Representation | None = None
    format: FileFormat = FileFormat.PNG
    size: tuple[int, int] | None = None
    objects: tuple[Found, ...] | None = None
    quality: Quality | None = None
    shadow: Box | None = None


MAX_NAME = 4096
"""Maximum characters of a name in the answer: enough for any form header, but not for a URL of 64
kB. They are returned unchanged, because JSON's escapes make them harmless."""
PLACEHOLDER = "@"  # not in base64's alphabet
DIGITS = 6  # of a box: less than a hundredth of a pixel
OBJECT = "object"


def success(details: ResultDetails, file: bytes) -> bytes:
    """Return the JSON of a `Results` with `file` as base64.

    The file may be 50 MB, and base64 needs no escaping, so it is joined to the text without another
    pass.
    """
    head, tail = frame(details)
    return b"".join((head, b2a_base64(file, newline=False), tail))


def success_link(details: ResultDetails, link: str) -> bytes:
    """Return the JSON of a `Results` with the picture's address."""
    return _success(replace(details, representation=Representation.URL), link)


def failure(source: Source, error: PictureError) -> bytes:
    """Return the JSON of a `Results` with the error's message in place of a picture."""
    return _json(_result(source, Status(code="failure", message=str(error))))


def frame(details: ResultDetails) -> tuple[bytes, bytes]:
    """Return the JSON before the base64 and the JSON after it."""
    text = _success(details, PLACEHOLDER)
    head, tail = text.rsplit(json.dumps(PLACEHOLDER).encode(), 1)
    return head + b'"', b'"' + tail


def _success(details: ResultDetails, image: str) -> bytes:
    result = _result(details.source, Status(code="ok", message="Success"))
    if details.size is not None:
        result.width, result.height = details.size
        result.shadow = details.shadow and _shares(details.shadow, details.size)
    if details.quality is not None:
        result.quality = QualityHint(
            hint=details.quality.verdict, **quality_figures(details.quality)
        )
    result.entities.append(
        Entity(
            name=entity_name(details.mode),
            image=image,
            format=details.format.name,
            representation=details.representation,
        )
    )
    if details.size is not None and details.objects is not None:
        result.entities.append(_objects(details.objects, details.size))
    return _json(result)


def quality_figures(quality: Quality) -> dict[str, float]:
    """Return the shares that are known, rounded, by their names in answers and in the log."""
    found = {"undecided": quality.undecided, "disagreement": quality.disagreement}
    return {name: round(each, DIGITS) for name, each in found.items() if each is not None}


def quality_facts(quality: Quality | None) -> Facts:
    """Return the quality for the log."""
    if quality is None:
        return {}
    return {"quality": str(quality.verdict), **quality_figures(quality)}


def _objects(objects: tuple[Found, ...], size: tuple[int, int]) -> ObjectsEntity:
    return ObjectsEntity(objects=[_object(each, size) for each in objects])


def _object(found: Found, size: tuple[int, int]) -> FoundObject:
    return FoundObject(
        box=_shares(found.box, size),
        entities=[ClassesEntity(classes={OBJECT: round(found.opacity, DIGITS)})],
    )


def _shares(box: Box, size: tuple[int, int]) -> Shares:
    """Return left, top, width and height as fractions of a picture's `size`."""
    x, y, w, h = (round(each / size[at % 2], DIGITS) for at, each in enumerate(box))
    return x, y, w, h


def _result(source: Source, status: Status) -> Result:
    return Result(status=status, name=source.name[:MAX_NAME], md5=source.md5, entities=[])


def _json(result: Result) -> bytes:
    return Results(results=[result]).model_dump_json(exclude_none=True).encode()
