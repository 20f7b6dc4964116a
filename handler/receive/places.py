"""How many pictures are held in memory: those in work, and some that wait for their turn."""

from collections.abc import AsyncGenerator

from handler.errors import TooBusyError
from handler.settings import Settings


class Places:
    """A dependency that holds a place from before a request's body is read until it is answered,
    so that no more bodies are in memory than there are places. (The app runs on one loop, which
    counts without a lock.)"""

    def __init__(self, settings: Settings) -> None:
        self._free = settings.concurrency + settings.waiting

    async def __call__(self) -> AsyncGenerator[None, None]:
        """Raises `TooBusyError` where none is free."""
        if not self._free:
            raise TooBusyError
        self._free -= 1
        try:
            yield
        finally:
            self._free += 1
