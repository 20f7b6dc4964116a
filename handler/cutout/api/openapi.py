"""Describe the form and the answers for the OpenAPI page, beyond the types."""

from typing import Any, TypeAlias

from pydantic import BaseModel, Field

from cutout import colours
from cutout.api.examples import RESULTS_EXAMPLES
from cutout.api.parameters import REFERENCE_FIELDS, OptionsQuery
from cutout.choices import FileFormat
from cutout.errors import MaskSizeError
from cutout.request_errors import (
    BrokenFormError,
    KeysUnavailableError,
    MissingSourceError,
    RequestTooLargeError,
    TooBusyError,
    TooSlowUploadError,
    UnauthorizedError,
    UploadsDownError,
    UploadsUnavailableError,
)

_IMAGE = {"type": "string", "format": "binary", "description": "A JPEG or PNG file."}
_URL = {
    "type": "string",
    "format": "uri",
    "minLength": 1,
    "description": "The address of a JPEG or PNG file on the public internet, "
    "or the `url` that `/v1/uploads` answered with.",
    "example": "https://example.com/img.jpg",
}

_IMAGE_BG = _IMAGE | {
    "description": "A JPEG or PNG file to use as the background; it wins over `url-bg`."
}
_MASK = _IMAGE | {
    "description": "A JPEG or PNG file with the alpha to use instead of the networks: grey, where "
    "white is kept, or with an alpha channel. A mask of the upright picture's size is used as it "
    "is; a smaller one with the same proportions is enlarged, and its edges are refined."
}
_URL_BG = _URL | {"description": "The address of a background, in the forms that `url` takes."}


_SCHEMA = OptionsQuery.model_json_schema()


def _plain(schema: dict[str, Any]) -> dict[str, Any]:
    """Return an enumeration without its reference; others as they are."""
    name = schema.get("$ref", "").rpartition("/")[2]
    found = _SCHEMA["$defs"][name] if name else schema
    return {key: each for key, each in found.items() if key in {"type", "enum"}} if name else schema


def _option(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a parameter as a field of a form, which may be absent and is never null."""
    kinds = [_plain(each) for each in schema.get("anyOf", []) if each != {"type": "null"}]
    if "$ref" in schema:
        kinds = [_plain(schema)]
    kept = {name: each for name, each in schema.items() if name not in {"anyOf", "$ref", "title"}}
    described = {name: each for name, each in kept.items() if (name, each) != ("default", None)}
    return {**(kinds[0] if kinds else {}), **described}


_OPTIONS = {
    name: _option(schema)
    for name, schema in _SCHEMA["properties"].items()
    if name not in REFERENCE_FIELDS
}

RESULTS_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "image": _IMAGE,
                        "url": _URL,
                        "image-bg": _IMAGE_BG,
                        "url-bg": _URL_BG,
                        "mask": _MASK,
                        **_OPTIONS,
                    },
                    # not `anyOf`, from which generators make a union of two empty types
                    "if": {"not": {"required": ["image"]}},
                    "then": {"required": ["url"]},
                }
            },
            "application/x-www-form-urlencoded": {
                "schema": {
                    "type": "object",
                    "properties": {"url": _URL, "url-bg": _URL_BG, **_OPTIONS},
                    "required": ["url"],
                }
            },
        },
    }
}

Answers: TypeAlias = dict[int | str, dict[str, Any]]


def _json_examples(examples: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"examples": examples}}


class Detail(BaseModel):
    """Say why a request is refused."""

    detail: str


class Message(BaseModel):
    """Say why a request is refused, in the form of the gateway in front of the reference API."""

    message: str


class InvalidField(BaseModel):
    """Describe a field or parameter with an invalid value."""

    type: str
    loc: list[str | int] = Field(description="`query` or `body`, then the name.")
    msg: str
    input: Any = None
    ctx: dict[str, Any] | None = None


class Invalid(BaseModel):
    """List invalid values, or say what is missing."""

    detail: str | list[InvalidField]


UNKNOWN_MODE: dict[str, Any] = {
    "detail": [
        {
            "type": "enum",
            "loc": ["query", "mode"],
            "msg": "Input should be 'fg-image', 'fg-image-shadow' or 'fg-mask'",
            "input": "fg-picture",
            "ctx": {"expected": "'fg-image', 'fg-image-shadow' or 'fg-mask'"},
        }
    ]
}

NO_COLOUR: dict[str, Any] = {
    "detail": [
        {"type": "colour", "loc": ["query", "bg-color"], "msg": colours.MESSAGE, "input": "#12"}
    ]
}

KEY_ANSWERS: Answers = {
    401: {
        "description": "The server requires an API key, and no valid one was sent.",
        "model": Message,
        "content": _json_examples({"key": {"value": UnauthorizedError.body()}}),
    },
    503: {
        "description": "API keys can't be checked; `Retry-After` says when to try again.",
        "model": Message,
        "content": _json_examples({"keys": {"value": KeysUnavailableError.body()}}),
    },
}
"""Answers of every route that may need a key."""

FILE_CONTENT: dict[str, Any] = {
    each.media_type: {"schema": {"type": "string", "format": "binary"}} for each in FileFormat
}
"""The file itself, for `representation=binary` or a client that accepts pictures and no JSON."""

RESULTS_ANSWERS: Answers = KEY_ANSWERS | {
    200: {
        "description": "The picture, or the reason why there is none.",
        "content": _json_examples(RESULTS_EXAMPLES) | FILE_CONTENT,
    },
    303: {
        "description": "The answer is too large to be sent, on AWS over 6 MB. `Location` leads to "
        "the same JSON for a day; most HTTP clients follow it.",
        "headers": {"Location": {"schema": {"type": "string", "format": "uri"}}},
    },
    400: {
        "description": "The body does not match its `Content-Type`, or the mask does not fit the "
        "picture.",
        "model": Detail,
        "content": _json_examples(
            {
                "broken": {"value": BrokenFormError.body()},
                "mask": {
                    "summary": "Mask of another size",
                    "value": {"detail": str(MaskSizeError((800, 800), (4000, 3000)))},
                },
            }
        ),
    },
    408: {
        "description": "The request took longer than a minute to arrive.",
        "model": Detail,
        "content": _json_examples({"slow": {"value": TooSlowUploadError.body()}}),
    },
    413: {
        "description": "The request is larger than 32 MiB.",
        "content": {
            "text/plain": {"schema": {"type": "string"}, "example": RequestTooLargeError.body()}
        },
    },
    422: {
        "description": "Neither `image` nor `url`, or an invalid value.",
        "model": Invalid,
        "content": _json_examples(
            {
                "missing": {"summary": "No picture", "value": MissingSourceError.body()},
                "mode": {"summary": "Unknown mode", "value": UNKNOWN_MODE},
                "colour": {"summary": "Invalid colour", "value": NO_COLOUR},
            }
        ),
    },
    503: {
        "description": "Too many pictures are waiting; `Retry-After` says when to try again.",
        "model": Detail | Message,
        "content": _json_examples({"busy": {"value": TooBusyError.body()}}),
    },
}

UPLOADS_ANSWERS: Answers = KEY_ANSWERS | {
    404: {
        "description": "This server has no storage.",
        "model": Detail,
        "content": _json_examples({"none": {"value": UploadsUnavailableError.body()}}),
    },
    503: {
        "description": "The storage is down; `Retry-After` says when to try again.",
        "model": Detail | Message,
        "content": _json_examples({"down": {"value": UploadsDownError.body()}}),
    },
}

MODES_ANSWER: Answers = KEY_ANSWERS | {
    200: {"content": {"application/json": {"example": ["fg-image", "fg-image-shadow", "fg-mask"]}}}
}
