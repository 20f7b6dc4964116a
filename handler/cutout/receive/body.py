"""The request body, never more of it than the limit allows."""

from collections.abc import AsyncGenerator

from anyio import fail_after
from starlette.requests import Request

from cutout.content_length import exceeds
from cutout.deadline import Deadline
from cutout.errors import RequestTooLargeError, TooSlowUploadError


async def limited_body(request: Request, limit: int, seconds: float) -> AsyncGenerator[bytes, None]:
    """Yields the body's chunks; raises `RequestTooLargeError` as soon as it exceeds `limit`
    bytes, announced or real, so that nothing larger is ever held, and `TooSlowUploadError` where
    it isn't there within `seconds`, however its bytes trickle."""
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
