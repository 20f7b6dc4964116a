"""The request body, never more of it than the limit allows."""

from collections.abc import AsyncGenerator

from starlette.requests import Request

from handler.content_length import exceeds
from handler.errors import RequestTooLargeError


async def limited_body(request: Request, limit: int) -> AsyncGenerator[bytes, None]:
    """Yields the body's chunks; raises `RequestTooLargeError` as soon as it exceeds `limit`
    bytes, announced or real, so that nothing larger is ever held."""
    if exceeds(request.headers, limit):
        raise RequestTooLargeError
    received = 0
    async for chunk in request.stream():
        received += len(chunk)
        if received > limit:
            raise RequestTooLargeError
        yield chunk
