"""A server without the network, and a browser."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.local_server import LocalServer
from tests.page.browser import Visit, running_browser, visiting

Open = Callable[..., AbstractContextManager[Visit]]
ServerWith = Callable[..., LocalServer]

STRICT_SIDE, STRICT_BYTES = 500, 1 << 19


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Provide one browser for the whole folder: its start is expensive, and tabs share nothing."""
    with running_browser() as running:
        yield running


@pytest.fixture(scope="package")
def server_with(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerWith]:
    """Provide a server with some settings, the same one to all tests that ask for the same ones.

    A server's start takes more of the processor than most tests.
    """
    servers: dict[frozenset[tuple[str, str]], LocalServer] = {}
    with ExitStack() as stack:

        def running(**environment: str) -> LocalServer:
            settings = frozenset(environment.items())
            if settings not in servers:
                folder = str(tmp_path_factory.mktemp("storage"))
                server = LocalServer(CUTOUT_STORAGE_DIR=folder, **environment)
                servers[settings] = stack.enter_context(server)
            return servers[settings]

        yield running


@pytest.fixture(scope="package")
def server(server_with: ServerWith) -> LocalServer:
    return server_with()


@pytest.fixture(scope="package")
def private(server_with: ServerWith) -> LocalServer:
    """Return a server that fetches from this machine."""
    return server_with(CUTOUT_ALLOW_PRIVATE_NETWORK="true")


@pytest.fixture(scope="package")
def strict(server_with: ServerWith) -> LocalServer:
    """Return a server that takes and makes small pictures only."""
    limits = {"CUTOUT_MAX_FILE_BYTES": str(STRICT_BYTES), "CUTOUT_MAX_SIDE": str(STRICT_SIDE)}
    return server_with(**limits)


@pytest.fixture
def visit(browser: Browser, server: LocalServer) -> Iterator[Visit]:
    """The page as a person meets it, without a complaint in the end."""
    with visiting(browser, server.url + "/") as found:
        yield found


@pytest.fixture
def open_page(browser: Browser, server: LocalServer) -> Open:
    """Open the page with other settings."""

    def opened(path: str = "/", **terms: Any) -> AbstractContextManager[Visit]:
        return visiting(browser, server.url + path, **terms)

    return opened
