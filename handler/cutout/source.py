"""A file that came in."""

from dataclasses import dataclass
from functools import cached_property
from hashlib import md5


@dataclass(frozen=True)
class Source:
    """A file as it was received, before anyone looked inside."""

    content: bytes
    name: str

    @cached_property
    def md5(self) -> str:
        """Hex digest of the bytes received; an identity, not a protection."""
        return md5(self.content, usedforsecurity=False).hexdigest()
