"""Remove from a layer what the function never reads: ``python strip.py FOLDER LIST``.

LIST holds a glob a line, relative to FOLDER; a comment after # says why. It runs while the image is
built, so it needs nothing but Python.
"""

import sys
from pathlib import Path
from shutil import rmtree


def patterns(text: str) -> list[str]:
    """Return the globs of a list."""
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return [line for line in lines if line]


def strip(folder: Path, globs: list[str]) -> list[str]:
    """Remove all matches, and return the globs that matched nothing."""
    idle = []
    for glob in globs:
        found = sorted(folder.glob(glob))
        for path in found:
            if path.is_dir():
                rmtree(path)
            else:
                path.unlink(missing_ok=True)
        if not found:
            idle.append(glob)
    return idle


if __name__ == "__main__":
    target, listed = map(Path, sys.argv[1:])
    for unused in strip(target, patterns(listed.read_text())):
        print(f"{listed}: {unused} matches nothing")
