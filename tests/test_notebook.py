"""The notebook runs from its first cell to its last."""

import json
import os
import subprocess
import sys
from pathlib import Path

from PIL import Image

from tests.local_server import ROOT
from tests.own_networks import write_own_network

NOTEBOOK = ROOT / "examples" / "library.ipynb"


def test_the_notebook_runs(tmp_path: Path) -> None:
    """With a small network, which is quicker; the cells don't depend on it."""
    cells = json.loads(NOTEBOOK.read_text())["cells"]
    code = "\n".join("".join(each["source"]) for each in cells if each["cell_type"] == "code")
    (tmp_path / "examples").mkdir()
    (tmp_path / "tests").symlink_to(ROOT / "tests")
    own = {
        "PYTHONPATH": str(ROOT / "handler"),
        "CUTOUT_MODEL_DIR": str(write_own_network(tmp_path)),
    }
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nprint(alpha.shape, sizes)"],
        cwd=tmp_path / "examples",
        env=os.environ | own,
        capture_output=True,
        text=True,
        timeout=580,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    doubt, objects, image, failure, last = done.stdout.splitlines()
    assert "undecided" in doubt
    assert objects.startswith("[Box(left=")
    assert "PIL.Image.Image" in image
    assert "not supported" in failure or "type" in failure
    assert last.startswith("(160, 160) [(")
    with Image.open(tmp_path / "examples" / "astronaut.png") as saved:
        assert saved.mode == "RGBA"


def test_no_output_is_kept_in_it() -> None:
    cells = json.loads(NOTEBOOK.read_text())["cells"]
    assert not any(each.get("outputs") or each.get("execution_count") for each in cells)
