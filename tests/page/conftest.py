"""A server without the network, and a browser."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.local_server import LocalServer
from tests.page.browser import Visit, running_browser, visiting

Open = Callable[..., AbstractContextManager[Visit]]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Provide one browser for the whole folder: its start is expensive, and tabs share nothing."""
    with running_browser() as running:
        yield running


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    folder = tmp_path_factory.mktemp("storage")
    with LocalServer(CUTOUT_STORAGE_DIR=str(folder)) as running:
        yield running


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
