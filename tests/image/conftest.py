"""The engine, the image, and what SAM builds of the template."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep

import pytest

from tests.image.sam import Sam
from tools.engine import BASE, Engine, EngineError

IMAGE = os.environ.get("IMAGE", "cutout:latest")
START_SECONDS = 20


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """docker or podman, with the base image and ours."""
    try:
        found = Engine.find()
        found.require(BASE, f"Pull it: {found.program} pull {BASE}")
        found.require(IMAGE, "Build it: make image")
    except EngineError as error:
        pytest.exit(str(error), returncode=2)
    with served(found):
        yield found


@pytest.fixture(scope="session")
def image(engine: Engine) -> str:
    """Return the image's tag."""
    del engine  # it has looked for it
    return IMAGE


@pytest.fixture(scope="session")
def sam(engine: Engine) -> Sam:
    """The command, and the engine that it needs."""
    del engine
    return Sam(Path(os.environ.get("SAM", "sam")))


@pytest.fixture(scope="session")
def built(sam: Sam, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template as `sam build` leaves it."""
    folder = tmp_path_factory.mktemp("sam")
    sam.run("build", "--build-dir", str(folder))
    return folder / "template.yaml"


@contextmanager
def served(engine: Engine) -> Iterator[None]:
    """SAM speaks Docker's protocol alone: where podman is the engine and nobody serves it, podman
    does so for as long as the tests take."""
    if not engine.program.endswith("podman") or "DOCKER_HOST" in os.environ:
        yield
        return
    with TemporaryDirectory() as folder:
        path = Path(folder) / "podman.sock"
        address = f"unix://{path}"
        service = subprocess.Popen([engine.program, "system", "service", "--time=0", address])
        deadline = monotonic() + START_SECONDS
        while not path.exists() and monotonic() < deadline:
            sleep(0.1)
        os.environ["DOCKER_HOST"] = address
        try:
            yield
        finally:
            del os.environ["DOCKER_HOST"]
            service.terminate()
            service.wait()
