"""Provide FastAPI dependencies for the API key and the request's deadline."""

from collections.abc import Mapping, Sequence
from time import time
from typing import Annotated, Any, TypeAlias

from fastapi import Depends, Request, Security
from fastapi.params import Depends as Dependency
from fastapi.security import APIKeyHeader

from cutout.access.keys import Keys
from cutout.lambda_runtime import LambdaContext
from cutout.request_errors import UnauthorizedError
from cutout.settings import Settings, get_settings
from cutout.timing import Deadline

HEADERS = ("X-API-KEY", "X-RapidAPI-Key", "X-RapidAPI-Proxy-Secret")
"""Headers that may carry a key: our own, the marketplace clients', and the one that the marketplace
adds to forwarded requests."""

SCHEME = APIKeyHeader(
    name=HEADERS[0],
    scheme_name="key",
    description="Where the server asks for one.",
    auto_error=False,
)

Guard: TypeAlias = Sequence[Dependency]
"""A value for a route's `dependencies`."""


def require_key(keys: Keys | None) -> Guard:
    """Return dependencies that check the key before the body is read; none if no key is needed.

    They raise `UnauthorizedError` or `KeysUnavailableError`.
    """
    if keys is None:
        return []

    def check(request: Request, _shown: Annotated[str | None, Security(SCHEME)]) -> None:
        given = [request.headers[name] for name in HEADERS if request.headers.get(name)]
        if not given or not keys.accept(given):
            raise UnauthorizedError

    return [Depends(check)]


async def receive_deadline(
    request: Request, settings: Annotated[Settings, Depends(get_settings)]
) -> Deadline:
    """Return the request's deadline.

    On Lambda it is what the function's and API Gateway's timeouts leave, elsewhere
    `Settings.request_seconds`.
    """
    context: LambdaContext | None = request.scope.get("aws.context")
    if context is None:
        return Deadline.after(settings.request_seconds)
    function = context.get_remaining_time_in_millis() / 1000
    gateway = settings.gateway_seconds - _age(request.scope["aws.event"], settings.gateway_seconds)
    return Deadline.after(min(function, gateway) - settings.margin_seconds)


def _age(event: Mapping[str, Any], believable: float) -> float:
    """Return the seconds since the gateway took the request, a cold start included.

    An event that is too old to be live, or from the future, is a recorded one: its age is 0.
    """
    context = event.get("requestContext") or {}
    milliseconds = context.get("timeEpoch") or context.get("requestTimeEpoch") or 0
    age = time() - milliseconds / 1000
    return age if 0 <= age <= believable else 0.0
