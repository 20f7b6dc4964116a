"""Writes `build/sbom.json`: the image's packages with their hashes, as CycloneDX has it."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "build" / "sbom.json"


def sbom_command() -> list[str]:
    """Reads what is locked from its standard input; asks nobody, and gives the same bytes again."""
    return [
        *(sys.executable, "-W", "ignore", "-m", "cyclonedx_py", "requirements", "-"),
        *("--output-reproducible", "--pyproject", "pyproject.toml"),
        *("--output-format", "JSON", "--output-file", str(TARGET)),
    ]


def main() -> None:
    TARGET.parent.mkdir(exist_ok=True)
    layers = sorted(ROOT.glob("layers/*/requirements.txt"))
    locked = "".join(each.read_text() for each in layers)
    subprocess.run(sbom_command(), cwd=ROOT, input=locked, text=True, check=True)
    print(TARGET.relative_to(ROOT))


if __name__ == "__main__":
    main()
