"""The local server as a process of its own, without the network: `python -m tests.local_server`."""

import os
import socket
import subprocess
import sys
from contextlib import closing
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from time import monotonic, sleep
from types import TracebackType
from typing import Self

from tests.ports import free_ports

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 60
STOP_SECONDS = 30


class LocalServer:
    """A server process: `with LocalServer() as server: requests.get(server.url + "/v1/modes")`.

    `module` is the module to run, with its first arguments; without one, `tests.local_server`.
    """

    def __init__(self, *module: str, **environment: str) -> None:
        self._module, self._environment = module or ("tests.local_server",), environment
        (self.port,) = free_ports(1)
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._log = TemporaryFile()  # a pipe that nobody reads would fill, and stop the server
        self.process = subprocess.Popen(
            [sys.executable, "-m", *self._module, "--port", str(self.port)],
            cwd=ROOT,
            env={**os.environ, **self._environment},
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        deadline = monotonic() + START_SECONDS
        while self.process.poll() is None and monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                sleep(0.05)
            else:
                return self
        self.process.kill()
        self.process.wait(STOP_SECONDS)
        log = self.log()
        self._log.close()
        raise RuntimeError(f"The server did not start:\n{log}")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        self._log.close()

    def stop(self) -> None:
        """Ends it, if it hasn't ended."""
        self.process.terminate()
        self.process.wait(STOP_SECONDS)

    def log(self) -> str:
        """Return the output so far."""
        return os.pread(self._log.fileno(), 1 << 20, 0).decode(errors="replace")

    def resident_kb(self) -> int:
        """Memory that it and its workers have in use (Linux)."""
        return resident_kb(self.process.pid)


def resident_kb(pid: int) -> int:
    """Memory that a process and its children have in use, what they share counted once (Linux); 0
    once it has ended."""
    try:
        status = Path(f"/proc/{pid}/smaps_rollup").read_text()
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        children = [each for task in tasks for each in (task / "children").read_text().split()]
    except OSError:
        return 0
    own = int((status.partition("\nPss:")[2].split() or ["0"])[0])
    return own + sum(resident_kb(int(each)) for each in children)


def main() -> None:
    from cutout.api.app import build_app  # noqa: PLC0415
    from cutout.api.server import PacedProtocol, serve  # noqa: PLC0415
    from cutout.pipeline import Pipeline  # noqa: PLC0415
    from cutout.settings import get_settings  # noqa: PLC0415
    from cutout.storage.disk import DiskStorage  # noqa: PLC0415
    from cutout.workers.pool import Workers  # noqa: PLC0415
    from tests.e2e.segmenter import open_without_network  # noqa: PLC0415

    class Protocol(PacedProtocol):
        max_unread_seconds = float(
            os.environ.get("TESTS_UNREAD_SECONDS", PacedProtocol.max_unread_seconds)
        )
        max_head_seconds = float(
            os.environ.get("TESTS_HEAD_SECONDS", PacedProtocol.max_head_seconds)
        )

    settings = get_settings()
    if "TESTS_FULL_DISK" in os.environ:
        import resource  # noqa: PLC0415
        import signal  # noqa: PLC0415

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # then a write fails, as on a full disk
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    build = partial(open_without_network, settings)
    with closing(Workers(build, settings.concurrency, settings.picture_seconds)) as workers:
        workers.wait()
        app = build_app(Pipeline(settings, storage=DiskStorage(settings), workers=workers))
        certificate = os.environ.get("TESTS_CERTIFICATE")  # a file with its key
        serve(app, "127.0.0.1", int(sys.argv[2]), certificate, Protocol)


if __name__ == "__main__":
    main()
