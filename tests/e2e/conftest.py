"""One running function for the whole tier: its start is the expensive part."""

from collections.abc import Iterator

import pytest

from tests.e2e.emulator import Emulator


@pytest.fixture(scope="session")
def function() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running
