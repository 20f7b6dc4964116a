"""What the OpenAPI page says of the form that `/v1/results` takes."""

from typing import Any

from cutout.choices import FileFormat
from cutout.receive.options import SEED_FIELDS, OptionsQuery

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
    "description": "A JPEG or PNG file that the object is laid on; it wins over `url-bg`."
}
_URL_BG = _URL | {"description": "The address of such a file, as `url` has it."}


def _option(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter as a field of a form, which may be absent and is never null."""
    kinds = [each for each in schema.get("anyOf", []) if each != {"type": "null"}]
    if "$ref" in schema:
        kinds = [{"type": "string", "enum": list(FileFormat)}]
    kept = {name: each for name, each in schema.items() if name not in {"anyOf", "$ref", "title"}}
    described = {name: each for name, each in kept.items() if (name, each) != ("default", None)}
    return {**(kinds[0] if kinds else {}), **described}


_OPTIONS = {
    name: _option(schema)
    for name, schema in OptionsQuery.model_json_schema()["properties"].items()
    if name not in SEED_FIELDS
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
                        **_OPTIONS,
                    },
                    "anyOf": [{"required": ["image"]}, {"required": ["url"]}],
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
