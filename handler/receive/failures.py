"""The one place where errors become HTTP answers."""

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from handler.errors import RequestError


async def answer_request_error(_request: Request, error: Exception) -> Response:
    """A `RequestError` as its own status and body. (A `PictureError` is an answer of its own,
    see `handler.answer.results`.)"""
    if not isinstance(error, RequestError):  # registered for RequestError alone
        raise error
    if isinstance(error.body, str):
        return PlainTextResponse(error.body, error.status, error.headers)
    return JSONResponse(error.body, error.status, error.headers)


def register_failures(app: FastAPI) -> None:
    """Registers the mapping with the app."""
    app.add_exception_handler(RequestError, answer_request_error)
