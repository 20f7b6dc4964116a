"""Check that the interpreter's environment can be used: `.venv/bin/python tools/usable.py`.

It can't once the Python that it was made with was upgraded, or once its folder was moved or copied:
its commands, and its link to this project, have the old path.
"""

import os
import sys
from importlib.util import find_spec
from pathlib import Path


def is_usable() -> bool:
    """Return whether this environment's packages are found and it lies where it was made."""
    folder = os.path.realpath(sys.prefix)
    made = Path(folder, "pyvenv.cfg").read_text().splitlines()
    at_home = any(each.startswith("command") and each.endswith(f" {folder}") for each in made)
    return at_home and find_spec("pip") is not None


if __name__ == "__main__":
    sys.exit(not is_usable())
