"""Firefox and WebKitGTK, driven by WebDriver commands, with the demo page in them.

Playwright has its own builds of both, but not for every system; these are the distribution's.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from tests.ports import free_ports

SECONDS = 180  # of a busy machine
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
MINI_BROWSERS = "/usr/lib/*/webkit2gtk-4.*/MiniBrowser"
CAPABILITIES = {"strictFileInteractability": False}  # the page covers its file fields

Send = Callable[[str, str, dict[str, Any]], Any]


class Engine:
    """A browser at a page. `send(name, path, body)` sends a command, which Marionette knows by
    its name and HTTP by its path, and returns its value."""

    def __init__(self, send: Send, downloads: Path) -> None:
        self._send, self.downloads = send, downloads

    def go(self, url: str) -> None:
        self._send("Navigate", "/url", {"url": url})

    def reload(self) -> None:
        self._send("Refresh", "/refresh", {})

    def run(self, script: str) -> Any:
        """Return what a function's body returns in the page."""
        return self._send("ExecuteScript", "/execute/sync", {"script": script, "args": []})

    def wait(self, condition: str) -> None:
        """Wait until an expression is true in the page."""
        deadline = monotonic() + SECONDS
        while not self.run(f"return Boolean({condition})"):
            if monotonic() > deadline:
                pytest.fail(f"{condition}: {self.run('return document.body.innerText')}")
            sleep(0.1)

    def choose(self, selector: str, file: Path) -> None:
        identity = self._find(selector)
        body = {"id": identity, "text": str(file)}
        self._send("ElementSendKeys", f"/element/{identity}/value", body)

    def click(self, selector: str) -> None:
        identity = self._find(selector)
        self._send("ElementClick", f"/element/{identity}/click", {"id": identity})

    def press_mouse(self, x: int, y: int) -> None:
        """Press and release the mouse at a point of the window, in CSS pixels."""
        move = {"type": "pointerMove", "x": x, "y": y, "duration": 0, "origin": "viewport"}
        clicks = [{"type": kind, "button": 0} for kind in ("pointerDown", "pointerUp")]
        mouse = {"type": "pointer", "id": "mouse", "actions": [move, *clicks]}
        self._send("PerformActions", "/actions", {"actions": [mouse]})

    def saved(self, name: str) -> bytes:
        """Return a downloaded file, and delete it."""
        path, deadline = self.downloads / name, monotonic() + SECONDS
        while not (path.exists() and path.read_bytes().endswith(b"IEND\xaeB`\x82")):
            assert monotonic() < deadline, list(self.downloads.iterdir())
            sleep(0.1)
        content = path.read_bytes()
        path.unlink()
        return content

    def _find(self, selector: str) -> str:
        body = {"using": "css selector", "value": selector}
        found: str = self._send("FindElement", "/element", body)[ELEMENT]
        return found


@contextmanager
def firefox(home: Path) -> Iterator[Engine]:
    """Start Firefox with a profile in `home`; skip the test if it is not installed."""
    program = installed("firefox-esr")
    (port,) = free_ports(1)
    settings = {
        "marionette.port": port,
        "browser.download.folderList": 2,
        "browser.download.dir": str(home),
        "browser.download.useDownloadDir": True,
        "browser.download.always_ask_before_handling_new_types": False,
    }
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(to)});" for name, to in settings.items()]
    profile = home / "profile"
    profile.mkdir()
    (profile / "user.js").write_text("\n".join(lines))
    command = [program, "--headless", "--marionette", "--no-remote", "--profile", str(profile)]
    with started(command, home), connected(port) as connection, connection.makefile("rb") as reader:

        def read() -> Any:
            length = b""
            while not length.endswith(b":"):
                length += reader.read(1)
            return json.loads(reader.read(int(length[:-1])))

        def send(name: str, _: str, body: dict[str, Any]) -> Any:
            message = json.dumps([0, 1, f"WebDriver:{name}", body])
            connection.sendall(f"{len(message)}:{message}".encode())
            _kind, _id, error, result = read()
            assert error is None, error
            return result["value"] if result.keys() == {"value"} else result

        read()  # the greeting
        send("NewSession", "", CAPABILITIES)
        yield Engine(send, home)


@contextmanager
def webkit(home: Path) -> Iterator[Engine]:
    """Start WebKitGTK's small browser, whose driven windows are private; skip the test if it is not
    installed."""
    command = [installed("xvfb-run"), "-a", installed("WebKitWebDriver")]
    browsers = sorted(str(each) for each in Path("/").glob(MINI_BROWSERS[1:]))
    if not browsers:
        pytest.skip("There is no MiniBrowser.")
    (port,) = free_ports(1)
    (home / ".config").mkdir()
    (home / ".config/user-dirs.dirs").write_text(f'XDG_DOWNLOAD_DIR="{home}"\n')
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with started([*command, "--host=127.0.0.1", f"--port={port}"], home):
        connected(port).close()

        def post(path: str, body: dict[str, Any]) -> Any:
            url, content = f"http://127.0.0.1:{port}/session{path}", json.dumps(body).encode()
            request = urllib.request.Request(url, content, {"Content-Type": "application/json"})
            with direct.open(request, timeout=SECONDS) as reply:
                return json.load(reply)["value"]

        options = {"binary": browsers[-1], "args": ["--automation"]}
        wanted = {**CAPABILITIES, "webkitgtk:browserOptions": options}
        session = post("", {"capabilities": {"alwaysMatch": wanted}})["sessionId"]
        yield Engine(lambda _, path, body: post(f"/{session}{path}", body), home)


def installed(name: str) -> str:
    """Return a program's path; skip the test if it is missing, also where Chromium is required."""
    return shutil.which(name) or pytest.skip(f"There is no {name}.")


@contextmanager
def started(command: list[str], home: Path) -> Iterator[None]:
    """Run a browser that keeps its files in `home`, without a proxy; end it with its children."""
    dropped = ("XDG_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
    kept = {name: to for name, to in os.environ.items() if not name.upper().startswith(dropped)}
    # Sandboxes and graphics cards are missing in containers.
    webkit = {
        "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1",
        "WEBKIT_DISABLE_DMABUF_RENDERER": "1",
    }
    environment = {**kept, **webkit, "HOME": str(home), "LIBGL_ALWAYS_SOFTWARE": "1"}
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            command, env=environment, stdout=log, stderr=log, start_new_session=True
        )
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(SECONDS)


def connected(port: int) -> socket.socket:
    """Return a connection to a port as soon as a program listens there."""
    deadline = monotonic() + SECONDS
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), SECONDS)
        except OSError:
            assert monotonic() < deadline
            sleep(0.1)
