"""How many pictures are held in memory: those in work, some that wait for their turn, and those
whose answers are on their way."""

from collections.abc import AsyncGenerator

from starlette.requests import Request

from cutout.errors import TooBusyError
from cutout.receive.sending import CONNECTION, Connection
from cutout.settings import Settings

UNREAD_SECONDS = 2.0
"""A client that has taken nothing of its answer for so long may lose its place to another."""


class Places:
    """A dependency that holds a place from before a request's body is read until its answer is
    sent, so that no more bodies and answers are in memory than there are places. (The app runs on
    one loop, which counts without a lock.)"""

    def __init__(self, settings: Settings) -> None:
        self._free = settings.concurrency + settings.waiting
        self._holders: list[Connection | None] = []

    async def __call__(self, request: Request) -> AsyncGenerator[None, None]:
        """Raises `TooBusyError` where none is free, and no client is too slow to keep its own."""
        if not self._free:
            self._take_from_the_slowest()
        connection: Connection | None = request.scope.get(CONNECTION)
        self._free -= 1
        self._holders.append(connection)
        try:
            yield
        finally:
            self._give_back(connection)

    def _take_from_the_slowest(self) -> None:
        """Cut off the client that has left its answer unread for longest."""
        unread = [each for each in self._holders if each and each.unread_seconds >= UNREAD_SECONDS]
        if not unread:
            raise TooBusyError
        slowest = max(unread, key=lambda each: each.unread_seconds)
        slowest.abort()
        self._give_back(slowest)

    def _give_back(self, connection: Connection | None) -> None:
        if connection in self._holders:  # it may have been taken
            self._holders.remove(connection)
            self._free += 1
