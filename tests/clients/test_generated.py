"""A client that a generator makes from our OpenAPI document makes a cut-out."""

import os
import subprocess
from pathlib import Path

import pytest
import requests
from PIL import Image

from tests.local_server import ROOT, LocalServer
from tests.samples import gradient, jpeg

KEY = "the-key-of-the-tests"
GENERATOR = ROOT / ".venv-openapi" / "bin"
PROGRAM = Path(__file__).with_name("generated_client.py")


def run(folder: Path, *command: str) -> str:
    path = f"{GENERATOR}{os.pathsep}{os.environ['PATH']}"  # the generator calls ruff
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PATH": path, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_openapi_python_client(tmp_path: Path) -> None:
    if not (GENERATOR / "openapi-python-client").exists():
        pytest.skip("the generator is not installed in .venv-openapi")
    photo, target = tmp_path / "photo.jpg", tmp_path / "cut-out.png"
    photo.write_bytes(jpeg(gradient(64, 48)))
    with LocalServer(
        CUTOUT_API_KEYS=KEY,
        CUTOUT_MAX_ANSWER_BYTES="3000",  # so that the answer is elsewhere, and the client follows
        CUTOUT_STORAGE_DIR=str(tmp_path / "files"),
    ) as server:
        document = requests.get(f"{server.url}/openapi.json", timeout=10)
        (tmp_path / "openapi.json").write_bytes(document.content)
        generate = ["generate", "--path", "openapi.json", "--output-path", "generated"]
        told = run(tmp_path, "openapi-python-client", *generate, "--meta", "none")
        assert "Warning" not in told, told
        run(tmp_path, "python", str(PROGRAM), server.url, KEY, str(photo), str(target))
        assert '"status": 303' in server.log()
    with Image.open(target) as image:
        assert (image.format, image.mode, image.size) == ("PNG", "RGBA", (64, 48))
