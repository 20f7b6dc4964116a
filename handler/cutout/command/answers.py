"""Read the answers of an API that may be hostile, and check the addresses that it names."""

import json
import zlib
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from socket import inet_aton
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

from requests import PreparedRequest, Response
from requests.exceptions import ConnectionError as NoConnectionError
from urllib3.exceptions import HTTPError

from cutout.command.errors import TaskError, printable
from cutout.net.limits import exceeds

UNEXPECTED = "The server's answer is not from this API."
MAX_EXCERPT = 300  # characters printed of a server's text
SMALL_BYTES = 65_536
"""Byte limit of an answer without a cut-out. The largest is the form for an upload, with 2 kB."""
MAX_VALUES = 10_000
"""Limit of values in an answer's JSON; a cut-out's has about 20. Small values take twenty times as
much memory as their text."""
CHUNK_BYTES = 16_384  # gzip unpacks them to 16 MB at most
GZIP = frozenset({"gzip", "x-gzip"})
GZIP_FORMAT = zlib.MAX_WBITS + 16
SCHEMES = frozenset({"http", "https"})


@dataclass(frozen=True)
class Answer:
    """Hold a complete answer.

    `text` is decoded from UTF-8; for more than `SMALL_BYTES` it holds only the ASCII characters.
    """

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
        raise TaskError(f"{UNEXPECTED} It has more than {limit} bytes.")
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
                raise TaskError(UNEXPECTED)
    except (HTTPError, ValueError) as error:  # ValueError: a chunk of negative length
        raise NoConnectionError(error) from error
    except zlib.error as error:
        raise TaskError(UNEXPECTED) from error
    if packed and received and not gzip.eof:
        raise TaskError(UNEXPECTED)
    return content, True


def parse_answer(answer: Answer) -> dict[str, Any]:
    """Return the JSON object of an answer.

    Raise `TaskError` if there is none, or if the request was refused.
    """
    if answer.status != 200:
        raise TaskError(describe_refusal(answer))
    if sum(map(answer.text.count, "[{,")) > MAX_VALUES:
        raise TaskError(UNEXPECTED)
    try:
        found = json.loads(answer.text)
    except (ValueError, RecursionError) as error:
        raise TaskError(UNEXPECTED) from error
    if not isinstance(found, dict):
        raise TaskError(UNEXPECTED)
    return found


def describe_refusal(answer: Answer) -> str:
    """Return a line with the status of an answer and the server's explanation."""
    location = answer.headers.get("Location")
    if 300 <= answer.status < 400 and location is not None:
        said = f"It moved to {location}"
    else:
        try:
            said = _explanation(json.loads(answer.text))
        except (ValueError, RecursionError):  # a proxy's page, for example
            said = answer.text
    line = " ".join(said.split()) or answer.reason
    return f"The server answered {answer.status}: {excerpt(line)}"


def excerpt(text: object) -> str:
    """Return the first `MAX_EXCERPT` characters of a server's text, safe to print on a terminal."""
    return printable(str(text)[:MAX_EXCERPT])


def _explanation(said: object) -> str:
    """Return the message in an answer's JSON, or the JSON itself if it has another form."""
    words = said.get("detail", said.get("message")) if isinstance(said, dict) else said
    return words if isinstance(words, str) else json.dumps(words)


def resolve_link(location: str, api: str) -> str:
    """Return `location` as an absolute address, relative to the address `api` that named it.

    Raise `TaskError` unless it is http or https, encrypted if the API is, and no address of this
    machine or its link that only a local API has a reason to name. Only the address itself is
    judged: names are not resolved, because a proxy may do that.
    """
    try:
        link = urljoin(api, location)
        to, own = _parts(link), _parts(api)
    except ValueError as error:
        raise TaskError(f"The server names an invalid address: {excerpt(location)}") from error
    if to.scheme not in SCHEMES or not to.hostname:
        raise TaskError(f"The server names an address that is not http or https: {excerpt(link)}")
    if own.scheme == "https" and to.scheme != "https":
        raise TaskError(f"The server names an address without encryption: {excerpt(link)}")
    if to.hostname != own.hostname and _is_near(to.hostname) and not _is_local(own.hostname):
        raise TaskError(
            f"The server names an address of this machine or its local link: {excerpt(link)}"
        )
    return link


def has_same_origin(link: str, api: str) -> bool:
    """Return whether `link` has the scheme, host, port and user information of the API."""
    to, own = _parts(link), _parts(api)
    return (to.scheme, to.netloc) == (own.scheme, own.netloc)


def _parts(url: str) -> SplitResult:
    """Return the URL's parts as requests will send them.

    requests decodes and normalizes parts of the host. Raise `ValueError` for an invalid URL.
    """
    request = PreparedRequest()
    request.prepare_url(url, None)
    return urlsplit(request.url or "")


def _is_near(host: str) -> bool:
    """Return whether the host is this machine or link-local, where clouds keep credentials."""
    address = _address(host.rstrip("."))
    return _is_local(host) or bool(address and address.is_link_local)


def _is_local(host: str | None) -> bool:
    """Return whether the host is this machine; an unspecified address connects to it as well."""
    name = (host or "").rstrip(".")
    address = _address(name)
    if address is None:
        return name == "localhost" or name.endswith(".localhost")
    return address.is_loopback or address.is_unspecified


def _address(host: str) -> IPv4Address | IPv6Address | None:
    """Return the host as an IP address, also from `127.1` or `0x7f000001`; None for a name."""
    try:
        address = ip_address(host)
    except ValueError:
        try:
            return IPv4Address(inet_aton(host))
        except OSError:
            return None
    return getattr(address, "ipv4_mapped", None) or address
