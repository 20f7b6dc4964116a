"""Write `build/sbom.json`, the image's packages with their hashes, in CycloneDX format."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "build" / "sbom.json"


def sbom_command() -> list[str]:
    """Return the call that reads the locks from standard input; equal locks give equal bytes."""
    return [
        *(sys.executable, "-W", "ignore", "-m", "cyclonedx_py", "requirements", "-"),
        *("--output-reproducible", "--pyproject", "pyproject.toml"),
        *("--output-format", "JSON", "--output-file", str(TARGET)),
    ]


def main() -> None:
    """Write the file."""
    TARGET.parent.mkdir(exist_ok=True)
    layers = sorted(ROOT.glob("layers/*/requirements.txt"))
    locked = "".join(each.read_text() for each in layers)
    subprocess.run(sbom_command(), cwd=ROOT, input=locked, text=True, check=True)
    print(TARGET.relative_to(ROOT))


if __name__ == "__main__":
    main()
