"""Read fields and files from a multipart, URL-encoded or JSON body."""

import json
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

from anyio import to_thread
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from cutout.api.body import FormLimits, limited_body, parse_multipart
from cutout.api.removebg.errors import missing_source, multiple_backgrounds, multiple_sources
from cutout.errors import UnreadablePictureError
from cutout.options import Source
from cutout.request import PictureForm
from cutout.request_errors import BrokenFormError
from cutout.settings import Settings

IMAGE, BACKGROUND, BASE64 = "image_file", "bg_image_file", "image_file_b64"
FILES = frozenset({IMAGE, BACKGROUND, BASE64})
"""Parts that are read as files. Base64 is one of them, because it exceeds the limit for texts."""
UNNAMED = "image"
MULTIPART = frozenset({"multipart/form-data", "multipart/mixed", "multipart/related"})
"""Types that remove.bg's framework reads as forms. OkHttp's builder sends `mixed` by default."""
MAX_FIELDS = 100
MAX_VALUES = 10_000
"""Values in a JSON body. 32 MB of empty objects would take 1 GB, and all of Python while they are
read."""
UNESCAPED_BYTES = 64 * 1024
"""Bytes of a URL-encoded value that are decoded at once."""
ALIKE, BREAKS = bytes.maketrans(b" -_", b"++/"), b"\r\n\t"
"""Translation to standard base64, and what it drops: an unescaped `+` arrives as a space, the
URL-safe alphabet has `-` and `_`, and line breaks are allowed."""


@dataclass(frozen=True)
class Fields:
    """Hold a request's fields that are not empty, by name: texts and files."""

    texts: Mapping[str, str]
    files: Mapping[str, Source]

    def picture(self) -> PictureForm:
        """Return the picture and its background.

        Raise `RemoveBgError` for no picture, several pictures or several backgrounds, and
        `UnreadablePictureError` for invalid base64.
        """
        texts, files = self.texts, self.files
        found = [name for name in (IMAGE, BASE64, "image_url") if name in texts or name in files]
        if not found:
            raise missing_source()
        if len(found) > 1:
            raise multiple_sources()
        backgrounds = ("bg_color" in texts, "bg_image_url" in texts, BACKGROUND in files)
        if sum(backgrounds) > 1:
            raise multiple_backgrounds()
        image = files.get(IMAGE)
        if BASE64 in files:
            image = Source(decoded(files[BASE64].content), UNNAMED)
        return PictureForm(image, texts.get("image_url"), self._background())

    def _background(self) -> PictureForm | None:
        if BACKGROUND in self.files:
            return PictureForm(self.files[BACKGROUND])
        url = self.texts.get("bg_image_url")
        return None if url is None else PictureForm(url=url)


async def receive_fields(request: Request, settings: Settings) -> Fields:
    """Return the fields of the body.

    Raise `BrokenFormError`, `RequestTooLargeError` or `TooSlowUploadError`.
    """
    body = limited_body(request, settings.max_request_bytes, settings.receive_seconds)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in MULTIPART:
        limits = FormLimits(settings.max_request_bytes, MAX_FIELDS, settings.max_request_bytes)
        form = await parse_multipart(request.headers, body, limits, FILES)
        try:
            return await _of_form(form)
        finally:
            await form.close()
    content = b"".join([chunk async for chunk in body])
    reader = READERS.get(kind)
    if reader is None:
        return Fields({}, {})
    return await to_thread.run_sync(lambda: _of_pairs(reader(content)))  # megabytes take a while


def decoded(text: bytes) -> bytes:
    """Return the bytes of base64 text, which may start with a `data:` prefix.

    Raise `UnreadablePictureError` for invalid base64. Texts stay bytes, because 16 requests at once
    have 20 MB for each copy.
    """
    text = text.strip()
    if text[:5].lower() == b"data:":
        text = text.partition(b",")[2].strip()
    text = text.translate(ALIKE, BREAKS).rstrip(b"=")
    text += b"=" * (-len(text) % 4)
    try:
        return b64decode(text, validate=True)
    except Base64Error as error:
        raise UnreadablePictureError from error


async def _of_form(form: FormData) -> Fields:
    texts: dict[str, str] = {}
    files: dict[str, Source] = {}
    empty: dict[str, Source] = {}
    for name, value in form.multi_items():
        if not isinstance(value, UploadFile):
            if value.strip():
                texts.setdefault(name, value.strip())
            continue
        file = Source(await value.read(), value.filename or UNNAMED)
        if name not in FILES:
            if text := file.content.decode("utf-8", "replace").strip():
                texts.setdefault(name, text)
        elif file.content:
            files.setdefault(name, file)
        elif value.filename and name != BASE64:
            empty.setdefault(name, file)
    if not files and "image_url" not in texts and IMAGE in empty:
        files[IMAGE] = empty[IMAGE]  # a file without a byte, and not an input that was not used
    return Fields(texts, files)


def _of_pairs(pairs: Iterable[tuple[str, str]]) -> Fields:
    """Return the first value of each field that is not blank.

    Some clients send `image_file` or `bg_image_file` as base64 in JSON, so these are decoded too.
    """
    texts: dict[str, str] = {}
    files: dict[str, Source] = {}
    for name, value in pairs:
        if not value.strip():
            continue
        if name == BASE64:
            files.setdefault(BASE64, Source(value.encode("utf-8", "replace"), UNNAMED))
        elif name in (IMAGE, BACKGROUND):
            files.setdefault(name, Source(decoded(value.encode("utf-8", "replace")), UNNAMED))
        else:
            texts.setdefault(name, value.strip())
    return Fields(texts, files)


def _form_pairs(content: bytes) -> Iterable[tuple[str, str]]:
    """Yield the fields of a URL-encoded form; raise `BrokenFormError` if there are too many."""
    if content.count(b"&") >= MAX_FIELDS:
        raise BrokenFormError
    for pair in content.strip().split(b"&"):
        name, _, value = pair.partition(b"=")
        yield _unescaped(name), _unescaped(value)


def _unescaped(text: bytes) -> str:
    """Return a name or value of a URL-encoded form.

    Python's functions keep an object for each escape until the end: 2.5 GB for 32 MB of them.
    """
    parts, at = [], 0
    while at < len(text):
        end = at + UNESCAPED_BYTES
        cut = text.rfind(b"%", end - 2, end)  # an escape has three bytes
        end = end if cut < 0 else cut
        parts.append(unquote_to_bytes(text[at:end].replace(b"+", b" ")))
        at = end
    return b"".join(parts).decode("utf-8", "replace")


class _Members(list[tuple[str, Any]]):
    """Hold the members of a JSON object in their order."""


def _json_pairs(content: bytes) -> Iterable[tuple[str, str]]:
    """Yield the members of a JSON object as texts, repeated ones too; skip null.

    Raise `BrokenFormError` for another body, and for one of more than `MAX_VALUES` values.
    """
    if sum(map(content.count, (b"[", b"{", b","))) > MAX_VALUES:
        raise BrokenFormError
    try:
        found = json.loads(content, object_pairs_hook=_Members) if content.strip() else _Members()
    except (ValueError, RecursionError) as error:
        raise BrokenFormError from error
    if not isinstance(found, _Members):
        raise BrokenFormError
    for name, value in found:
        if isinstance(value, bool):
            yield name, str(value).lower()
        elif isinstance(value, str | int | float):
            yield name, str(value).encode("utf-8", "replace").decode()  # no lone surrogates
        elif value is not None:
            yield name, json.dumps(value)[:MAX_FIELDS]


READERS: Mapping[str, Callable[[bytes], Iterable[tuple[str, str]]]] = {
    "application/json": _json_pairs,
    "application/x-www-form-urlencoded": _form_pairs,
}
