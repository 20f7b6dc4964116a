"""Whether two paths are one file's."""

import os
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

Place: TypeAlias = str


def place(path: Path) -> Place:
    """Where a file really is, however its folder is spelled or linked. A link in the last part is a
    file of its own: it has a name of its own."""
    return os.path.normcase(_real(path.parent) / path.name)


@lru_cache(maxsize=1024)
def _real(folder: Path) -> Path:
    return folder.resolve()
