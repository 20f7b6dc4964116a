import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STRIP = ROOT / "layers" / "strip.py"


def strip(folder: Path, text: str) -> str:
    listed = folder.parent / "unneeded.txt"
    listed.write_text(text)
    command = [sys.executable, str(STRIP), str(folder), str(listed)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_what_matches_goes_and_the_rest_stays(tmp_path: Path) -> None:
    folder = tmp_path / "layer"
    for name in ("numpy/tests/a.py", "numpy/lib/tests/b.py", "numpy/lib/c.py", "numpy/c.pyi"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    said = strip(folder, "numpy/**/tests  # tests\n\n# types:\n**/*.pyi\nbin\n")
    assert [str(p.relative_to(folder)) for p in folder.rglob("*.py*")] == ["numpy/lib/c.py"]
    assert said.endswith("bin matches nothing\n"), "a line that is no longer needed"


def test_every_layer_has_a_list() -> None:
    for layer in ROOT.glob("layers/[0-9]*"):
        assert (layer / "unneeded.txt").exists(), layer.name
