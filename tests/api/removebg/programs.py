"""Run the published clients against a server under their fixed host name.

`make test` installs them apart from the project's own packages, in `build/clients`; the node client
only where npm is.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.api.removebg.wire import KEY

HERE = Path(__file__).parent / "clients"
INSTALLED = Path(__file__).parents[3] / "build" / "clients"
SECONDS = 60


class Server(NamedTuple):
    """A server under their name, and the authority that vouches for it."""

    port: int
    authority: Path


def run(command: list[str], folder: Path, **environment: str) -> str:
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def library(server: Server, folder: Path, kind: str, source: str) -> None:
    """Run the PyPI package removebg, which writes a file into the folder."""
    if not (INSTALLED / "removebg").is_dir():
        pytest.skip("the package removebg is not installed in build/clients")
    run(
        [sys.executable, str(HERE / "pointed.py"), str(server.port), "removebg", KEY, kind, source],
        folder,
        PYTHONPATH=str(INSTALLED),
        REQUESTS_CA_BUNDLE=str(server.authority),
    )


def command_line(server: Server, folder: Path, *arguments: str, key: str = KEY) -> str:
    """What the package removebg-cli prints."""
    if not (INSTALLED / "removebg_cli.py").is_file():
        pytest.skip("the package removebg-cli is not installed in build/clients")
    return run(
        [sys.executable, str(HERE / "pointed.py"), str(server.port), "removebg-cli", *arguments],
        folder,
        PYTHONPATH=str(INSTALLED),
        REQUESTS_CA_BUNDLE=str(server.authority),
        REMOVE_BG_API_KEY=key,
        COLUMNS="500",  # a path is not broken into lines
    )


def node(server: Server, picture: Path, kind: str, source: str, key: str = KEY) -> str:
    """What the npm package remove.bg reports; it writes `out.png` beside the picture."""
    program = shutil.which("node")
    if program is None or not (INSTALLED / "node_modules" / "remove.bg").is_dir():
        pytest.skip("node, or the package remove.bg in build/clients, is not installed")
    output = str(picture.parent / "out.png")
    return run(
        [program, str(HERE / "pointed.cjs"), str(server.port), key, kind, source, output],
        picture.parent,
        NODE_PATH=str(INSTALLED / "node_modules"),
        NODE_EXTRA_CA_CERTS=str(server.authority),
    )
