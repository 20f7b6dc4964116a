"""The plain HTTP server's image, as docs/docker.md runs it."""

import json
import os
import re
from base64 import b64decode
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
import requests
from PIL import Image

from cutout import __version__
from tests.image.test_container import SIDE, THREADS, large_photo
from tests.ports import free_ports
from tests.samples import PHOTOS
from tools.engine import Container, Engine, EngineError
from tools.image_sizes import layers_above

pytestmark = pytest.mark.image

ROOT = Path(__file__).resolve().parents[2]
IMAGE = os.environ.get("SERVER_IMAGE", "cutout-server:latest")
USER = "10001:10001"
KEY = "the-key-of-the-tests"
SECONDS = 60
UNCOMPRESSED_MB, COMPRESSED_MB = 420, 200
HARDENED = [
    *("--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL"),  # noqa: S108
    *("--security-opt", "no-new-privileges", "--memory", "2g", "--memory-swap", "2g"),
]


@pytest.fixture(scope="module")
def image(engine: Engine) -> str:
    try:
        engine.require(IMAGE, "Build it: make server-image")
    except EngineError as error:
        pytest.exit(str(error), returncode=2)
    return IMAGE


@pytest.fixture(scope="module")
def base() -> str:
    """The image that the server's is built on: $SERVER_BASE, or the Dockerfile's."""
    (default,) = re.findall(
        r"^ARG SERVER_BASE=(.+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE
    )
    return os.environ.get("SERVER_BASE") or str(default)


@contextmanager
def serving(
    engine: Engine, image: str, options: Sequence[str] = ()
) -> Iterator[tuple[Container, str]]:
    """A container on the host's loopback, and its URL once it answers."""
    (port,) = free_ports(1)
    place = ["--network", "host", "--env", "HOST=127.0.0.1", "--env", f"PORT={port}"]
    with engine.running(image, [*HARDENED, *place, *options]) as container:
        wait(container)
        yield container, f"http://127.0.0.1:{port}"


def wait(container: Container) -> None:
    """Wait until the image's own health check succeeds."""
    deadline = monotonic() + SECONDS
    while not is_healthy(container):
        assert container.state()["Running"], container.log()
        assert monotonic() < deadline, container.log()
        sleep(0.2)


def is_healthy(container: Container) -> bool:
    """Run the health check that the container has from its image."""
    config = json.loads(container.engine.run("inspect", container.name))[0]["Config"]
    kind, *command = config["Healthcheck"]["Test"]
    assert kind == "CMD"
    return container.engine.attempt("exec", container.name, *command).returncode == 0


@pytest.fixture(scope="module")
def server(engine: Engine, image: str) -> Iterator[tuple[Container, str]]:
    with serving(engine, image) as running:
        yield running


def cut_out(url: str, photo: bytes, **query: str) -> dict[str, Any]:
    """The result of a photo."""
    reply = requests.post(
        f"{url}/v1/results", params=query, files={"image": ("a.jpg", photo)}, timeout=SECONDS
    )
    assert reply.status_code == 200, reply.text[:300]
    (result,) = reply.json()["results"]
    assert result["status"]["code"] == "ok", result["status"]
    return dict(result["entities"][0])


def test_a_photo_is_cut_out(server: tuple[Container, str]) -> None:
    _, url = server
    photo = (PHOTOS / "astronaut.jpg").read_bytes()
    found = Image.open(BytesIO(b64decode(cut_out(url, photo)["image"])))
    assert (found.mode, found.size) == ("RGBA", (512, 512))
    alpha = found.getchannel("A")
    assert alpha.getpixel((5, 5)) == 0, "the background is still there"
    assert alpha.getpixel((220, 130)) == 255, "the face is gone"


def test_the_pages_are_served(server: tuple[Container, str]) -> None:
    _, url = server
    assert requests.get(f"{url}/v1/version", timeout=SECONDS).text == f"v{__version__}"
    for path in ("/", "/docs"):
        reply = requests.get(f"{url}{path}", timeout=SECONDS)
        assert reply.headers["content-type"].startswith("text/html")


def test_the_largest_picture_fits_the_memory(server: tuple[Container, str]) -> None:
    container, url = server
    found = Image.open(BytesIO(b64decode(cut_out(url, large_photo())["image"])))
    assert found.size == (SIDE, SIDE)
    assert not container.state()["OOMKilled"], "out of memory"
    assert is_healthy(container)


def test_links_work_on_a_read_only_file_system(server: tuple[Container, str]) -> None:
    container, url = server
    link = cut_out(url, (PHOTOS / "coffee.jpg").read_bytes(), representation="url")["image"]
    assert link.startswith(url)
    reply = requests.get(link, timeout=SECONDS)
    assert Image.open(BytesIO(reply.content)).format == "PNG"
    done = container.engine.attempt("exec", container.name, "touch", "/app/x")
    assert b"Read-only" in done.stderr, "the file system is not read-only, so this proves nothing"


def test_it_runs_without_rights(server: tuple[Container, str]) -> None:
    container, _ = server
    assert container.engine.inspect(IMAGE)["Config"]["User"] == USER
    status = container.execute("cat", "/proc/1/status").decode()
    assert re.search(r"^Uid:\t10001\t10001\t10001\t10001$", status, re.MULTILINE)
    assert re.search(r"^CapEff:\t0+$", status, re.MULTILINE)
    done = container.engine.attempt("exec", container.name, "touch", "/app/cutout/__init__.py")
    assert done.returncode != 0


def test_numpy_has_one_thread(server: tuple[Container, str]) -> None:
    container, _ = server
    assert container.execute("python3", "-c", THREADS).strip() == b"1"


@pytest.mark.parametrize("program", ["cc", "gcc", "g++", "make"])
def test_it_has_no_compiler(server: tuple[Container, str], program: str) -> None:
    container, _ = server
    found = f"command -v {program}"
    assert container.engine.attempt("exec", container.name, "sh", "-c", found).returncode != 0


def test_by_default_every_address_is_listened_on(engine: Engine, image: str) -> None:
    with engine.running(image, [*HARDENED, "--network", "none"]) as container:
        wait(container)
        sockets = container.execute("cat", "/proc/net/tcp").decode()
        assert f"00000000:{8000:04X}" in sockets


def test_a_proxy_s_scheme_is_in_links_if_it_is_trusted(engine: Engine, image: str) -> None:
    photo = {"image": ("a.jpg", (PHOTOS / "astronaut-160.jpg").read_bytes())}
    with serving(engine, image, ["--env", "FORWARDED_ALLOW_IPS=*"]) as (_, url):
        reply = requests.post(
            f"{url}/v1/results?representation=url",
            files=photo,
            headers={"X-Forwarded-Proto": "https"},
            timeout=SECONDS,
        )
    (result,) = reply.json()["results"]
    assert result["entities"][0]["image"].startswith(url.replace("http:", "https:"))


def test_keys_come_from_a_file(engine: Engine, image: str, tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    keys.write_text(KEY)
    keys.chmod(0o444)
    variable = "CUTOUT_API_KEYS_FILE=/run/secrets/keys"
    mounted = ["--volume", f"{keys}:/run/secrets/keys:ro", "--env", variable]
    with serving(engine, image, mounted) as (_, url):
        refused = requests.get(f"{url}/v1/modes", timeout=SECONDS)
        answered = requests.get(f"{url}/v1/modes", headers={"X-API-KEY": KEY}, timeout=SECONDS)
    assert (refused.status_code, answered.status_code) == (401, 200)


def test_without_its_file_of_keys_it_does_not_start(engine: Engine, image: str) -> None:
    options = [*HARDENED, "--network", "none", "--env", "CUTOUT_API_KEYS_FILE=/run/secrets/keys"]
    with engine.running(image, options) as container:
        deadline = monotonic() + SECONDS
        while container.state()["Running"] and monotonic() < deadline:
            sleep(0.2)
        assert container.state()["ExitCode"] == 1
        assert "CUTOUT_API_KEYS_FILE can't be read" in container.log()


def test_it_stops_by_itself(engine: Engine, image: str) -> None:
    """Without being killed, which the engine does after `--time` seconds."""
    with serving(engine, image) as (container, _):
        engine.run("stop", "--time", "10", container.name)
        assert container.state()["ExitCode"] == 0, container.log()


def test_a_picture_in_work_is_answered_before_it_stops(engine: Engine, image: str) -> None:
    with serving(engine, image) as (container, url), ThreadPoolExecutor(1) as threads:
        sent = threads.submit(cut_out, url, large_photo(), mode="fg-mask")
        deadline = monotonic() + SECONDS
        while not has_connection(container, url) and monotonic() < deadline:
            sleep(0.02)
        engine.run("stop", "--time", str(SECONDS), container.name)
        mask = Image.open(BytesIO(b64decode(sent.result()["image"])))
        assert mask.size == (SIDE, SIDE)
        assert container.state()["ExitCode"] == 0, container.log()


def has_connection(container: Container, url: str) -> bool:
    """Whether a client is connected to the server."""
    port = f"0100007F:{int(url.rpartition(':')[2]):04X}"
    sockets = container.execute("cat", "/proc/net/tcp").decode().splitlines()
    return any(line.split()[1] == port and line.split()[3] == "01" for line in sockets[1:])


def test_its_label_names_the_version(engine: Engine, image: str) -> None:
    labels = engine.inspect(image)["Config"]["Labels"]
    assert labels["org.opencontainers.image.version"] == __version__


def test_it_is_no_larger_than_it_may_be(engine: Engine, image: str, base: str) -> None:
    layers = layers_above(engine, base, image)
    assert sum(layer.size for layer in layers) < UNCOMPRESSED_MB * 1e6
    assert sum(layer.compressed for layer in layers) < COMPRESSED_MB * 1e6


def test_lambda_gets_neither_command_nor_server(engine: Engine) -> None:
    lambda_image = os.environ.get("IMAGE", "cutout:latest")
    for module in ("cutout.command", "uvicorn"):
        asks = f"import importlib.util as u, sys; sys.exit(u.find_spec({module!r}) is not None)"
        engine.run("run", "--rm", "--entrypoint", "python3", lambda_image, "-c", asks)
    assert json.loads(engine.run("image", "inspect", lambda_image))[0]["Config"]["Cmd"] == [
        "cutout.aws.lambda_handler"
    ]
