"""Check that requests come through the distribution in front of the API."""

from anyio import to_thread
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from cutout.access.keys import Keys
from cutout.api.middleware import Refuse, answer_request_error
from cutout.request_errors import NotThroughFrontError, RequestError

HEADER = "x-front-key"


class FrontGuard:
    """Check a key that the distribution adds to each request.

    A web ACL guards the distribution only, and the API has a URL of its own beside it.
    `refuse` writes the answer of a refused request.
    """

    def __init__(self, app: ASGIApp, key: Keys, refuse: Refuse = answer_request_error) -> None:
        self._app, self._key, self._refuse = app, key, refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, or refuse it with a `RequestError`."""
        refusal = await to_thread.run_sync(self._refusal, scope)
        if refusal is None:
            await self._app(scope, receive, send)
            return
        answer = await self._refuse(Request(scope), refusal)
        await answer(scope, receive, send)

    def _refusal(self, scope: Scope) -> RequestError | None:
        """Return the error of a request. May call the network."""
        if scope["type"] != "http":
            return None
        given = Headers(scope=scope).get(HEADER, "")
        try:
            return None if self._key.accept([given]) else NotThroughFrontError()
        except RequestError as error:  # the key can't be read now
            return error
