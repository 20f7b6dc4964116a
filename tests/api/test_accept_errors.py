"""A server without free file descriptors."""

import logging
import re
import resource
import socket
from asyncio import get_running_loop
from contextlib import ExitStack
from errno import ECONNRESET, EMFILE
from http.client import HTTPConnection
from pathlib import Path
from time import monotonic, sleep

import pytest

from cutout.api.server import AcceptErrors
from tests.local_server import LocalServer, main

SECONDS = 30
SPARE = 10
"""Descriptors that the server has for connections."""
LINE = "New connections wait (Too many open files)."
MAX_ATTEMPTS = 200
"""Attempts to accept a connection each time that the event loop, once a second, tries again. With
uvicorn's own backlog, there are 2,048."""


class Attempts(logging.Filter):
    """Print how many attempts failed before the event loop did anything else."""

    _failed = 0

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and isinstance(record.exc_info[1], OSError):
            if not self._failed:
                get_running_loop().call_soon(self._print)
            self._failed += 1
        return True

    def _print(self) -> None:
        print(f"{self._failed} attempts failed", flush=True)
        self._failed = 0


def record_of(error: Exception, text: str = "socket.accept()") -> logging.LogRecord:
    """Return a record as asyncio logs it."""
    found = (type(error), error, None)
    return logging.LogRecord("asyncio", logging.ERROR, "", 0, text, None, found)


def failure(number: int) -> logging.LogRecord:
    """Return the record of a connection that was not accepted."""
    return record_of(OSError(number, "Too many open files"))


@pytest.mark.parametrize(("repeat_seconds", "expected"), [(3600, [True, False]), (0, [True, True])])
def test_one_line_until_the_time_is_over(repeat_seconds: float, expected: list[bool]) -> None:
    accept_errors = AcceptErrors(repeat_seconds)
    records = [failure(EMFILE), failure(EMFILE)]
    assert [accept_errors.filter(each) for each in records] == expected
    assert logging.Formatter().format(records[0]).startswith(LINE)
    assert "\n" not in logging.Formatter().format(records[0])


def test_other_errors_are_logged_whole() -> None:
    accept_errors = AcceptErrors()
    for record in (failure(ECONNRESET), failure(ECONNRESET)):
        assert accept_errors.filter(record)
        assert record.exc_info is not None
    assert accept_errors.filter(logging.LogRecord("asyncio", logging.ERROR, "", 0, "a", None, None))


@pytest.mark.parametrize(("call", "expected"), [("_start_serving", False), ("_run", True)])
def test_an_attempt_after_the_server_has_stopped_is_not_logged(call: str, expected: bool) -> None:
    error = ValueError("Invalid file descriptor: -1")
    text = f"Exception in callback BaseSelectorEventLoop.{call}()"
    assert AcceptErrors().filter(record_of(error, text)) is expected


def test_connections_beyond_the_limit_wait_and_are_logged_once(tmp_path: Path) -> None:
    environment = {"CUTOUT_STORAGE_DIR": str(tmp_path)}
    with LocalServer(__name__, **environment) as server, ExitStack() as opened:
        descriptors = Path(f"/proc/{server.process.pid}/fd")
        limit = len(list(descriptors.iterdir())) + SPARE
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (limit, limit))
        for _ in range(2 * SPARE):
            opened.enter_context(socket.create_connection(("127.0.0.1", server.port)))
        end = monotonic() + SECONDS
        while len(attempts := re.findall(r"(\d+) attempts failed", server.log())) < 3:
            assert monotonic() < end, server.log()[:2000]
            sleep(0.1)
        assert max(map(int, attempts)) <= MAX_ATTEMPTS
        opened.close()
        waiting = HTTPConnection("127.0.0.1", server.port, timeout=SECONDS)
        waiting.request("GET", "/v1/version")
        assert waiting.getresponse().status == 200
        waiting.close()
        server.stop()  # attempts may be left
        assert server.log().count(LINE) == 1
        assert "Traceback" not in server.log()


if __name__ == "__main__":
    logging.getLogger("asyncio").addFilter(Attempts())
    main()
