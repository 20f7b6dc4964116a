import subprocess
from collections.abc import Callable
from pathlib import Path
from venv import EnvBuilder

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


ENVIRONMENTS = {
    ".venv": (".run-ready", ".dev-ready"),
    ".venv-audit": (".ready",),
    ".venv-lock": (".ready",),
    ".venv-measures": (".ready",),
    ".venv-oldest": (".ready",),
    ".venv-openapi": (".ready",),
    ".venv-rembg": (".ready",),
    ".venv-sam": (".ready",),
}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy with all environments, which hold nothing but pip."""
    for name in ("Makefile", "layers", "pyproject.toml", "requirements", "tools"):
        (tmp_path / name).symlink_to(ROOT / name)
    for name in ENVIRONMENTS:
        EnvBuilder().create(tmp_path / name)
        (_packages(tmp_path / name) / "pip.py").touch()
    for name, stamps in ENVIRONMENTS.items():
        for each in stamps:
            (tmp_path / name / each).touch()
    return tmp_path


def _packages(environment: Path) -> Path:
    (found,) = environment.glob("lib/python*/site-packages")
    return found


def _upgrade(environment: Path) -> None:
    """As if `bin/python` led to a newer Python, which has its packages elsewhere."""
    packages = _packages(environment).parent
    packages.rename(packages.with_name("python3.10"))


def _remove(environment: Path) -> None:
    for each in (environment / "bin").glob("python*"):
        each.unlink()
        each.symlink_to("/nowhere/python3")


def _move(environment: Path) -> None:
    """As if the checkout had been renamed after they were made."""
    record = environment / "pyvenv.cfg"
    record.write_text(record.read_text().replace(str(environment), f"/before/{environment.name}"))


def test_environments_are_kept_while_nothing_changes(checkout: Path) -> None:
    for name, stamps in ENVIRONMENTS.items():
        for each in stamps:
            assert not _is_to_do(f"{name}/{each}", checkout), name


@pytest.mark.parametrize("change", [_upgrade, _remove, _move])
def test_environments_that_can_not_be_used_any_more_are_made_again(
    checkout: Path, change: Callable[[Path], None]
) -> None:
    for name, stamps in ENVIRONMENTS.items():
        change(checkout / name)
        for each in stamps:
            assert _is_to_do(f"{name}/{each}", checkout), name


def _is_to_do(target: str, checkout: Path) -> bool:
    command = ["make", "--question", target]
    code = subprocess.run(command, cwd=checkout, check=False).returncode
    assert code in {0, 1}
    return code == 1
