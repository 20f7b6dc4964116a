"""Answer `HEAD` wherever `GET` is answered, and paths with a slash too many at either end."""

from urllib.parse import quote

from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.responses import RedirectResponse
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class HeadAsGet:
    """Answer `HEAD` as `GET`, without the body, and name it in `Allow`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request; send an empty body for `HEAD`."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        method = scope["method"]

        async def adapted(message: Message) -> None:
            if message["type"] == "http.response.start":
                _allow_head(message)
            elif method == "HEAD" and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        scope["method"] = "GET" if method == "HEAD" else method
        try:
            await self._app(scope, receive, adapted)
        finally:
            scope["method"] = method  # the request log names what was sent


def _allow_head(start: Message) -> None:
    headers = MutableHeaders(raw=start["headers"])
    if headers.get("allow") == "GET":
        headers["allow"] = "GET, HEAD"
        start["headers"] = headers.raw


class SingleLeadingSlash:
    """Read `//v1/modes`, which a base address with a trailing slash leads to, as `/v1/modes`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request."""
        root = scope.get("root_path", "")
        if scope["type"] == "http" and scope["path"].startswith(f"{root}//"):
            rest = scope["path"].removeprefix(root).lstrip("/")
            scope["path"] = f"{root}/{rest}"  # in place: the request log reads the route from it
        await self._app(scope, receive, send)


class RelativeSlashRedirect:
    """Redirect `/v1/modes/` to `/v1/modes` with 307, and answer other unknown paths as `otherwise`.

    Starlette's own redirect names a scheme and host, which a function behind a gateway does not
    know.
    """

    def __init__(self, app: FastAPI, otherwise: ASGIApp) -> None:
        self._app, self._otherwise = app, otherwise

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Redirect to the path without its slash if that is a route."""
        answer = self._otherwise
        if scope["type"] == "http" and self._has_route(scope):
            answer = RedirectResponse(_without_slash(scope))
        await answer(scope, receive, send)

    def _has_route(self, scope: Scope) -> bool:
        path = scope["path"]
        if not path.endswith("/"):
            return False
        wanted = {**scope, "path": path.removesuffix("/")}
        return any(each.matches(wanted)[0] is not Match.NONE for each in self._app.routes)


def _without_slash(scope: Scope) -> str:
    """Return the relative address of the same path without its last slash, with the query."""
    name = quote(scope["path"].removesuffix("/").rpartition("/")[2], safe="")
    query = scope["query_string"].decode("latin-1")
    return f"../{name}?{query}" if query else f"../{name}"


def redirect_relatively(app: FastAPI) -> None:
    """Replace the app's absolute redirects of trailing slashes by relative ones."""
    app.router.redirect_slashes = False
    app.router.default = RelativeSlashRedirect(app, app.router.default)
