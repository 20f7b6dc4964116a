import subprocess
from pathlib import Path

import pytest

from tests.local_server import ROOT

CONTAINER = """#!/bin/sh
echo "attestations: $BUILDX_NO_DEFAULT_ATTESTATIONS, $*" > "$0.log"
"""


@pytest.mark.parametrize("target", ["image", "server-image"])
def test_an_image_is_built_without_attestations(target: str, tmp_path: Path) -> None:
    """Lambda refuses the image index that Docker makes with them."""
    container = tmp_path / "docker"
    container.write_text(CONTAINER)
    container.chmod(0o755)
    command = ["make", target, f"CONTAINER={container}"]
    subprocess.run(command, cwd=ROOT, check=True)
    assert (tmp_path / "docker.log").read_text().startswith("attestations: 1, build ")
