"""Answers of an API that may be hostile: read within limits, and parsed."""

import json
import zlib
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from requests import Response
from requests.exceptions import ConnectionError as NoConnectionError
from urllib3.exceptions import HTTPError

from cutout.command.problems import TaskError, shown
from cutout.net.limits import exceeds

FOREIGN = "The server's answer is not one of this API."
MAX_WORDS = 300  # characters shown of what a server says
RESULT_BYTES = 400_000_000
"""Most bytes of an answer with a cut-out. An RGBA PNG of noise with the command's own limit of
8192 x 8192 pixels has 269 MB, which are 358 MB in base64."""
SMALL_BYTES = 65_536
"""Most bytes of any other answer. The largest is the form for an upload, with some 2 kB."""
MAX_VALUES = 10_000
"""Most values in an answer's JSON; a cut-out's has about 20. Small ones take twenty times as much
memory as their text."""
CHUNK_BYTES = 16_384  # gzip unpacks them to 16 MB at most
GZIP = frozenset({"gzip", "x-gzip"})
GZIP_FORMAT = zlib.MAX_WBITS + 16


@dataclass(frozen=True)
class Answer:
    """A complete answer. `text` is decoded from UTF-8; of more than `SMALL_BYTES` it holds the
    ASCII characters alone."""

    status: int
    reason: str
    headers: Mapping[str, str]
    text: str


def read_answer(response: Response, limit: int) -> Answer:
    """Read the body of a streamed response and close it.

    A body of status 200 may have `limit` bytes, both as sent and unpacked; that of another status
    is cut at `SMALL_BYTES`. Raise `TaskError` for a longer body and for broken gzip, and requests'
    `ConnectionError` for a broken connection.
    """
    succeeded = response.status_code == 200
    limit = limit if succeeded else SMALL_BYTES
    with closing(response):
        too_long = succeeded and exceeds(response.headers, limit)
        content, complete = (bytearray(), False) if too_long else _read(response, limit)
    if succeeded and not complete:
        raise TaskError(f"{FOREIGN} It has more than {limit} bytes.")
    if len(content) > SMALL_BYTES:  # one other character would double or quadruple the memory
        text = content.decode("ascii", "ignore")
    else:
        text = content.decode(errors="replace")
    return Answer(response.status_code, response.reason or "", response.headers, text)


def _read(response: Response, limit: int) -> tuple[bytearray, bool]:
    """Return the first `limit` bytes of the body, unpacked, and whether these are all of it."""
    packed = response.headers.get("Content-Encoding", "").strip().lower() in GZIP
    gzip = zlib.decompressobj(GZIP_FORMAT)
    content, received = bytearray(), 0
    try:
        for chunk in response.raw.stream(CHUNK_BYTES, decode_content=False):
            received += len(chunk)
            content += gzip.decompress(chunk, limit + 1 - len(content)) if packed else chunk
            if max(received, len(content)) > limit:
                del content[limit:]
                return content, False
            if gzip.unused_data:
                raise TaskError(FOREIGN)
    except HTTPError as error:
        raise NoConnectionError(error) from error
    except zlib.error as error:
        raise TaskError(FOREIGN) from error
    if packed and received and not gzip.eof:
        raise TaskError(FOREIGN)
    return content, True


def answered(answer: Answer) -> dict[str, Any]:
    """Return the JSON object of an answer. Raise `TaskError` if there is none, or if the request
    was refused."""
    if answer.status != 200:
        raise TaskError(refusal(answer))
    if sum(map(answer.text.count, "[{,")) > MAX_VALUES:
        raise TaskError(FOREIGN)
    try:
        found = json.loads(answer.text)
    except (ValueError, RecursionError) as error:
        raise TaskError(FOREIGN) from error
    if not isinstance(found, dict):
        raise TaskError(FOREIGN)
    return found


def refusal(answer: Answer) -> str:
    """Return the status, and what the server says about it."""
    location = answer.headers.get("Location")
    if 300 <= answer.status < 400 and location is not None:
        said = f"It moved to {location}"
    else:
        try:
            said = _words(json.loads(answer.text))
        except (ValueError, RecursionError):  # the page of a proxy, for example
            said = answer.text
    line = " ".join(said.split()) or answer.reason
    return f"The server answered {answer.status}: {quoted(line)}"


def quoted(said: object) -> str:
    """Return the beginning of what a server says, as a terminal may show it."""
    return shown(str(said)[:MAX_WORDS])


def _words(said: object) -> str:
    """Return the message in an answer's JSON, or the JSON itself if it has another form."""
    words = said.get("detail", said.get("message")) if isinstance(said, dict) else said
    return words if isinstance(words, str) else json.dumps(words)
