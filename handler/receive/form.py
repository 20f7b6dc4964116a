"""The form of `POST /v1/results`: a picture, or the URL of one."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from handler.errors import BrokenFormError, MissingSourceError
from handler.pictures import Source
from handler.receive.body import limited_body
from handler.receive.multipart import MAX_TEXT_BYTES, parse_multipart
from handler.receive.urlencoded import parse_urlencoded_url
from handler.settings import Settings, get_settings

UNNAMED = "image"


@dataclass(frozen=True)
class PictureForm:
    """Exactly one of the two is set; where the client sent both, `image` wins."""

    image: Source | None = None
    url: str | None = None

    @property
    def kind(self) -> str:
        """Which of the two."""
        return "url" if self.image is None else "image"


async def receive_form(
    request: Request, settings: Annotated[Settings, Depends(get_settings)]
) -> PictureForm:
    """Reads the body in either form encoding. An empty field is an absent field.

    Raises `MissingSourceError`, `BrokenFormError` or `RequestTooLargeError`.
    """
    body = limited_body(request, settings.max_request_bytes, settings.receive_seconds)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    image, url = None, ""
    if kind == "multipart/form-data":
        fields = await parse_multipart(request.headers, body, settings.max_request_bytes)
        image, url = await _image(fields), _text(fields, "url")
        await fields.close()
    else:
        content = b"".join([chunk async for chunk in body])
        if kind == "application/x-www-form-urlencoded":
            url = parse_urlencoded_url(_short(content)).strip()
    if image is not None:
        return PictureForm(image=image)
    if url:
        return PictureForm(url=url)
    raise MissingSourceError


async def _image(fields: FormData) -> Source | None:
    """The first file part that has a name or a content: browsers send neither for an input that
    was left empty."""
    for part in fields.getlist("image"):
        if isinstance(part, UploadFile) and (part.filename or part.size):
            return Source(await part.read(), part.filename or UNNAMED)
    return None


def _text(fields: FormData, name: str) -> str:
    """The first text value of the field that is not blank, or an empty string."""
    values = (value.strip() for value in fields.getlist(name) if isinstance(value, str))
    return next(filter(None, values), "")


def _short(content: bytes) -> bytes:
    if len(content) > MAX_TEXT_BYTES:
        raise BrokenFormError
    return content
