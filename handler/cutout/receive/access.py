"""Requests without a key are turned away before their body is read."""

from collections.abc import Sequence
from typing import Annotated, TypeAlias

from fastapi import Depends, Request, Security
from fastapi.params import Depends as Dependency
from fastapi.security import APIKeyHeader

from cutout.access.keys import Keys
from cutout.errors import UnauthorizedError

HEADERS = ("X-API-KEY", "X-RapidAPI-Key", "X-RapidAPI-Proxy-Secret")
"""Our own, the one that the marketplace's clients send, and the one that the marketplace itself
adds to what it hands on: a key is a key in any of them."""

SCHEME = APIKeyHeader(
    name=HEADERS[0],
    scheme_name="key",
    description="Where the server asks for one.",
    auto_error=False,
)


Guard: TypeAlias = Sequence[Dependency]
"""What a route's `dependencies` takes."""


def guarded(keys: Keys | None) -> Guard:
    """Raises `UnauthorizedError` or `KeysUnavailableError`; nothing where everybody may ask."""
    if keys is None:
        return []

    def check(request: Request, _shown: Annotated[str | None, Security(SCHEME)]) -> None:
        given = [request.headers[name] for name in HEADERS if request.headers.get(name)]
        if not given or not keys.accept(given):
            raise UnauthorizedError

    return [Depends(check)]
