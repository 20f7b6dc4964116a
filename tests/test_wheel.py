"""The wheel: what it holds, what it requires, and a cut-out in an empty folder."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement
from PIL import Image

from cutout import __version__
from tests.local_server import ROOT
from tests.samples import PHOTOS

HANDLER = (
    "def cut_out(event, context):\n    raise AssertionError('another handler.py was imported')\n"
)
PROGRAM = """
import sys

def offline(event, arguments):
    if event in {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname"}:
        raise AssertionError(f"{event} {arguments}")

sys.addaudithook(offline)
import cutout
import handler
from cutout import cut_out

made = cut_out("photo.jpg")
made.save("cut-out.png")
assert not {"fastapi", "starlette", "requests"} & set(sys.modules)
print(cutout.__file__)
print(handler.__file__)
# the packages that the wheel depends on come from the checkout's environment
print([each for each in sys.path if each.startswith(CHECKOUT) and '/.venv/' not in each])
"""
LOCKED = [*sorted(ROOT.glob("layers/*/requirements.txt")), ROOT / "requirements" / "local.txt"]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
NOT_IN_LAYERS = {"pydantic", "starlette", "uvicorn"}
"""Packages that the layers hold as dependencies of others, and the local server's."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built offline from a copy of the sources."""
    source, folder = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in ("pyproject.toml", "README.md", "LICENSE", "NOTICE"):
        shutil.copy2(ROOT / name, source)
    for name in ("handler", "model", "clients"):
        ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
        shutil.copytree(ROOT / name, source / name, ignore=ignored)
    offline = ["--no-build-isolation", "--no-deps", "--no-index", "--wheel-dir", str(folder)]
    _pip("wheel", "--quiet", *offline, str(source))
    (made,) = folder.iterdir()
    return made


@pytest.fixture(scope="module")
def site(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the installed wheel and nothing else."""
    folder = tmp_path_factory.mktemp("site")
    _pip("install", "--quiet", "--no-index", "--no-deps", "--target", str(folder), str(wheel))
    return folder


@pytest.fixture
def elsewhere(tmp_path: Path, site: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a photo and somebody's `handler.py`, where Python finds the installed wheel."""
    (tmp_path / "handler.py").write_text(HANDLER)
    shutil.copy2(PHOTOS / "astronaut-160.jpg", tmp_path / "photo.jpg")
    monkeypatch.setenv("PYTHONPATH", str(site))
    for name in list(os.environ):
        if name.startswith("CUTOUT_"):
            monkeypatch.delenv(name)
    return tmp_path


def _pip(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "pip", *arguments], check=True)


def _python(folder: Path, *arguments: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def _require_cut_out(path: Path) -> None:
    with Image.open(path) as image:
        assert image.mode == "RGBA"
        assert image.getpixel((80, 100))[3] == 255, "her suit"  # type: ignore[index]
        assert image.getpixel((5, 5))[3] == 0, "behind her"  # type: ignore[index]


def test_it_holds_the_package_alone(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        names = archive.namelist()
    info = f"cutout_lambda-{__version__}.dist-info"
    assert {name.split("/")[0] for name in names} == {"cutout", info}
    shipped = {name.removeprefix("cutout/model/") for name in names if "cutout/model/" in name}
    networks = {each.name for each in (ROOT / "model").glob("*.onnx")}
    assert shipped == networks | {"weights.bin", "manifest.json"}, "files of the recipe are no data"
    assert {"cutout/py.typed", "cutout/page/index.html"} <= set(names)
    assert [name for name in names if "cutout/client/" in name] == ["cutout/client/cutout.js"]


def test_every_package_is_listed() -> None:
    handler = ROOT / "handler"
    folders = {each.parent.relative_to(handler) for each in handler.rglob("*.py")}
    packages = {".".join(each.parts) for each in folders}
    listed = PROJECT["tool"]["setuptools"]["packages"]
    assert set(listed) == packages | {"cutout.client", "cutout.model"}
    assert listed == sorted(listed)


def test_the_library_makes_a_cut_out(elsewhere: Path, site: Path) -> None:
    program = PROGRAM.replace("CHECKOUT", repr(str(ROOT)))
    package, handler, checkout = _python(elsewhere, "-c", program)
    assert Path(package) == site / "cutout" / "__init__.py"
    assert Path(handler) == elsewhere / "handler.py"
    assert checkout == "[]"
    _require_cut_out(elsewhere / "cut-out.png")


def test_the_command_makes_a_cut_out(elsewhere: Path, site: Path) -> None:
    assert (site / "bin" / "cutout").exists()
    assert _python(elsewhere, str(site / "bin" / "cutout"), "photo.jpg", "--model", "fast") == []
    _require_cut_out(elsewhere / "photo-cutout.png")


def test_the_page_of_the_library_tells_its_size(wheel: Path) -> None:
    page = (ROOT / "docs" / "library.md").read_text()
    assert f"{wheel.stat().st_size / 1e6:.0f} MB" in page


def _declared() -> dict[str, Requirement]:
    """The packages that the library and its extra need, by name."""
    project = PROJECT["project"]
    texts = [*project["dependencies"], *project["optional-dependencies"]["server"]]
    return {each.name: each for each in map(Requirement, texts)}


def test_it_needs_what_the_layers_hold() -> None:
    wanted = {
        Requirement(line.partition("#")[0]).name
        for path in ROOT.glob("layers/*/requirements.in")
        for line in path.read_text().splitlines()
        if line.partition("#")[0].strip()
    }
    assert set(_declared()) == wanted | NOT_IN_LAYERS


def test_the_locked_versions_are_allowed() -> None:
    locked = dict(
        line.split(" ")[0].split("==")
        for path in LOCKED
        for line in path.read_text().splitlines()
        if "==" in line and not line.startswith((" ", "#"))
    )
    refused = [
        str(each) for name, each in _declared().items() if locked[name] not in each.specifier
    ]
    assert refused == []


def test_the_library_and_the_command_need_no_web_framework() -> None:
    base = {Requirement(each).name for each in PROJECT["project"]["dependencies"]}
    assert not base & {"fastapi", "starlette", "mangum", "uvicorn", "python-multipart"}
