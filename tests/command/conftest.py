"""The command, run in this process without the network, or as a process of its own."""

import os
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from multiprocessing import forkserver, get_context
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest
import trustme
from PIL import Image

from cutout import engine
from cutout.command import client
from cutout.command.arguments import Limits
from cutout.command.history import HISTORY
from cutout.command.main import main
from cutout.workers import pool
from tests.command.stand_in import open_stand_in_work
from tests.local_server import ROOT, LocalServer
from tests.samples import gradient, jpeg

PATIENCE_SECONDS = 300
"""Far more than anything takes that does not hang, also on a busy machine."""
STAND_IN = [sys.executable, "-m", "tests.command.stand_in"]


@dataclass(frozen=True)
class Done:
    """What came of a run."""

    code: int
    out: bytes
    err: str

    @property
    def lines(self) -> list[str]:
        return self.err.splitlines()


Run = Callable[..., Done]


@pytest.fixture(scope="session")
def forks() -> ForkServerContext:
    """Fork worker processes from one that has imported what they need: imports are most of their
    start. `run_apart`, the servers and `tests/workers` start them as users do."""
    context = get_context("forkserver")
    context.set_forkserver_preload([__name__, "tests.e2e.segmenter"])
    forkserver.ensure_running()  # in the folder and the environment of no test
    return context


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
    forks: ForkServerContext,
) -> Run:
    """`run("photo.jpg", "-o", "out/")`, in this process."""
    monkeypatch.setattr(pool, "get_context", lambda _: forks)
    monkeypatch.setattr(engine, "open_work", open_stand_in_work)
    monkeypatch.delenv("CUTOUT_KEY", raising=False)
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)

    def run(*arguments: object, limits: Limits | None = None) -> Done:
        try:
            code = main([str(each) for each in arguments], limits)
        except SystemExit as error:
            code = int(error.code or 0)
        said = capfdbinary.readouterr()
        return Done(code, said.out, said.err.decode())

    return run


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Nobody sleeps before an API is asked again; how long it would have been."""
    slept: list[float] = []
    monkeypatch.setattr(client, "sleep", slept.append)
    return slept


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    """The real app, started once for the whole folder."""
    with LocalServer(CUTOUT_STORAGE_DIR=str(tmp_path_factory.mktemp("storage"))) as running:
        yield running


@pytest.fixture(params=["here", "api"])
def where(request: pytest.FixtureRequest, server: LocalServer) -> list[str]:
    """The work is done on this machine, or by an API."""
    return [] if request.param == "here" else ["--url", server.url]


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A small picture."""
    return write(tmp_path / "a.jpg")


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """For servers at `localhost`, whose authority the environment names."""
    authority, bundle = trustme.CA(), tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(bundle))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    return context


def run_apart(*arguments: object, stdin: bytes = b"", **environment: str) -> Done:
    """As a process of its own, with pipes in the place of a terminal."""
    done = subprocess.run(
        [*STAND_IN, *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, **environment},
        input=stdin,
        capture_output=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr.decode())


def write(path: Path, content: bytes | None = None) -> Path:
    """A small picture, or any content, with the folders that it needs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(jpeg(gradient()) if content is None else content)
    return path


def opened(file: Path | bytes) -> Image.Image:
    """A complete picture, its file closed."""
    image = Image.open(BytesIO(file if isinstance(file, bytes) else file.read_bytes()))
    image.load()
    return image


def files_in(folder: Path) -> set[str]:
    """Relative, hidden ones included."""
    return {str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file()}


def pictures_in(folder: Path) -> set[str]:
    """As `files_in`, without the records of cut-outs."""
    return {each for each in files_in(folder) if Path(each).name != HISTORY}
