"""The `Content-Length` header, as much of it as can be believed."""

from collections.abc import Mapping

MAX_DIGITS = 18  # Python refuses to read numbers of thousands of digits


def exceeds(headers: Mapping[str, str], limit: int) -> bool:
    """Whether the header announces more than `limit` bytes; an absurd or absent one doesn't."""
    announced = headers.get("content-length", "")
    if not (announced.isascii() and announced.isdecimal()):
        return False
    return len(announced) > MAX_DIGITS or int(announced) > limit
