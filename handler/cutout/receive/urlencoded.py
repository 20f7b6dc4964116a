"""`application/x-www-form-urlencoded` bodies, escaped as they should be or not at all."""

from collections import deque
from collections.abc import Iterator, Mapping
from urllib.parse import unquote_plus

ADDRESSES = frozenset({"url", "url-bg"})
PICTURES = ADDRESSES | {"image", "image-bg"}


def parse_urlencoded(body: bytes) -> Mapping[str, str]:
    """The fields, each the first time that it isn't empty.

    Some clients (Swift's URLSession sample) send ``url=https://a/b?c=d&e=f`` as it is. A raw
    ``://`` tells it apart: then the value is taken literally, and a query in it goes on to the next
    field that is a picture's. (Other fields of ours are no end of it: an address may have a `crop`
    or a `format` of its own.)
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
    """Takes the pairs that belong to an unescaped address: all up to the next picture's field."""
    while pairs and pairs[0].partition("=")[0] not in PICTURES:
        yield pairs.popleft()
