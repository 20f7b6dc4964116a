"""Read and parse request bodies within limits."""

import re
from collections import deque
from collections.abc import AsyncGenerator, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote, unquote_plus

from anyio import fail_after
from python_multipart.multipart import parse_options_header
from starlette.datastructures import FormData, Headers
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from cutout.net.limits import exceeds
from cutout.request_errors import (
    DAMAGED,
    BrokenFormError,
    DamagedFormError,
    RequestTooLargeError,
    TooSlowUploadError,
)
from cutout.timing import Deadline


async def limited_body(request: Request, limit: int, seconds: float) -> AsyncGenerator[bytes, None]:
    """Yield the chunks of the body.

    Raise `RequestTooLargeError` as soon as the body exceeds `limit` bytes, announced or received,
    so that nothing larger is ever held. Raise `TooSlowUploadError` if it isn't complete within
    `seconds`, however slowly its bytes arrive, and `DamagedFormError` if the gateway says so.
    """
    if request.scope.get(DAMAGED):
        raise DamagedFormError
    if exceeds(request.headers, limit):
        raise RequestTooLargeError
    received, deadline, chunks = 0, Deadline.after(seconds), request.stream()
    while True:
        try:
            with fail_after(deadline.remaining()):
                chunk = await anext(chunks, None)
        except TimeoutError as error:
            raise TooSlowUploadError from error
        if chunk is None:
            return
        received += len(chunk)
        if received > limit:
            raise RequestTooLargeError
        yield chunk


MAX_TEXT_BYTES = 64 * 1024
MAX_SEMICOLONS = 100
"""Semicolons in a header. The parser copies what is left of the header at each, or searches it for
quotes, so that a form with thousands of them would occupy the event loop for seconds."""
FILES = frozenset({"image", "image-bg", "mask"})


@dataclass(frozen=True)
class FormLimits:
    """Limit a multipart form: total bytes, number of files, number of texts, and bytes per text."""

    body_bytes: int
    parts: int = 32
    text_bytes: int = MAX_TEXT_BYTES


class PictureFormParser(MultiPartParser):
    """Parse multipart forms as the reference API's clients send them.

    Three things differ from Starlette's parser. Files stay in memory: the body is already bounded,
    and Lambda's disk is read-only except for a `/tmp` that may be full. A part named as one of
    `FILES` is a file even without a file name, because decoding it as text would destroy it. A body
    that ends before its last boundary is broken, not short of a field.
    """

    def __init__(
        self,
        headers: Headers,
        stream: AsyncGenerator[bytes, None],
        limits: FormLimits,
        files: frozenset[str] = FILES,
    ) -> None:
        super().__init__(
            headers,
            stream,
            max_files=limits.parts,
            max_fields=limits.parts,
            max_part_size=limits.text_bytes,
        )
        self.spool_max_size = limits.body_bytes
        self._complete = True
        self._own_files = {name.encode() for name in files}

    def on_part_begin(self) -> None:
        """Note that a part is open."""
        self._complete = False
        super().on_part_begin()

    def on_end(self) -> None:
        """Note that the last boundary has arrived."""
        self._complete = True

    async def parse(self) -> FormData:
        """Return the form; raise `MultiPartException` if its last boundary is missing."""
        fields = await super().parse()
        if not self._complete:
            for file in self._files_to_close_on_error:
                file.close()
            raise MultiPartException("The last boundary is missing.")
        return fields

    def on_headers_finished(self) -> None:
        """Read texts as UTF-8 and the parts named in `files` as files, named by `filename*`."""
        self._charset = "utf-8"  # some of Python's codecs, which a client may name, raise or worse
        disposition = self._current_part.content_disposition or b""
        _require_few_semicolons(disposition.decode("latin-1"))
        _, options = parse_options_header(disposition)
        name = options.get(b"name")
        if name in self._own_files and b"filename" not in options:
            # rewritten, because after an odd quote nothing that is appended would be read
            self._current_part.content_disposition = b'form-data; name="%b"; filename=""' % name
        super().on_headers_finished()
        extended = extended_name(disposition)
        if self._current_part.file is not None and extended:
            self._current_part.file.filename = extended


QUOTED = re.compile(rb'"(?:[^"\\]|\\.)*+(?P<end>"|\\?\Z)', re.DOTALL)
"""A quoted string, or an open one up to the end of the header: if each of its escaped quotes were
tried as a beginning, a form of 800 kB would take a minute."""
EXTENDED_NAME = re.compile(
    rb";\s*filename\*\s*=\s*(utf-8|iso-8859-1)'[^';]*'([^\s;'\"]+)", re.IGNORECASE
)


def extended_name(disposition: bytes) -> str | None:
    """Return the decoded file name of a header's `filename*` (RFC 5987), or None.

    It takes precedence over `filename`, which then is an ASCII version of it (RFC 6266, 4.3).
    """
    match = EXTENDED_NAME.search(QUOTED.sub(_emptied, disposition))
    if match is None:
        return None
    charset, text = (each.decode("ascii", "replace") for each in match.groups())
    try:
        return unquote(text, charset, "strict")
    except UnicodeDecodeError:
        return None


def _emptied(quoted: re.Match[bytes]) -> bytes:
    """Return an empty string for a quoted one; leave an open one as it is."""
    return b'""' if quoted["end"] == b'"' else quoted[0]


async def parse_multipart(
    headers: Headers,
    body: AsyncGenerator[bytes, None],
    limits: FormLimits,
    files: frozenset[str] = FILES,
) -> FormData:
    """Return the form's fields and files; those named in `files` are files.

    Raise `BrokenFormError` if the body is not a form.
    """
    form = from_first_boundary(headers, body)
    try:
        _require_few_semicolons(headers.get("content-type", ""))
        return await PictureFormParser(headers, form, limits, files).parse()
    except (MultiPartException, ValueError, KeyError) as error:
        # ValueError: a charset with a zero byte. KeyError: no Content-Type at all
        raise BrokenFormError from error


def _require_few_semicolons(header: str) -> None:
    if header.count(";") > MAX_SEMICOLONS:
        raise MultiPartException("A header has too many parameters.")


async def from_first_boundary(
    headers: Headers, body: AsyncGenerator[bytes, None]
) -> AsyncGenerator[bytes, None]:
    """Yield the body from its first boundary on.

    Text before it, which mail libraries write for readers that do not know multipart, is not part
    of the form (RFC 2046, 5.1.1). Raise `MultiPartException` for a body without a boundary.
    """
    _, parameters = parse_options_header(headers.get("content-type"))
    line = b"\n--" + parameters.get(b"boundary", b"")
    seen, found = b"\n", False
    async for chunk in body:
        if found:
            yield chunk
            continue
        seen += chunk
        start = seen.find(line)
        if found := start >= 0:
            yield seen[start + 1 :]
        else:
            seen = seen[1 - len(line) :]
    if not found and len(seen) > 1:
        raise MultiPartException("There is no boundary.")


ADDRESSES = frozenset({"url", "url-bg"})
PICTURES = ADDRESSES | {"image", "image-bg"}


def parse_urlencoded(body: bytes) -> Mapping[str, str]:
    """Return the first value of each field that isn't empty.

    Some clients (Swift's URLSession sample) send ``url=https://a/b?c=d&e=f`` unescaped. A raw
    ``://`` identifies such a value: it is taken literally, and its query reaches to the next field
    that names a picture. Other fields don't end it, because an address may have a `crop` or a
    `format` of its own.
    """
    pairs = deque(body.decode("utf-8", errors="replace").strip().split("&"))
    fields: dict[str, str] = {}
    while pairs:
        name, _, value = pairs.popleft().partition("=")
        name = unquote_plus(name)
        if name in ADDRESSES and "://" in value:
            value = "&".join([value, *_continuation(pairs)]) if "?" in value else value
        else:
            value = unquote_plus(value)
        if value.strip():
            fields.setdefault(name, value.strip())
    return fields


def _continuation(pairs: deque[str]) -> Iterator[str]:
    """Take the pairs that belong to an unescaped address: those before the next picture's field."""
    while pairs and pairs[0].partition("=")[0] not in PICTURES:
        yield pairs.popleft()
