import asyncio
from collections.abc import Iterable

import pytest
from starlette.requests import Request
from starlette.types import Message

from cutout.api.body import limited_body
from cutout.request_errors import RequestTooLargeError


def read(chunks: Iterable[bytes], limit: int, announced: str | None = None) -> tuple[bytes, int]:
    """The body read and the number of chunks that were asked for."""
    left = iter(chunks)
    asked = 0

    async def receive() -> Message:
        nonlocal asked
        asked += 1
        chunk = next(left, None)
        return {"type": "http.request", "body": chunk or b"", "more_body": chunk is not None}

    headers = [] if announced is None else [(b"content-length", announced.encode("latin-1"))]
    request = Request({"type": "http", "method": "POST", "headers": headers}, receive)

    async def collect() -> bytes:
        return b"".join([chunk async for chunk in limited_body(request, limit, 5)])

    try:
        return asyncio.run(collect()), asked
    except RequestTooLargeError as error:
        error.add_note(str(asked))
        raise


def test_a_body_of_the_limit_passes() -> None:
    assert read([b"12345", b"67890"], 10)[0] == b"1234567890"
    assert read([b"1234567890"], 10, "10")[0] == b"1234567890"


def test_one_byte_more_stops_the_reading() -> None:
    with pytest.raises(RequestTooLargeError) as caught:
        read([b"12345", b"678901", b"never", b"read"], 10)
    assert caught.value.__notes__ == ["2"], "chunks were read beyond the limit"


@pytest.mark.parametrize("announced", ["11", "9" * 5000])
def test_an_announced_excess_is_not_read_at_all(announced: str) -> None:
    with pytest.raises(RequestTooLargeError) as caught:
        read([b"1"], 10, announced)
    assert caught.value.__notes__ == ["0"]


@pytest.mark.parametrize("announced", ["", "x", "-1", "1e9", "²"])
def test_an_absurd_announcement_is_ignored(announced: str) -> None:
    assert read([b"1"], 10, announced)[0] == b"1"
