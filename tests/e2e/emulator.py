"""The function as Lambda runs it, less the container: AWS's runtime interface client executes the
handler, and AWS's runtime interface emulator, which SAM CLI brings along, stands in for Lambda."""

import json
import os
import platform
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from threading import Lock
from time import monotonic, sleep
from types import TracebackType
from typing import Any, Self, cast

import requests

from tests.ports import free_ports

ROOT = Path(__file__).resolve().parents[2]
HANDLER = "cutout.aws.lambda_handler"
WITHOUT_NETWORK = "tests.e2e.without_network.lambda_handler"
START_SECONDS = 10
CALL_SECONDS = 120
STOP_SECONDS = 5

# Lambda refuses a larger request; the emulator would cut it off without a word.
MAX_REQUEST_BYTES = 6 * 1024 * 1024


def emulator_binary() -> Path:
    """Return the path of the emulator for this processor in SAM CLI's wheel."""
    processor = {"aarch64": "arm64", "arm64": "arm64"}.get(platform.machine(), "x86_64")
    pattern = f".venv-sam/lib/python3*/site-packages/samcli/local/rapid/aws-lambda-rie-{processor}"
    if found := sorted(ROOT.glob(pattern)):
        return found[0]
    raise FileNotFoundError(f"No Lambda emulator at {pattern}: `make test` installs it.")


class Emulator:
    """A running function: `with Emulator() as function: function.invoke(event)`."""

    def __init__(self, environment: dict[str, str] | None = None, handler: str = HANDLER) -> None:
        self._binary = emulator_binary()
        self._handler = handler
        self._environment = environment or {}
        self._address, self._runtime_api = (f"127.0.0.1:{port}" for port in free_ports(2))
        self._one_at_a_time = Lock()  # the emulator ends at a second call beside the first
        self._session = requests.Session()
        self._session.trust_env = False  # a proxy has no business on loopback

    def __enter__(self) -> Self:
        self._log = TemporaryFile()
        self._process = subprocess.Popen(
            [
                self._binary,
                *("--runtime-interface-emulator-address", self._address),
                *("--runtime-api-address", self._runtime_api),
                *(sys.executable, "-m", "awslambdaric", self._handler),
            ],
            cwd=ROOT,
            env={
                **os.environ,
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "3008",
                "LAMBDA_TASK_ROOT": str(ROOT / "handler"),
                **self._environment,
            },
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        try:
            self._wait_until_it_listens()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def invoke(self, event: dict[str, Any]) -> dict[str, Any]:
        """The function's answer. The first call starts the runtime, so it takes longer."""
        body = json.dumps(event).encode()
        if len(body) > MAX_REQUEST_BYTES:
            raise ValueError(f"Lambda takes no request of {len(body)} bytes.")
        url = f"http://{self._address}/2015-03-31/functions/function/invocations"
        with self._one_at_a_time:
            try:
                answer = self._session.post(url, data=body, timeout=CALL_SECONDS)
            except requests.RequestException as error:
                error.add_note(self.log())
                raise
        self.answer_bytes = len(answer.content)
        found = cast("dict[str, Any]", answer.json())
        if "errorMessage" in found:
            raise RuntimeError(f"{found['errorMessage']}\n{self.log()}")
        return found

    def kill_function(self) -> None:
        """As Lambda does where the memory is used up (Linux)."""
        for status in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):  # it has ended meanwhile
                after_name = status.read_text().rpartition(")")[2].split()
                if int(after_name[1]) == self._process.pid:
                    os.kill(int(status.parent.name), signal.SIGKILL)

    def log(self) -> str:
        """What the emulator and the function have written so far."""
        self._log.flush()
        return os.pread(self._log.fileno(), 1 << 20, 0).decode(errors="replace")

    def stop(self) -> None:
        """Ends the emulator, which ends the runtime that it started."""
        self._session.close()
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()

    def _wait_until_it_listens(self) -> None:
        host, port = self._address.split(":")
        deadline = monotonic() + START_SECONDS
        while True:
            try:
                socket.create_connection((host, int(port)), timeout=1).close()
            except OSError as error:
                if self._process.poll() is not None or monotonic() > deadline:
                    raise RuntimeError(f"The emulator did not start:\n{self.log()}") from error
                sleep(0.05)
            else:
                return
