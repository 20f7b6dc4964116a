"""`application/x-www-form-urlencoded` bodies, escaped as they should be or not at all."""

from urllib.parse import unquote_plus

OTHER_FIELDS = frozenset({"image", "url", "image-bg", "url-bg"})


def parse_urlencoded_url(body: bytes) -> str:
    """The `url` field, or an empty string.

    Some clients (Swift's URLSession sample) send ``url=https://a/b?c=d&e=f`` as it is. A raw
    ``://`` tells it apart: then the value is taken literally, and a query in it goes on to the next
    known field.
    """
    pairs = body.decode("utf-8", errors="replace").strip().split("&")
    for index, pair in enumerate(pairs):
        name, _, value = pair.partition("=")
        if unquote_plus(name) != "url" or not value:
            continue
        if "://" not in value:
            return unquote_plus(value)
        if "?" not in value:
            return value
        return "&".join([value, *_continuation(pairs[index + 1 :])])
    return ""


def _continuation(pairs: list[str]) -> list[str]:
    """The pairs that belong to an unescaped URL: all up to the next field of the form."""
    for index, pair in enumerate(pairs):
        if pair.partition("=")[0] in OTHER_FIELDS:
            return pairs[:index]
    return pairs
