"""The one place where errors become HTTP answers."""

from fastapi import FastAPI
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from cutout.errors import RequestError
from cutout.record import facts_of, reason

CLIENT_CLOSED_REQUEST = 499  # as nginx has it in its log


async def answer_request_error(request: Request, error: Exception) -> Response:
    """A `RequestError` as its own status and body. (A `PictureError` is an answer of its own,
    see `cutout.answer.results`.)"""
    if not isinstance(error, RequestError):  # registered for RequestError alone
        raise error
    facts_of(request)["outcome"] = reason(error)
    if isinstance(error.body, str):
        return PlainTextResponse(error.body, error.status, error.headers)
    return JSONResponse(error.body, error.status, error.headers)


async def answer_nobody(request: Request, error: Exception) -> Response:
    """The client is gone: an answer that nobody reads, and no fault of ours."""
    facts_of(request)["outcome"] = reason(error)
    return Response(status_code=CLIENT_CLOSED_REQUEST)


def register_failures(app: FastAPI) -> None:
    """Registers the mapping with the app."""
    app.add_exception_handler(RequestError, answer_request_error)
    app.add_exception_handler(ClientDisconnect, answer_nobody)
