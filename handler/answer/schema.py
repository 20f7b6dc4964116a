"""The answer of `POST /v1/results`. Source: the original's README, "Response schema"."""

from typing import Literal

from pydantic import BaseModel, Field

from handler.pictures import Mode, Representation


class Status(BaseModel):
    """How it went."""

    code: Literal["ok", "failure"]
    message: str = Field(description="`Success`, or one sentence that says what is wrong.")


class Entity(BaseModel):
    """The picture made."""

    kind: Literal["image"] = "image"
    name: str = Field(description="`general-` and the mode.")
    image: str = Field(description="A PNG file in base64, or its address.")
    format: Literal["PNG"] = "PNG"
    representation: Representation | None = Field(
        default=None, description="What `image` holds, where the request asked for either."
    )


class Result(BaseModel):
    """What became of one picture."""

    status: Status
    name: str = Field(description="The file name sent, or the last part of the URL.")
    md5: str = Field(description="Of the bytes received.")
    entities: list[Entity] = Field(description="The picture; empty after a failure.")


class Results(BaseModel):
    """The whole body."""

    results: list[Result]


def entity_name(mode: Mode) -> str:
    """`general-fg-image`, `general-fg-image-shadow` or `general-fg-mask`."""
    return f"general-{mode}"
