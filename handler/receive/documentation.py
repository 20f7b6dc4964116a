"""What the OpenAPI page says beyond the types: bodies, and an example of every answer."""

from typing import Any, TypeAlias

from handler.answer.schema import Entity, Result, Results, Status
from handler.errors import (
    AnswerTooLargeError,
    BrokenFormError,
    DownloadError,
    FileTooBigError,
    MissingSourceError,
    NoStorageError,
    PictureError,
    ProcessingFailedError,
    RequestTooLargeError,
    ResolutionTooBigError,
    StorageError,
    TooBusyError,
    TooManyPixelsError,
    TooSlowError,
    TooSlowUploadError,
    UnauthorizedError,
    UnreadablePictureError,
    UnsupportedTypeError,
    UploadMissingError,
    UploadsDownError,
    UploadsUnavailableError,
)
from handler.pictures import Representation
from handler.settings import Settings

Answers: TypeAlias = dict[int | str, dict[str, Any]]
LIMITS = Settings.model_fields
FILE_LIMIT = LIMITS["max_file_bytes"].default
PIXEL_LIMIT = LIMITS["max_pixels"].default
SIDE_LIMIT = LIMITS["max_side"].default


def _example(status: Status, entities: list[Entity]) -> dict[str, Any]:
    result = Result(
        status=status, name="img.jpg", md5="f2d13d0242b98aae82bc7a6dc76e1ea9", entities=entities
    )
    value = Results(results=[result]).model_dump(exclude_none=True)
    return {"summary": status.message, "value": value}


def _success(image: str, representation: Representation | None = None) -> dict[str, Any]:
    entity = Entity(name="general-fg-image", image=image, representation=representation)
    return _example(Status(code="ok", message="Success"), [entity])


def _failure(error: PictureError) -> dict[str, Any]:
    return _example(Status(code="failure", message=str(error)), [])


def _json_examples(examples: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"examples": examples}}


RESULTS_EXAMPLES: dict[str, Any] = {
    "success": _success("iVBORw0KGgoAAAA...YII="),
    "link": _success("https://example.com/answers/SN...Jk.png?X-Amz-...", Representation.URL),
    "broken": _failure(UnreadablePictureError()),
    "type": _failure(UnsupportedTypeError()),
    "file size": _failure(FileTooBigError(FILE_LIMIT)),
    "resolution": _failure(ResolutionTooBigError((5000, 3000), SIDE_LIMIT)),
    "pixels": _failure(TooManyPixelsError(PIXEL_LIMIT)),
    "download": _failure(DownloadError()),
    "upload": _failure(UploadMissingError()),
    "time": _failure(TooSlowError()),
    "answer size": _failure(AnswerTooLargeError()),
    "no storage": _failure(NoStorageError()),
    "storage": _failure(StorageError()),
    "processing": _failure(ProcessingFailedError()),
}

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
        "description": "Neither `image` nor `url`, or an unknown mode.",
        "content": _json_examples(
            {
                "missing": {"summary": "No picture", "value": MissingSourceError.body},
                "mode": {"summary": "Unknown mode", "value": UNKNOWN_MODE},
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

_IMAGE = {"type": "string", "format": "binary", "description": "A JPEG or PNG file."}
_URL = {
    "type": "string",
    "format": "uri",
    "minLength": 1,
    "description": "The address of a JPEG or PNG file on the public internet, "
    "or the `url` that `/v1/uploads` answered with.",
    "example": "https://example.com/img.jpg",
}

RESULTS_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {"image": _IMAGE, "url": _URL},
                    "anyOf": [{"required": ["image"]}, {"required": ["url"]}],
                }
            },
            "application/x-www-form-urlencoded": {
                "schema": {"type": "object", "properties": {"url": _URL}, "required": ["url"]}
            },
        },
    }
}
