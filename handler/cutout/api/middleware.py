"""Log requests, turn errors into answers, and guard the API.

The log has one JSON line per request. It holds no address, URL, file name or key, and only the
route's template of the path, since a link's token opens what it names. On Lambda the line is in
CloudWatch's embedded metric format as well ("Specification: Embedded metric format" in the
CloudWatch user guide), so that CloudWatch charts time by stage and requests by outcome without an
agent.

Two guards refuse requests: those that bypass the distribution in front of the API, and, on loopback
addresses, those of other machines' pages. Every page that is open in a browser can send requests to
127.0.0.1. Some carry the page's `Origin`. In DNS rebinding, the page's own name resolves to
127.0.0.1, and requests carry that name as their `Host`.
"""

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from time import perf_counter, time
from typing import Any
from uuid import uuid4

from anyio import to_thread
from fastapi import FastAPI
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cutout.access.keys import Keys
from cutout.lambda_runtime import MILLISECONDS, Facts, metrics, reason
from cutout.request_errors import (
    ForeignHostError,
    ForeignOriginError,
    ForeignPreflightError,
    NotThroughFrontError,
    RequestError,
)
from cutout.settings import Settings

KEY = "cutout.facts"


def facts_of(request: Request) -> Facts:
    """Return the dict that collects a request's facts for the log."""
    facts: Facts = request.scope.setdefault(KEY, {})
    return facts


class RequestLog:
    """Write the log line when the answer is sent."""

    def __init__(self, app: ASGIApp, write: Callable[[str], None]) -> None:
        self._app, self._write = app, write

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request and write its log line."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start, status = perf_counter(), 500
        facts: Facts = scope.setdefault(KEY, {})

        async def note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, note)
        finally:
            spent = round((perf_counter() - start) * 1000, 1)
            self._write(json.dumps(line(scope, facts, status, spent)))


def line(scope: Scope, facts: Facts, status: int, milliseconds: float) -> dict[str, Any]:
    """Return the log line of a request."""
    context = scope.get("aws.context")
    found: dict[str, Any] = {
        "time": int(time() * 1000),
        "request_id": getattr(context, "aws_request_id", None) or uuid4().hex,
        "method": scope["method"],
        "route": getattr(scope.get("route"), "path", None),
        "status": status,
        "outcome": "ok" if status < 400 else f"HTTP {status}",
        MILLISECONDS: milliseconds,
        **facts,
    }
    if context is None:
        return found
    return found | metrics(found, context.function_name)


class NoStore:
    """Keep answers out of caches, unless they say for how long they may stay.

    Answers hold a customer's pictures, or depend on the key, which caches ignore.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request."""

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=list(message["headers"]))
                headers.setdefault("Cache-Control", "no-store")
                message = {**message, "headers": headers.raw}
            await send(message)

        await self._app(scope, receive, marked)


CLIENT_CLOSED_REQUEST = 499  # as nginx has it in its log


Refuse = Callable[[Request, Exception], Awaitable[Response]]


async def answer_request_error(request: Request, error: Exception) -> Response:
    """Answer a `RequestError` with its own status and body.

    `cutout.api.results` writes the answer of a `PictureError`.
    """
    if not isinstance(error, RequestError):  # registered for RequestError alone
        raise error
    facts_of(request)["outcome"] = reason(error)
    body, headers = error.body(), error.headers | error.more_headers
    if isinstance(body, str):
        return PlainTextResponse(body, error.status, headers)
    return JSONResponse(body, error.status, headers)


async def answer_disconnect(request: Request, error: Exception) -> Response:
    """Handle a client disconnect (499)."""
    facts_of(request)["outcome"] = reason(error)
    return Response(status_code=CLIENT_CLOSED_REQUEST)


def register_failures(app: FastAPI) -> None:
    """Register the mapping from errors to answers with the app."""
    app.add_exception_handler(RequestError, answer_request_error)
    app.add_exception_handler(ClientDisconnect, answer_disconnect)


AUTHORITY = re.compile(r"(?P<name>[^\s:/@\[\]]+|\[[0-9A-Fa-f:.]+\])(?::\d*)?")
WEB_ORIGIN = re.compile(r"https?://(?P<authority>.+)")
UPLOADS = "/v1/uploads"
READ_ONLY = frozenset({"GET", "HEAD"})
EVERYBODY = "*"


class Guard(ABC):
    """Refuse requests for which `refusal` returns an error; `refuse` writes their answer."""

    def __init__(self, app: ASGIApp, refuse: Refuse) -> None:
        self._app, self._refuse = app, refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, or refuse it."""
        error = await self.refusal(scope) if scope["type"] == "http" else None
        if error is None:
            await self._app(scope, receive, send)
            return
        answer = await self._refuse(Request(scope), error)
        await answer(scope, receive, send)

    @abstractmethod
    async def refusal(self, scope: Scope) -> RequestError | None:
        """Return the error of a request that is refused, None for the others."""


class LoopbackGuard(Guard):
    """Check requests that arrive at a loopback address.

    `Host` must be a name of this machine or one of `allowed_hosts`. If no API key is needed
    (`keyed` is false), the `Origin` of an upload, if it has one, must be a page of this machine, of
    the requested host, or one of `allowed_origins`. Pictures may come from any page, as in the
    reference API.
    """

    def __init__(
        self, app: ASGIApp, settings: Settings, keyed: bool, refuse: Refuse = answer_request_error
    ) -> None:
        super().__init__(app, refuse)
        self._keyed = keyed
        self._hosts = {each.strip("[]") for each in settings.allowed_hosts}
        self._origins = settings.allowed_origins

    async def refusal(self, scope: Scope) -> RequestError | None:
        """Return the error of a foreign host or origin."""
        server, headers = scope.get("server"), Headers(scope=scope)
        if server is None or not is_this_machine(server[0]):
            return None
        host = headers.get("host")  # HTTP/1.0, which no browser speaks, has none
        if host is not None and not self._answers_to(name_in(host)):
            return ForeignHostError()
        origin = headers.get("origin")  # clients other than browsers send none
        if self._keyed or scope["method"] in READ_ONLY or origin is None:
            return None
        if UPLOADS not in scope["path"] or self._may_send(origin.lower(), host or ""):
            return None
        return ForeignPreflightError() if scope["method"] == "OPTIONS" else ForeignOriginError()

    def _answers_to(self, name: str) -> bool:
        return is_this_machine(name) or not self._hosts.isdisjoint({name, EVERYBODY})

    def _may_send(self, origin: str, host: str) -> bool:
        if not self._origins.isdisjoint({origin, EVERYBODY}):
            return True
        web = WEB_ORIGIN.fullmatch(origin)
        name = name_in(web["authority"]) if web else ""
        return is_this_machine(name) or (name != "" and name == name_in(host))


def name_in(authority: str) -> str:
    """Return the host of `HOST` or `HOST:PORT` in lower case, an IPv6 address without brackets.

    Return an empty string if `authority` is neither.
    """
    match = AUTHORITY.fullmatch(authority)
    return match["name"].strip("[]").removesuffix(".").lower() if match else ""


def is_this_machine(name: str) -> bool:
    """Return whether a host name can only mean this machine.

    Such names are `localhost`, a name below it, a loopback address, and 0.0.0.0 and ::, by which
    browsers also reach this machine.
    """
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ip_address(name)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback or address.is_unspecified


FRONT_HEADER = "x-front-key"


class FrontGuard(Guard):
    """Check a key that the distribution adds to each request.

    A web ACL protects only the distribution, and the API also has its own URL.
    """

    def __init__(self, app: ASGIApp, key: Keys, refuse: Refuse = answer_request_error) -> None:
        super().__init__(app, refuse)
        self._key = key

    async def refusal(self, scope: Scope) -> RequestError | None:
        """Return the error of a request without the key, or of a key that can't be read now."""
        return await to_thread.run_sync(self._checked, scope)

    def _checked(self, scope: Scope) -> RequestError | None:
        """Compare the keys. May call the network."""
        given = Headers(scope=scope).get(FRONT_HEADER, "")
        try:
            return None if self._key.accept([given]) else NotThroughFrontError()
        except RequestError as error:  # the key can't be read now
            return error
