"""Bodies and headers as clients write them."""

import json
from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from httpx2 import Response

from tests.samples import gradient, jpeg

Post = Callable[[bytes, dict[str, str]], Response]
Sent = tuple[bytes, dict[str, str]]

KEY = "the-key-of-the-tests"
PHOTO = jpeg(gradient(200, 160))
OCTETS = "\r\nContent-Type: application/octet-stream"
AS_JSON = {"Accept": "application/json"}


def multipart(*parts: tuple[str, bytes], boundary: str) -> Sent:
    """Parts, each by its headers and its content."""
    lines = [f"--{boundary}\r\n{head}\r\n\r\n".encode() + body + b"\r\n" for head, body in parts]
    body = b"".join([*lines, f"--{boundary}--\r\n".encode()])
    return body, {"Content-Type": f"multipart/form-data; boundary={boundary}"}


def named(name: str, more: str = "") -> str:
    """The head of a part."""
    return f'Content-Disposition: form-data; name="{name}"{more}'


def fields(**values: str) -> list[tuple[str, bytes]]:
    """Parts that are texts."""
    return [(named(name), value.encode()) for name, value in values.items()]


def urlencoded(**values: str) -> Sent:
    """A form without files."""
    return urlencode(values).encode(), {"Content-Type": "application/x-www-form-urlencoded"}


def as_json(values: Mapping[str, object]) -> Sent:
    """A JSON object without blanks, as JavaScript writes it."""
    body = json.dumps(values, separators=(",", ":")).encode()
    return body, {"Content-Type": "application/json"}
