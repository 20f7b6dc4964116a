"""The answer of `POST /v1/results`. Source: the original's README, "Response schema"; `width`,
`height` and the objects are of its later versions."""

from typing import Literal

from pydantic import BaseModel, Field

from cutout.choices import Mode, Representation


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
