"""The clients of `examples/`, as processes of their own, over TLS."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme
from PIL import Image

from tests.fetch.servers import answer, serving
from tests.local_server import ROOT, LocalServer
from tests.samples import gradient, jpeg

KEY = "the-key-of-the-tests"
EXAMPLES = ROOT / "examples"
COMMANDS = {
    "requests": [sys.executable, str(EXAMPLES / "requests_client.py")],
    "aiohttp": [sys.executable, str(EXAMPLES / "aiohttp_client.py")],
    "curl": ["sh", str(EXAMPLES / "curl.sh")],
    "node": ["node", str(EXAMPLES / "node_client.mjs")],
}
PROGRAMS = {"curl": "curl", "node": "node"}


@dataclass
class Client:
    """One of the examples, and the server it asks."""

    command: list[str]
    api: str
    authority: Path
    target: Path

    def __call__(
        self, source: str, mode: str = "fg-image", key: str = KEY
    ) -> subprocess.CompletedProcess[str]:
        trusted = ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
        return subprocess.run(
            [*self.command, self.api, source, str(self.target), mode],
            env={
                **os.environ,
                **dict.fromkeys(trusted, str(self.authority)),
                "CUTOUT_KEY": key,
                "NO_PROXY": "127.0.0.1",
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def picture(self, source: str, mode: str = "fg-image") -> Image.Image:
        done = self(source, mode)
        assert done.returncode == 0, done.stderr
        image = Image.open(self.target)
        image.load()
        assert image.format == "PNG"
        return image

    def complaint(self, source: str, mode: str = "fg-image", key: str = KEY) -> str:
        done = self(source, mode, key)
        assert done.returncode == 1, f"{done.returncode}: {done.stderr}"
        assert not self.target.exists(), "a file was written all the same"
        return done.stderr


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate authority's file, and a server's with its key."""
    folder = tmp_path_factory.mktemp("tls")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    server = authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem
    server.write_to_path(str(folder / "server.pem"))
    return folder / "ca.pem", folder / "server.pem"


@pytest.fixture(scope="module")
def server(
    authority: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LocalServer]:
    """Answers over 100 kB are elsewhere."""
    with LocalServer(
        TESTS_CERTIFICATE=str(authority[1]),
        CUTOUT_API_KEYS=KEY,
        CUTOUT_ALLOW_PRIVATE_NETWORK="true",
        CUTOUT_MAX_ANSWER_BYTES="100000",
        CUTOUT_STORAGE_DIR=str(tmp_path_factory.mktemp("files")),
    ) as running:
        yield running


def require_program(name: str) -> None:
    program = PROGRAMS.get(name)
    if program and not shutil.which(program):
        pytest.skip(f"{program} is not on this machine")


@pytest.fixture(params=COMMANDS)
def client(
    request: pytest.FixtureRequest,
    server: LocalServer,
    authority: tuple[Path, Path],
    tmp_path: Path,
) -> Client:
    require_program(request.param)
    api = server.url.replace("http:", "https:")
    return Client(COMMANDS[request.param], api, authority[0], tmp_path / "cut-out.png")


@pytest.fixture
def photo(tmp_path: Path) -> str:
    path = tmp_path / "photo of a vase.jpg"
    path.write_bytes(jpeg())
    return str(path)


@pytest.mark.parametrize(("mode", "bands"), [("fg-image", "RGBA"), ("fg-mask", "L")])
def test_a_file(client: Client, photo: str, mode: str, bands: str) -> None:
    image = client.picture(photo, mode)
    assert (image.mode, image.size) == (bands, (64, 48))


@pytest.mark.parametrize("name", ["shirt, blue.jpg", "a;b.jpg", 'a "b" \\c.jpg', "ü=1 @<.jpg"])
def test_a_file_with_any_name(client: Client, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(jpeg())
    assert client.picture(str(tmp_path / name)).size == (64, 48)


def test_a_url(client: Client) -> None:
    with serving(answer(jpeg(gradient(32, 24)))) as pictures:
        assert client.picture(pictures.url("/a;b.jpg?b=c&d=e;type=f")).size == (32, 24)
    assert b"GET /a;b.jpg?b=c&d=e;type=f HTTP/1.1" in pictures.requests[0]


def test_a_large_answer_is_fetched_from_where_it_waits(
    client: Client, tmp_path: Path, server: LocalServer
) -> None:
    path = tmp_path / "large.jpg"
    path.write_bytes(jpeg(Image.effect_noise((500, 400), 90).convert("RGB")))
    before = server.log().count('"status": 303')
    assert client.picture(str(path)).size == (500, 400)
    assert server.log().count('"status": 303') == before + 1, "the answer was not elsewhere"


def test_a_failure_says_why(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "bad.jpg"
    path.write_bytes(b"\xff\xd8\xff")
    assert client.complaint(str(path)).strip() == "Can not load image."


def test_a_wrong_key(client: Client, photo: str) -> None:
    assert "A valid API key is needed" in client.complaint(photo, key="wrong")


def test_an_unknown_mode(client: Client, photo: str) -> None:
    assert "fg-image-shadow" in client.complaint(photo, mode="fg-hologram")


def test_a_request_over_the_limit(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "huge.jpg"
    path.write_bytes(bytes(32 * 1024**2))
    assert "Your client issued a request that was too large." in client.complaint(str(path))


@pytest.mark.parametrize("name", COMMANDS)
def test_without_enough_arguments_the_usage_is_told(name: str) -> None:
    require_program(name)
    command = COMMANDS[name]
    for given in ([], ["https://a.example", "photo.jpg"]):
        done = subprocess.run([*command, *given], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (2, "")
        words = f" {Path(command[1]).name} https://HOST PICTURE|URL CUT-OUT.png [MODE]"
        assert done.stderr.startswith("usage: ")
        assert words in done.stderr
        assert done.stderr.count("\n") == 1
