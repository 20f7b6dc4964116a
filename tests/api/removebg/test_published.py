"""Published clients, unchanged, over TLS under their fixed host name, against the local server and
against the function in AWS's runtime behind an HTTP API."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme

from tests.api.removebg.asking import PICTURE, image_of
from tests.api.removebg.programs import Server, command_line, library, node
from tests.api.removebg.wire import KEY
from tests.e2e.emulator import WITHOUT_NETWORK, Emulator
from tests.e2e.gateway import Gateway
from tests.local_server import LocalServer

SERVICE = {"CUTOUT_API_KEYS": KEY, "CUTOUT_ALLOW_PRIVATE_NETWORK": "true"}
KINDS = ["file", "url", "base64"]


@contextmanager
def local(certificate: Path) -> Iterator[int]:
    """The port of the local server."""
    more = {"TESTS_CERTIFICATE": str(certificate), "CUTOUT_ALLOWED_HOSTS": "api.remove.bg"}
    with LocalServer(**SERVICE, **more) as server:
        yield server.port


@contextmanager
def deployed(certificate: Path) -> Iterator[int]:
    """The port of an HTTP API in front of the function, which answers one request at a time."""
    with (
        Emulator(SERVICE, WITHOUT_NETWORK) as function,
        Gateway(function, certificate) as gateway,
    ):
        yield gateway.port


@pytest.fixture(scope="module", params=[local, deployed], ids=["local", "lambda"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("tls")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    certificate = authority.issue_cert("api.remove.bg").private_key_and_cert_chain_pem
    certificate.write_to_path(str(folder / "server.pem"))
    with request.param(folder / "server.pem") as port:
        yield Server(port, folder / "ca.pem")


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    path.write_bytes(PICTURE)
    return path


@pytest.mark.parametrize("kind", KINDS)
def test_python(server: Server, picture: Path, address: str, kind: str) -> None:
    library(server, picture.parent, kind, address if kind == "url" else str(picture))
    name = "photo.png_no_bg.png" if kind == "file" else "no-bg.png"
    made = image_of((picture.parent / name).read_bytes())
    assert (made.format, made.mode, made.size) == ("PNG", "RGBA", (200, 160))


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


def test_command_line_with_an_address(server: Server, tmp_path: Path, address: str) -> None:
    command_line(server, tmp_path, address)
    assert image_of((tmp_path / "photo-nobg.png").read_bytes()).size == (200, 160)


def test_command_line_shows_the_account(server: Server, picture: Path) -> None:
    assert "1000000" in command_line(server, picture.parent, "--account")


def test_command_line_names_the_error(server: Server, picture: Path) -> None:
    with pytest.raises(AssertionError):
        command_line(server, picture.parent, picture.name, key="wrong")
    assert not (picture.parent / "photo-nobg.png").exists()


@pytest.mark.parametrize("kind", KINDS)
def test_node(server: Server, picture: Path, address: str, kind: str) -> None:
    told = json.loads(node(server, picture, kind, address if kind == "url" else str(picture)))
    assert image_of((picture.parent / "out.png").read_bytes()).size == (200, 160)
    assert told["resultWidth"] in (200, "200")
    assert told["base64img"] > 0


def test_node_is_told_what_is_wrong(server: Server, picture: Path) -> None:
    with pytest.raises(AssertionError, match="API Key invalid"):
        node(server, picture, "file", str(picture), key="wrong")
