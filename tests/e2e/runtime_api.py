"""Lambda's Runtime API with a snapshot and a restore, which AWS's emulator does not have.

Source: "Using the Lambda runtime API" and "Implementing SnapStart hooks for container images" in
the Lambda developer guide.
"""

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Empty, Queue
from tempfile import TemporaryFile
from threading import Event, Thread
from time import sleep, time
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 120
PREPARED = ("PIL.ImageDraw", "cutout.storage.transfer", "cutout.fetch.download")
"""Modules that are imported before the snapshot, and otherwise when they are first needed."""


class SnapStart:
    """A function that is restored from a snapshot: `with SnapStart(environment) as function:`.

    `wait_for_snapshot` returns before the restore, which `restore` lets happen.
    """

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment
        self._events: Queue[dict[str, Any]] = Queue()
        self._answers: Queue[dict[str, Any]] = Queue()
        self._ready, self._go, self._over = Event(), Event(), Event()
        outer = self

        class Handler(_Handler):
            api = outer

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._log = TemporaryFile()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.restored"],
            cwd=ROOT,
            env={
                **os.environ,
                "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self._server.server_port}",
                "AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start",
                "AWS_LAMBDA_FUNCTION_NAME": "function",
                "AWS_LAMBDA_FUNCTION_VERSION": "1",
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "2560",
                "CUTOUT_THREADS": "1",
                **self._environment,
            },
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # so that the instances can be ended with it
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._over.set()
        self._go.set()
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self._log.close()

    def wait_for_snapshot(self) -> None:
        """Returns when the hooks have run and the snapshot could be taken."""
        assert self._ready.wait(SECONDS), self.log()

    def restore(self) -> None:
        """Goes on with every instance."""
        self._go.set()

    def invoke(self, *events: dict[str, Any]) -> list[dict[str, Any]]:
        """Gives each event to an instance that is free; returns the answers as they come."""
        for each in events:
            self._events.put(each)
        try:
            return [self._answers.get(timeout=SECONDS) for _ in events]
        except Empty:
            os.killpg(self._process.pid, signal.SIGUSR1)
            sleep(1)  # while every instance writes where it is
            raise RuntimeError(f"no answer:\n{self.log()}") from None

    def log(self) -> str:
        """What all instances have written so far."""
        return os.pread(self._log.fileno(), 1 << 20, 0).decode(errors="replace")


class _Handler(BaseHTTPRequestHandler):
    """The Runtime API's requests."""

    api: SnapStart
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path.endswith("/restore/next"):
            self.api._ready.set()
            self.api._go.wait(SECONDS)
            self._send(200, b"")
            return
        while not self.api._over.is_set():
            with suppress(Empty):
                self._send(200, json.dumps(self.api._events.get(timeout=0.2)).encode())
                return

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers.get("content-length", 0)))
        self._send(202, b"{}")
        self.api._answers.put(json.loads(content))

    def _send(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Type", "application/json")
        self.send_header("Lambda-Runtime-Aws-Request-Id", str(uuid4()))
        self.send_header("Lambda-Runtime-Deadline-Ms", str(int((time() + SECONDS) * 1000)))
        self.send_header("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:::function:live")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Nothing of it is news."""
