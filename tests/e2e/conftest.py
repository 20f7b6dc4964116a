"""Running functions for the whole tier: their start is the expensive part."""

from collections.abc import Iterator

import pytest

from tests.e2e.client import LocalServer
from tests.e2e.emulator import WITHOUT_NETWORK, Emulator
from tests.e2e.gateway import Gateway
from tests.e2e.segmenter import nearly_everything
from tests.s3 import S3Server
from tools.events.gateway import Request

LOCAL = {"CUTOUT_ALLOW_PRIVATE_NETWORK": "true", "CUTOUT_DOWNLOAD_SECONDS": "2"}


@pytest.fixture(scope="session")
def function() -> Iterator[Emulator]:
    """As it is deployed, but for the bucket."""
    with Emulator() as running:
        yield running


@pytest.fixture(scope="session")
def deployed(s3: S3Server) -> Iterator[Gateway]:
    """As it is deployed."""
    with Emulator(s3.environment | LOCAL) as running, Gateway(running) as gateway:
        yield gateway


@pytest.fixture(scope="session")
def api(s3: S3Server) -> Iterator[Gateway]:
    """Provide the function without network access."""
    with Emulator(s3.environment | LOCAL, WITHOUT_NETWORK) as running, Gateway(running) as gateway:
        yield gateway


@pytest.fixture(scope="session")
def bare_api() -> Iterator[Gateway]:
    """Provide the function without a bucket, with 14 seconds for each call and none for storing."""
    environment = LOCAL | {"AWS_LAMBDA_FUNCTION_TIMEOUT": "14", "CUTOUT_STORING_SECONDS": "0"}
    with Emulator(environment, WITHOUT_NETWORK) as running, Gateway(running) as gateway:
        gateway.answer(Request("GET", "/v1/version"))  # the emulator counts the start as a call's
        yield gateway


@pytest.fixture(scope="session")
def local(tmp_path_factory: pytest.TempPathFactory) -> LocalServer:
    """The local server without the network."""
    return LocalServer(nearly_everything, tmp_path_factory.mktemp("local"))
