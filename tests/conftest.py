"""Share fixtures among all tiers, and the order in which parallel processes take the files."""

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from cutout.api.app import build_app
from cutout.pictures import Alpha, Picture
from cutout.pipeline import Pipeline
from cutout.segment.network import Network
from cutout.settings import Settings
from cutout.storage.disk import DiskStorage
from tests.s3 import S3Server
from tests.samples import PHOTOS

FOLDER = Path(__file__).parent
SLOW_FIRST = (
    *("e2e", "test_server.py", "page", "test_same_pixels.py", "command", "test_faults.py"),
    *("test_memory.py", "test_docs.py", "test_large.py", "test_network.py", "model"),
)
"""Folders and files that take longest. Begun last, one of them would run alone in the end."""


def pytest_configure() -> None:
    """Let this process, and the hundreds of processes that tests start, keep compiled modules.

    Give each of several test processes one network thread, and one for numpy: more would wait for
    each other.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False  # the variable above was read when Python started
    if "PYTEST_XDIST_WORKER" in os.environ:
        os.environ.setdefault("CUTOUT_THREADS", "1")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put slow files first, in their own order otherwise, where several processes share them."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    """Return the first index in SLOW_FIRST of the item's folder or file; all others come last."""
    parts = item.path.relative_to(FOLDER).parts
    return min(
        (SLOW_FIRST.index(each) for each in parts if each in SLOW_FIRST), default=len(SLOW_FIRST)
    )


@pytest.fixture(autouse=True)
def _localhost_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bare container may have no `/etc/hosts`, and some systems prefer `::1`."""
    real = socket.getaddrinfo

    def getaddrinfo(host: str, *rest: Any, **named: Any) -> list[Any]:
        return real("127.0.0.1" if host == "localhost" else host, *rest, **named)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Provide the environment's settings, apart from what the tests rely on."""
    return Settings(allow_private_network=False, refusal_seconds=0, storage_dir=tmp_path)


def middle_is_object(_picture: Picture) -> Alpha:
    """A segmenter for tests of everything but the network: the middle half is the object."""
    alpha = np.zeros((1024, 1024), np.uint8)
    alpha[256:768, 256:768] = 255
    return alpha


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    """The local server's app without the network."""
    pipeline = Pipeline(settings, middle_is_object, DiskStorage(settings))
    with TestClient(build_app(pipeline)) as client:
        yield client


@pytest.fixture(scope="session")
def s3() -> Iterator[S3Server]:
    """A real S3 with an empty bucket, which tests share."""
    with S3Server() as server:
        yield server


@pytest.fixture(scope="session")
def network() -> Network:
    """The shipped network."""
    settings = Settings()
    return Network(settings.model_dir, settings.model, settings.network_threads)


@pytest.fixture(params=["astronaut", "chelsea", "coffee"])
def photo(request: pytest.FixtureRequest) -> Path:
    """Each free test photo in turn."""
    return PHOTOS / f"{request.param}.jpg"
