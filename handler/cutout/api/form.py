"""Read the form of `POST /v1/results`: picture and background, or their URLs, and a mask."""

from collections.abc import Mapping
from typing import Annotated, TypeGuard

from fastapi import Depends
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from cutout.api.body import (
    MAX_TEXT_BYTES,
    FormLimits,
    limited_body,
    parse_multipart,
    parse_urlencoded,
)
from cutout.api.hints import NO_FORM, header, ignored
from cutout.options import Source
from cutout.request import PictureForm
from cutout.request_errors import BrokenFormError, MissingSourceError
from cutout.settings import Settings, get_settings

UNNAMED = "image"


async def receive_form(
    request: Request, settings: Annotated[Settings, Depends(get_settings)]
) -> PictureForm:
    """Return the form, in either encoding; an empty field counts as absent.

    Raise `MissingSourceError`, `BrokenFormError`, `RequestTooLargeError` or `TooSlowUploadError`.
    """
    body = limited_body(request, settings.max_request_bytes, settings.receive_seconds)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    image, background, mask = None, None, None
    texts: Mapping[str, str] = {}
    files: tuple[str, ...] = ()
    if kind == "multipart/form-data":
        limits = FormLimits(settings.max_request_bytes)
        fields = await parse_multipart(request.headers, body, limits)
        image, background = await _file(fields, "image"), await _file(fields, "image-bg")
        mask = await _file(fields, "mask")
        texts, files = _texts(fields), _names_of_files(fields)
        await fields.close()
    else:
        content = b"".join([chunk async for chunk in body])
        if kind == "application/x-www-form-urlencoded":
            texts = parse_urlencoded(_short(content))
        elif content:
            raise MissingSourceError(header([NO_FORM]))
    url = texts.get("url")
    if image is None and url is None:
        raise MissingSourceError(header(ignored(request.query_params, texts, files)))
    return PictureForm(
        image,
        url if image is None else None,
        _background(background, texts.get("url-bg")),
        texts,
        mask,
        files,
    )


def _background(image: Source | None, url: str | None) -> PictureForm | None:
    if image is not None:
        return PictureForm(image=image)
    return PictureForm(url=url) if url else None


async def _file(fields: FormData, name: str) -> Source | None:
    """Return the field's first file."""
    for part in fields.getlist(name):
        if _is_file(part):
            return Source(await part.read(), part.filename or UNNAMED)
    return None


def _is_file(part: UploadFile | str) -> TypeGuard[UploadFile]:
    """Return whether a part is a file with a name or content.

    Browsers send neither for an empty input.
    """
    return isinstance(part, UploadFile) and bool(part.filename or part.size)


def _names_of_files(fields: FormData) -> tuple[str, ...]:
    return tuple(name for name, part in fields.multi_items() if _is_file(part))


def _texts(fields: FormData) -> dict[str, str]:
    """Return the first text of each field that is not blank."""
    texts: dict[str, str] = {}
    for name, value in fields.multi_items():
        if isinstance(value, str) and value.strip():
            texts.setdefault(name, value.strip())
    return texts


def _short(content: bytes) -> bytes:
    if len(content) > MAX_TEXT_BYTES:
        raise BrokenFormError
    return content
