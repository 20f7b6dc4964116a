"""compose.yaml, run by a real Compose, as docs/docker.md runs it."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
import requests

from tests.image.test_server import IMAGE, KEY, SECONDS, cut_out, wait
from tests.ports import free_ports
from tests.samples import PHOTOS
from tools.engine import Container, Engine

pytestmark = pytest.mark.image

ROOT = Path(__file__).resolve().parents[2]
ON_THE_HOST = """services:
  cutout:
    network_mode: host
    ports: !reset []
    environment:
      HOST: 127.0.0.1
      PORT: "{port}"
"""
"""These tests publish no port, because not every machine that runs them has a bridge network."""


@dataclass(frozen=True)
class Project:
    """A Compose project with a name of its own."""

    program: tuple[str, ...]
    override: Path
    name: str

    def run(self, *arguments: str, environment: Mapping[str, str] | None = None) -> None:
        """Run a command of Compose in the folder of compose.yaml."""
        files = ["--file", str(ROOT / "compose.yaml"), "--file", str(self.override)]
        command = [*self.program, *files, "--project-name", self.name, *arguments]
        given = {**os.environ, **(environment or {})}
        done = subprocess.run(command, cwd=ROOT, env=given, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()

    def container(self, engine: Engine) -> Container:
        """The project's only container."""
        label = f"label=com.docker.compose.project={self.name}"
        (name,) = engine.run("ps", "--quiet", "--filter", label).decode().split()
        return Container(engine, name)


@contextmanager
def project(engine: Engine, folder: Path) -> Iterator[tuple[Project, str]]:
    """A project that is taken down with its volumes, and the URL of its server."""
    engine.require(IMAGE, "Build it: make server-image")
    (port,) = free_ports(1)
    override = folder / "override.yaml"
    override.write_text(ON_THE_HOST.format(port=port))
    program = os.environ.get("COMPOSE") or "docker compose"
    found = Project(tuple(program.split()), override, f"cutout-{uuid4().hex[:8]}")
    try:
        yield found, f"http://127.0.0.1:{port}"
    finally:
        found.run("down", "--volumes")


def test_it_serves_as_the_page_says(engine: Engine, tmp_path: Path) -> None:
    with project(engine, tmp_path) as (compose, url):
        compose.run("up", "--detach")
        container = compose.container(engine)
        wait(container)
        coffee = (PHOTOS / "coffee.jpg").read_bytes()
        link = cut_out(url, coffee, representation="url")["image"]
        (found,) = json.loads(engine.run("inspect", container.name))
        limits = found["HostConfig"]
        assert limits["ReadonlyRootfs"] is True
        assert limits["Memory"] == 2 * 1024**3
        assert limits["PidsLimit"] == 256
        assert not any(int(held, 16) for held in capabilities(container)), "it has capabilities"
        assert found["Config"]["Healthcheck"]["Interval"] == 30 * 10**9
        compose.run("down")
        compose.run("up", "--detach")
        wait(compose.container(engine))
        assert requests.get(link, timeout=SECONDS).status_code == 200, "the volume is lost"


def capabilities(container: Container) -> list[str]:
    """The sets of capabilities of the server's process, in hexadecimal."""
    status = container.execute("cat", "/proc/1/status").decode()
    return [line.split()[1] for line in status.splitlines() if line.startswith("Cap")]


def test_a_file_of_keys_closes_it(engine: Engine, tmp_path: Path) -> None:
    keys = tmp_path / "keys.txt"
    keys.write_text(KEY)
    keys.chmod(0o444)
    with project(engine, tmp_path) as (compose, url):
        compose.run("up", "--detach", environment={"KEYS_FILE": str(keys)})
        wait(compose.container(engine))
        refused = requests.get(f"{url}/v1/modes", timeout=SECONDS)
        answered = requests.get(f"{url}/v1/modes", headers={"X-API-KEY": KEY}, timeout=SECONDS)
    assert (refused.status_code, answered.status_code) == (401, 200)
