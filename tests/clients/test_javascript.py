"""The JavaScript client in Node: its own tests, its package, and its types."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.fetch.servers import answer, serving
from tests.local_server import ROOT, LocalServer
from tests.page.test_large import LARGE, of_size
from tests.samples import gradient, jpeg

KEY = "the-key-of-the-tests"
CLIENT = ROOT / "clients" / "js"
HERE = Path(__file__).parent
TYPESCRIPT = ROOT / "build" / "typescript" / "node_modules" / "typescript" / "bin" / "tsc"
SECONDS = 120


def node(*arguments: str, **environment: str) -> str:
    program = shutil.which("node")
    if program is None:
        pytest.skip("node is not installed")
    done = subprocess.run(
        [program, *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LocalServer]:
    """Answers over 100 kB are elsewhere."""
    with LocalServer(
        CUTOUT_API_KEYS=KEY,
        CUTOUT_ALLOW_PRIVATE_NETWORK="true",
        CUTOUT_MAX_ANSWER_BYTES="100000",
        CUTOUT_STORAGE_DIR=str(tmp_path / "files"),
    ) as running:
        yield running


def test_its_own_tests(server: LocalServer, tmp_path: Path) -> None:
    noise = Image.effect_noise((500, 400), 90).convert("RGB")
    files = {
        "SMALL": jpeg(),
        "LARGE_ANSWER": jpeg(noise),
        "LARGE_FILE": of_size(LARGE + 1),
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    with serving(answer(jpeg(gradient(32, 24)))) as pictures:
        told = node(
            "--test",
            "--test-reporter=tap",
            *map(str, sorted(HERE.glob("*.test.mjs"))),
            CUTOUT_API=server.url,
            CUTOUT_KEY=KEY,
            PICTURE_URL=pictures.url("/a.jpg"),
            **{name: str(tmp_path / name) for name in files},
        )
    assert "# fail 0" in told
    assert "# skipped 0" in told


def test_the_package(tmp_path: Path) -> None:
    """Import it by its name, as an installed package."""
    package = json.loads((CLIENT / "package.json").read_text())
    installed = tmp_path / "node_modules" / package["name"]
    installed.mkdir(parents=True)
    for name in ["package.json", *package["files"]]:
        shutil.copy(CLIENT / name, installed)
    program = tmp_path / "program.mjs"
    program.write_text('import { cutOut } from "cutout-client"; console.log(typeof cutOut);')
    assert node(str(program)) == "function\n"


def test_the_types() -> None:
    """Compile a program that uses all of them; wrong uses must be refused."""
    if not TYPESCRIPT.exists():
        pytest.skip("typescript is not installed in build/typescript")
    options = ["--strict", "--noEmit", "--target", "es2022", "--module", "nodenext"]
    node(str(TYPESCRIPT), *options, "--lib", "es2022,dom", str(HERE / "types.mts"))
