"""`cutout serve`: its arguments, and the message where the web packages are missing."""

from collections.abc import Iterator
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path

import pytest

from cutout.command import serve
from cutout.settings import get_settings
from tests.command.conftest import Run, files_in, write


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Addresses that would have been served."""
    found: list[tuple[str, int]] = []
    monkeypatch.setattr(serve, "_serve", lambda host, port: found.append((host, port)))
    return found


@pytest.mark.parametrize(
    ("arguments", "address"),
    [
        ([], ("127.0.0.1", 8000)),
        (["--port", "0"], ("127.0.0.1", 0)),
        (["--host", "0.0.0.0", "--port", "65535"], ("0.0.0.0", 65535)),  # noqa: S104
    ],
)
def test_it_serves_on_loopback_unless_told_otherwise(
    run: Run, served: list[tuple[str, int]], arguments: list[str], address: tuple[str, int]
) -> None:
    done = run("serve", *arguments)
    assert (done.code, done.err, served) == (0, "", [address])


@pytest.mark.parametrize("port", ["65536", "-1", "http", ""])
def test_a_port_has_to_be_one(run: Run, served: list[tuple[str, int]], port: str) -> None:
    done = run("serve", f"--port={port}")
    assert (done.code, served) == (2, [])
    assert f"not a port (a number from 0 to 65535): {port}".rstrip() in done.err


def test_pictures_are_not_served(run: Run, served: list[tuple[str, int]]) -> None:
    done = run("serve", "photo.jpg")
    assert (done.code, served) == (2, [])
    assert "unrecognized arguments: photo.jpg" in done.err


def test_help_names_the_command(run: Run) -> None:
    done = run("serve", "--help")
    assert done.code == 0
    assert done.out.startswith(b"usage: cutout serve ")
    assert b"cutout serve" in run("--help").out


@pytest.mark.parametrize("missing", serve.WEB_PACKAGES)
def test_a_missing_web_package_is_named_with_the_remedy(
    run: Run, served: list[tuple[str, int]], monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    def find(name: str) -> ModuleSpec | None:
        return None if name == missing else find_spec(name)

    monkeypatch.setattr(serve, "find_spec", find)
    done = run("serve")
    assert (done.code, served) == (1, [])
    (line,) = done.lines
    assert line.startswith(f"cutout: The server needs packages that are not installed ({missing})")
    assert "Install them: pip install 'cutout-lambda[server]'; with pipx" in line


@pytest.fixture
def fresh_settings() -> Iterator[None]:
    """Read the settings anew from the environment, in this test and in the next."""
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


@pytest.mark.usefixtures("fresh_settings")
def test_a_wrong_setting_is_one_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUTOUT_MAX_SIDE", "wide")
    done = run("serve")
    assert done.code == 1
    (line,) = done.lines
    assert line.startswith("cutout: CUTOUT_MAX_SIDE: Input should be a valid integer")


def test_a_picture_may_be_called_serve(
    tmp_path: Path, run: Run, served: list[tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "serve")
    assert run("./serve").code == 0
    assert run("-o", "other.png", "serve").code == 0, "only the first argument starts the server"
    assert files_in(tmp_path) == {"serve", "serve-cutout.png", "other.png"}
    assert served == []
