"""Write every locked `requirements.txt` from the `.in` file beside it, with `uv pip compile`.

The image is stacked layer by layer, so a layer's lock names only what the layers under it do not
install, and keeps to their versions. The other sets follow the same chain, except those that have
an environment of their own.
"""

import argparse
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# The oldest Python that the code runs on; `--universal` covers the newer ones.
PYTHON = "3.11"

# Sets installed on top of the image's layers, in this order, into one environment.
STACKED = ("local", "dev", "model", "fuzz")

# Sets with an environment of their own, because their pins would fight with the project's.
ALONE = ("sam", "lock", "audit", "measures", "rembg", "openapi")

PINNED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==", re.MULTILINE)
SOURCE = re.compile(
    r"^\s*(-[if]\b|--(index|extra-index|find-links|trusted)).*|\S+://\S+", re.MULTILINE
)


@dataclass(frozen=True)
class LockSet:
    """Hold one `.in` file and the locked files below it."""

    source: Path
    below: tuple[Path, ...]

    @property
    def target(self) -> Path:
        """Return the locked file of this set."""
        return self.source.with_suffix(".txt")


def stacked_sets() -> list[LockSet]:
    """Return the sets of the project's own environment, each after those below it."""
    layers = sorted(ROOT.glob("layers/[0-9][0-9]-*/requirements.in"))
    extras = [ROOT / "requirements" / f"{name}.in" for name in STACKED]
    chain: list[LockSet] = []
    for source in (*layers, *extras):
        chain.append(LockSet(source, tuple(each.target for each in chain)))
    return chain


def lock_sets() -> list[LockSet]:
    """Return all sets."""
    return stacked_sets() + [LockSet(ROOT / "requirements" / f"{name}.in", ()) for name in ALONE]


def pinned_names(paths: Sequence[Path]) -> list[str]:
    """Return the names of the packages pinned in the given locked files."""
    return sorted({name for path in paths for name in PINNED.findall(path.read_text())})


def compile_command(lock_set: LockSet, *, upgrade: bool) -> list[str]:
    """Return the `uv` call for one set. Paths are relative because uv repeats them in comments."""
    command = [
        *(sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--no-config"),
        *("--universal", "--python-version", PYTHON, "--fork-strategy", "fewest"),
        *("--generate-hashes", "--custom-compile-command", "make lock"),
        *("--output-file", str(lock_set.target.relative_to(ROOT))),
    ]
    if upgrade:
        command.append("--upgrade")
    for below in lock_set.below:
        command += ["--constraints", str(below.relative_to(ROOT))]
    for name in pinned_names(lock_set.below):
        command += ["--no-emit-package", name]
    return [*command, str(lock_set.source.relative_to(ROOT))]


def main() -> None:
    """Lock all sets; exit with an error if a locked file names where packages come from."""
    parser = argparse.ArgumentParser(prog="python -m tools.lock", description=__doc__)
    parser.add_argument("--upgrade", action="store_true", help="move pins to the newest versions")
    upgrade: bool = parser.parse_args().upgrade

    for lock_set in lock_sets():
        subprocess.run(compile_command(lock_set, upgrade=upgrade), cwd=ROOT, check=True)
        # Where packages come from is each machine's own matter, so no locked file may say it.
        if found := SOURCE.search(lock_set.target.read_text()):
            sys.exit(f"{lock_set.target}: names a package source: {found.group().strip()}")
        print(lock_set.target.relative_to(ROOT))


if __name__ == "__main__":
    main()
