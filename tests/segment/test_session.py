"""Check what onnxruntime does besides running the networks."""

import os
import subprocess
import sys
from pathlib import Path

import onnx

from tests.own_networks import redness

ROOT = Path(__file__).resolve().parents[2]
LOAD = """
import sys
from pathlib import Path
from cutout.segment.session import load_session
load_session(Path(sys.argv[1]), 1)
"""


def test_nothing_is_collected_for_microsoft(tmp_path: Path) -> None:
    """onnxruntime keeps an identifier, and what it is going to send, in the home directory."""
    network, home = tmp_path / "network.onnx", tmp_path / "home"
    onnx.save(redness(), network)
    home.mkdir()
    subprocess.run(
        [sys.executable, "-c", LOAD, str(network)],
        cwd=ROOT,
        # nothing that tells it of continuous integration, where it collects nothing anyway
        env={"HOME": str(home), "TMPDIR": str(home), "PYTHONPATH": os.pathsep.join(sys.path)},
        check=True,
    )
    assert list(home.rglob("*")) == []
