"""Describe the routes for clients of remove.bg on the OpenAPI page."""

from typing import Any, TypeAlias

from cutout.api.layout import PATTERNS
from cutout.api.removebg.answers import ACCOUNT
from cutout.api.removebg.errors import bad_key, missing_source
from cutout.api.removebg.parameters import LEVELS
from cutout.colours import HEX, NAMES

Answers: TypeAlias = dict[int | str, dict[str, Any]]

FILE = {"type": "string", "format": "binary"}
BOOLEAN = {"type": "string", "enum": ["true", "false"]}


def _text(description: str, **more: object) -> dict[str, Any]:
    return {"type": "string", "description": description, **more}


PARAMETERS: dict[str, Any] = {
    "size": _text(
        "Maximum megapixels of the answer: preview 0.25, medium 1.5, hd 4, full 25, 50MP 50. "
        "auto is full, or less if the answer would be too large. A PNG has at most 10.",
        enum=["preview", "small", "regular", "medium", "hd", "full", "4k", "50MP", "auto"],
        default="preview",
    ),
    "format": _text(
        "auto is a PNG if anything is transparent, otherwise a JPEG; a zip holds `color.jpg` and "
        "`alpha.png`.",
        enum=["auto", "png", "jpg", "webp", "zip"],
        default="auto",
    ),
    "channels": _text("alpha is the mask, in grey.", enum=["rgba", "alpha"], default="rgba"),
    "type": _text(
        "Checked, but has no effect.",
        enum=["auto", "person", "product", "car", "animal", "graphic", "transportation"],
    ),
    "type_level": _text("none leaves out X-Type, which is always other.", enum=list(LEVELS)),
    "roi": _text(
        "x1 y1 x2 y2: the only region that can be foreground.",
        pattern=PATTERNS["roi"],
        example="10% 10% 90% 90%",
    ),
    "crop": BOOLEAN | {"description": "Crops to the object."},
    "crop_margin": _text(
        "Margin around the cropped object, 1, 2 or 4 lengths; at most 50 % of it or 500 px a side.",
        pattern=PATTERNS["margin"],
        example="10%",
    ),
    "scale": _text(
        "Part of the canvas that the object is fitted into.",
        pattern=PATTERNS["scale"],
        example="80%",
    ),
    "position": _text(
        "original, center, or one or two percentages.",
        pattern=PATTERNS["position"],
        example="center",
    ),
    "bg_color": _text(
        "Colour behind the object.", pattern=f"^(?:{HEX.pattern}|{'|'.join(NAMES)})$"
    ),
    "bg_image_url": _text("Address of a picture behind the object.", format="uri"),
    "shadow_type": _text(
        "Any but none draws a contact shadow.", enum=["auto", "car", "3D", "drop", "none"]
    ),
    "shadow_opacity": _text(
        "0 to 100, or auto.", pattern=r"^(?:auto|100|[0-9]{1,2}(?:[.][0-9]{1,4})?)$", example="50"
    ),
    "add_shadow": BOOLEAN | {"description": "Checked, but has no effect: it is for cars."},
    "semitransparency": BOOLEAN | {"description": "Checked, but has no effect."},
}
URL = _text("Address of a picture on the public internet.", format="uri")
B64 = _text("The picture in base64, with or without a `data:` prefix.")


def _body(files: dict[str, Any]) -> dict[str, Any]:
    sources = {"image_url": URL, "image_file_b64": B64}
    return {"schema": {"type": "object", "properties": {**sources, **files, **PARAMETERS}}}


REMOVEBG_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": _body({"image_file": FILE, "bg_image_file": FILE}),
            "application/x-www-form-urlencoded": _body({}),
            "application/json": _body({}),
        },
    }
}

_ERROR = {
    "type": "object",
    "required": ["errors"],
    "properties": {
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["title"],
                "properties": {name: {"type": "string"} for name in ("title", "code", "detail")},
            },
        }
    },
}


def _failure(description: str, example: object = None) -> dict[str, Any]:
    content: dict[str, Any] = {"schema": _ERROR}
    if example is not None:
        content["example"] = example
    return {"description": description, "content": {"application/json": content}}


FAILURES: Answers = {
    403: _failure("No API key, or an invalid one.", bad_key(given=True).body),
    405: _failure("The route does not support this method."),
    503: _failure("Try again after `Retry-After` seconds."),
}
_MADE = {
    "type": "object",
    "properties": {
        "data": {
            "type": "object",
            "properties": {
                "result_b64": {"type": "string"},
                **{
                    f"foreground_{side}": {"type": "integer"}
                    for side in ("top", "left", "width", "height")
                },
            },
        }
    },
}
REMOVEBG_ANSWERS: Answers = FAILURES | {
    200: {
        "description": "The file, or JSON if `Accept` asks for it.",
        "content": {
            "image/png": {"schema": FILE},
            "image/jpeg": {"schema": FILE},
            "image/webp": {"schema": FILE},
            "application/zip": {"schema": FILE},
            "application/json": {"schema": _MADE},
        },
    },
    400: _failure("No picture can be returned; `code` gives the reason.", missing_source().body),
    408: _failure("The request took too long to arrive."),
    500: _failure("Processing failed."),
}
ACCOUNT_ANSWERS: Answers = FAILURES | {
    200: {
        "description": "A constant number of credits.",
        "content": {"application/json": {"example": ACCOUNT}},
    }
}
