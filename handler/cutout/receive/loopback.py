"""What a server on a loopback address refuses, since only this machine's browser would ask it.

Every page that is open in a browser can send requests to 127.0.0.1. Some of them carry the page's
`Origin`. Those of DNS rebinding, where the page's own name resolves to 127.0.0.1, carry that name
as their `Host`.
"""

import re
from ipaddress import ip_address

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from cutout.errors import (
    ForeignHostError,
    ForeignOriginError,
    ForeignPreflightError,
    RequestError,
)
from cutout.receive.failures import answer_request_error
from cutout.settings import Settings

AUTHORITY = re.compile(r"(?P<name>[^\s:/@\[\]]+|\[[0-9A-Fa-f:.]+\])(?::\d*)?")
WEB_ORIGIN = re.compile(r"https?://(?P<authority>.+)")
UPLOADS = re.compile(r"/v1/uploads(?:/|$)")
READ_ONLY = frozenset({"GET", "HEAD"})
EVERYBODY = "*"


class LoopbackGuard:
    """Middleware that checks requests which arrive at a loopback address: `Host` must be a name of
    this machine or one of `allowed_hosts`. Where no API key is asked for (`keyed` is false), the
    `Origin` of an upload, if it has one, must be a page of this machine, of the name asked for, or
    one of `allowed_origins`. Pictures may come from any page, as the reference API has it."""

    def __init__(self, app: ASGIApp, settings: Settings, keyed: bool) -> None:
        self._app, self._keyed = app, keyed
        self._hosts = {each.strip("[]") for each in settings.allowed_hosts}
        self._origins = settings.allowed_origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self._refusal(scope) if scope["type"] == "http" else None
        if refusal is None:
            await self._app(scope, receive, send)
            return
        answer = await answer_request_error(Request(scope), refusal)
        await answer(scope, receive, send)

    def _refusal(self, scope: Scope) -> RequestError | None:
        server, headers = scope.get("server"), Headers(scope=scope)
        if server is None or not is_this_machine(server[0]):
            return None
        host = headers.get("host")  # HTTP/1.0, which no browser speaks, has none
        if host is not None and not self._answers_to(name_in(host)):
            return ForeignHostError()
        origin = headers.get("origin")  # clients other than browsers send none
        if self._keyed or scope["method"] in READ_ONLY or origin is None:
            return None
        if not UPLOADS.search(scope["path"]) or self._may_send(origin.lower(), host or ""):
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
    """Return the host of `HOST` or `HOST:PORT` in lower case, an IPv6 address without brackets;
    empty where `authority` is neither."""
    match = AUTHORITY.fullmatch(authority)
    return match["name"].strip("[]").removesuffix(".").lower() if match else ""


def is_this_machine(name: str) -> bool:
    """Return whether a host name can mean nothing but this machine: `localhost`, a name below it, a
    loopback address, or 0.0.0.0 and ::, by which browsers reach this machine as well."""
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ip_address(name)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback or address.is_unspecified
