"""What the OpenAPI page says of every answer, beyond the types."""

from typing import Any, TypeAlias

from cutout import colours
from cutout.errors import (
    BrokenFormError,
    MissingSourceError,
    RequestTooLargeError,
    TooBusyError,
    TooSlowUploadError,
    UnauthorizedError,
    UploadsDownError,
    UploadsUnavailableError,
)
from cutout.receive.examples import RESULTS_EXAMPLES

Answers: TypeAlias = dict[int | str, dict[str, Any]]


def _json_examples(examples: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"examples": examples}}


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

UNAUTHORIZED: Answers = {
    401: {
        "description": "The server asks for an API key, and none that is valid was sent.",
        "content": _json_examples({"key": {"value": UnauthorizedError.body}}),
    }
}

RESULTS_ANSWERS: Answers = UNAUTHORIZED | {
    200: {
        "description": "The picture, or the reason why there is none.",
        "content": _json_examples(RESULTS_EXAMPLES),
    },
    303: {
        "description": "The answer is too large to be sent, on AWS over 6 MB. `Location` is where "
        "the same JSON can be fetched for a day; HTTP clients go there by themselves.",
        "headers": {"Location": {"schema": {"type": "string", "format": "uri"}}},
    },
    400: {
        "description": "The body is not the form that its header announces.",
        "content": _json_examples({"broken": {"value": BrokenFormError.body}}),
    },
    408: {
        "description": "The request took longer than a minute to arrive.",
        "content": _json_examples({"slow": {"value": TooSlowUploadError.body}}),
    },
    413: {
        "description": "The request is larger than about 32 MB.",
        "content": {"text/plain": {"example": RequestTooLargeError.body}},
    },
    422: {
        "description": "Neither `image` nor `url`, or a value that there is not.",
        "content": _json_examples(
            {
                "missing": {"summary": "No picture", "value": MissingSourceError.body},
                "mode": {"summary": "Unknown mode", "value": UNKNOWN_MODE},
                "colour": {"summary": "No colour", "value": NO_COLOUR},
            }
        ),
    },
    503: {
        "description": "Too many pictures wait; `Retry-After` says when to try again.",
        "content": _json_examples({"busy": {"value": TooBusyError.body}}),
    },
}

UPLOADS_ANSWERS: Answers = UNAUTHORIZED | {
    404: {
        "description": "This server has no storage.",
        "content": _json_examples({"none": {"value": UploadsUnavailableError.body}}),
    },
    503: {
        "description": "The storage is down; `Retry-After` says when to try again.",
        "content": _json_examples({"down": {"value": UploadsDownError.body}}),
    },
}

MODES_ANSWER: Answers = UNAUTHORIZED | {
    200: {"content": {"application/json": {"example": ["fg-image", "fg-image-shadow", "fg-mask"]}}}
}
