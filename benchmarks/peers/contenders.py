"""List the programs that are compared, and how each is started."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from shutil import which

from benchmarks.peers.laps import Outcome, read_outcome
from cutout.choices import Model

HERE = Path(__file__).parent
REMBG = Path(".venv-rembg/bin/python").absolute()
IMGLY = Path(".venv-imgly")
MATTING_SIDE = 2048
"""Closed-form matting builds a matrix of the whole picture: at 4096 x 4096 it takes 10 GB and about
a minute, too long for a whole set."""


@dataclass(frozen=True)
class Contender:
    """Hold a `command` that takes repeats, a folder and pictures.

    `max_side` is the largest side of a set's picture that it is given.
    """

    name: str
    command: Sequence[str]
    folder: Path = Path()
    environment: Mapping[str, str] = field(default_factory=dict)
    max_side: int | None = None

    def run(self, cores: int, repeats: int, out: Path, pictures: Sequence[Path]) -> Outcome:
        """Run on `cores` processors, in a process of its own; write ``out/SET/NAME.png``."""
        pinned = [sys.executable, str((HERE / "pinned.py").absolute()), str(cores)]
        given = [str(repeats), str(out.absolute()), *(str(path.absolute()) for path in pictures)]
        environment = {**os.environ, "OMP_NUM_THREADS": str(cores), **self.environment}
        done = subprocess.run(
            [*pinned, *self.command, *given],
            cwd=self.folder,
            env=environment,
            stdout=subprocess.PIPE,
            check=True,
        )
        return read_outcome(done.stdout)


def contenders(models: Path) -> list[Contender]:
    """Return the contenders, ours last, without Node's where Node is not installed.

    `models` is the folder of rembg's models.
    """
    return [
        _rembg("rembg ISNet", "plain", models),
        _rembg("rembg ISNet, alpha matting", "matting", models, MATTING_SIDE),
        *_imgly(),
        *(
            Contender(f"ours, {name}", [sys.executable, "-m", "benchmarks.peers.our_worker", name])
            for name in Model
        ),
    ]


def _rembg(name: str, matting: str, models: Path, max_side: int | None = None) -> Contender:
    command = [str(REMBG), str((HERE / "rembg_worker.py").absolute()), "isnet-general-use", matting]
    home = {"U2NET_HOME": str(models.absolute()), "MODEL_CHECKSUM_DISABLED": "1"}
    return Contender(name, command, environment=home, max_side=max_side)


def _imgly() -> list[Contender]:
    node = which("node")
    if node is None or not (IMGLY / "node_modules").exists():
        return []
    worker = str((HERE / "imgly_worker.mjs").absolute())
    return [Contender("@imgly/background-removal-node", [node, worker], IMGLY)]
