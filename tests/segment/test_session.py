"""What a session does beside the network's work: nothing."""

import subprocess
import sys
from pathlib import Path

from tests.local_server import ROOT

LOADING = """
import sys
from pathlib import Path
from cutout.segment.session import load_session
load_session(Path(sys.argv[1]), 1)
"""


def test_onnxruntime_sends_and_keeps_nothing_about_its_use(tmp_path: Path) -> None:
    """Its telemetry starts with an identifier and a database in the home folder. It is off in
    continuous integration, which the environment must not show."""
    graph, home = ROOT / "model" / "edge-refiner.int8.onnx", tmp_path / "home"
    home.mkdir()
    environment = {"HOME": str(home), "PYTHONPATH": f"{ROOT / 'handler'}:{ROOT}"}
    command = [sys.executable, "-B", "-c", LOADING, str(graph)]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert list(tmp_path.rglob("*")) == [home]
