"""SAM CLI as a user calls it."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from time import monotonic, sleep
from typing import Any, cast

import requests

from tests.ports import free_ports

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 300
ENVIRONMENT = {
    "SAM_CLI_TELEMETRY": "0",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
}


class Sam:
    """`Sam(Path("sam")).run("validate")`."""

    def __init__(self, command: Path) -> None:
        self._command = command

    def run(self, *arguments: str) -> str:
        """Return the output of a command; raise with its output if it fails."""
        done = subprocess.run(
            [self._command, *arguments],
            cwd=ROOT,
            env=os.environ | ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )
        assert done.returncode == 0, f"sam {' '.join(arguments)}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def invoke(self, template: Path, event: Path) -> dict[str, Any]:
        """`sam local invoke` in a new container."""
        local = ("local", "invoke", "Function", "--skip-pull-image")
        printed = self.run(*local, "--template", str(template), "--event", str(event))
        return cast("dict[str, Any]", json.loads(printed.splitlines()[-1]))

    @contextmanager
    def api(self, template: Path) -> Iterator[str]:
        """`sam local start-api`: the address where it answers."""
        (port,) = free_ports(1)
        local = ("local", "start-api", "--skip-pull-image", "--port", str(port))
        with TemporaryFile() as log:
            process = subprocess.Popen(
                [self._command, *local, "--template", str(template)],
                cwd=ROOT,
                env=os.environ | ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
            try:
                url = f"http://127.0.0.1:{port}"
                _wait(url, process, log.fileno())
                yield url
            finally:
                process.terminate()  # it removes its containers
                process.wait(60)


def _wait(url: str, process: subprocess.Popen[bytes], log: int) -> None:
    deadline = monotonic() + SECONDS
    while True:
        try:
            requests.get(f"{url}/v1/version", timeout=SECONDS)
        except requests.ConnectionError as error:
            if process.poll() is not None or monotonic() > deadline:
                said = os.pread(log, 1 << 16, 0).decode(errors="replace")
                raise AssertionError(f"sam local start-api did not start:\n{said}") from error
            sleep(0.2)
        else:
            return
