"""Published clients, unchanged, over TLS under their fixed host name.

`make test` installs them apart from the project's own packages, in `build/clients`; the node client
only where npm is.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import trustme

from tests.api.removebg.asking import PICTURE, image_of
from tests.local_server import LocalServer

KEY = "the-key-of-the-tests"
HERE = Path(__file__).parent / "clients"
INSTALLED = Path(__file__).parents[3] / "build" / "clients"
SECONDS = 60


class Server(NamedTuple):
    """A server under their name, and the authority that vouches for it."""

    port: int
    authority: Path


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("tls")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    certificate = authority.issue_cert("api.remove.bg").private_key_and_cert_chain_pem
    certificate.write_to_path(str(folder / "server.pem"))
    with LocalServer(
        TESTS_CERTIFICATE=str(folder / "server.pem"),
        CUTOUT_API_KEYS=KEY,
        CUTOUT_ALLOWED_HOSTS="api.remove.bg",
    ) as server:
        yield Server(server.port, folder / "ca.pem")


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    path.write_bytes(PICTURE)
    return path


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


def test_python(server: Server, picture: Path) -> None:
    if not (INSTALLED / "removebg").is_dir():
        pytest.skip("the package removebg is not installed in build/clients")
    run(
        [sys.executable, str(HERE / "pointed.py"), str(server.port), "removebg", KEY, str(picture)],
        picture.parent,
        PYTHONPATH=str(INSTALLED),
        REQUESTS_CA_BUNDLE=str(server.authority),
    )
    made = image_of((picture.parent / "photo.png_no_bg.png").read_bytes())
    assert (made.format, made.mode, made.size) == ("PNG", "RGBA", (200, 160))


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


@pytest.mark.parametrize(
    ("options", "name", "kind", "mode"),
    [
        ([], "photo-nobg.png", "PNG", "RGBA"),
        (["-s", "full", "-f", "jpg", "-b", "white"], "photo-nobg.jpg", "JPEG", "RGB"),
        (["-s", "preview", "-f", "webp", "--shadow", "-c"], "photo-nobg.webp", "WEBP", "RGBA"),
    ],
    ids=["defaults", "on white", "webp"],
)
def test_command_line(
    server: Server, picture: Path, options: list[str], name: str, kind: str, mode: str
) -> None:
    told = command_line(server, picture.parent, picture.name, *options)
    assert name in told
    assert "credits" in told
    made = image_of((picture.parent / name).read_bytes())
    assert (made.format, made.mode, made.size) == (kind, mode, (200, 160))


def test_command_line_shows_the_account(server: Server, picture: Path) -> None:
    assert "1000000" in command_line(server, picture.parent, "--account")


def test_command_line_names_the_error(server: Server, picture: Path) -> None:
    with pytest.raises(AssertionError):
        command_line(server, picture.parent, picture.name, key="wrong")
    assert not (picture.parent / "photo-nobg.png").exists()


def test_node(server: Server, picture: Path) -> None:
    node = shutil.which("node")
    if node is None or not (INSTALLED / "node_modules" / "remove.bg").is_dir():
        pytest.skip("node, or the package remove.bg in build/clients, is not installed")
    output = picture.parent / "out.png"
    told = json.loads(
        run(
            [node, str(HERE / "pointed.cjs"), str(server.port), KEY, str(picture), str(output)],
            picture.parent,
            NODE_PATH=str(INSTALLED / "node_modules"),
            NODE_EXTRA_CA_CERTS=str(server.authority),
        )
    )
    assert image_of(output.read_bytes()).size == (200, 160)
    assert told["resultWidth"] in (200, "200")
    assert told["base64img"] > 0
