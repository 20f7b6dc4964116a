"""The command on a terminal, as a person sees it (Linux and macOS)."""

import errno
import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
from pathlib import Path

from tests.command.conftest import PATIENCE_SECONDS, STAND_IN
from tests.local_server import ROOT

CONTROLS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """`with Terminal("photos/") as terminal: ...`; standard error is the terminal, standard output
    is `/dev/null`."""

    def __init__(self, *arguments: object, columns: int = 80, **environment: str) -> None:
        self._screen, terminal = pty.openpty()
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self.process = subprocess.Popen(
            [*STAND_IN, *map(str, arguments)],
            cwd=ROOT,
            env={**os.environ, "TERM": "xterm", **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=terminal,
        )
        os.close(terminal)

    def finish(self) -> str:
        """All that was written, to the end."""
        parts = []
        while True:
            try:
                part = os.read(self._screen, 65536)
            except OSError as error:
                if error.errno != errno.EIO:  # Linux: the other side is closed
                    raise
                break
            if not part:
                break
            parts.append(part)
        os.close(self._screen)
        self.process.wait(PATIENCE_SECONDS)
        return b"".join(parts).decode()


def left_standing(text: str) -> list[str]:
    """The lines that are on the screen in the end."""
    lines = text.replace("\r\n", "\n").split("\n")
    return [CONTROLS.sub("", line.rpartition("\r\x1b[K")[2]) for line in lines if line]


def wait_for(path: Path) -> None:
    """Until the file is there."""
    from time import monotonic, sleep  # noqa: PLC0415

    end = monotonic() + PATIENCE_SECONDS
    while not path.exists():
        assert monotonic() < end, f"{path} did not come"
        sleep(0.02)
