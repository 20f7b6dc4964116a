"""A Debian of arm64 in a folder, and the image's packages for it, run by qemu's user emulation."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD, MODEL = ROOT / "build" / "arm", ROOT / "model"
EMULATOR = "qemu-aarch64-static"
PROGRAMS = {"mmdebstrap": "mmdebstrap", EMULATOR: "qemu-user-static", "unshare": "util-linux"}
"""What is needed, and Debian's packages that have it."""
SUITE, PYTHON = "trixie", "3.13"
DEBIAN = (
    "base-files",
    "libc6",
    "libstdc++6",
    f"libpython{PYTHON}-stdlib",
    f"python{PYTHON}-minimal",
)
PROCESSOR = "neoverse-n1"  # Graviton2's, which Lambda has
PLATFORMS = ("manylinux2014_aarch64", "manylinux_2_28_aarch64")

CHECKOUT = "/checkout"  # where the emulated programs see this one

# The mounts end with the command. /sys stays out: it describes this machine's processor, at which
# onnxruntime fails.
ENTER = """
root=$1; shift
mount --rbind /proc "$root/proc"
mount --rbind /dev "$root/dev"
mount --bind . "$root/checkout"
exec chroot "$root" "$@"
"""


class EmulationError(Exception):
    """Reports that arm64 can't be emulated here; the message says what to do."""


class Emulated:
    """Runs Python programs of this checkout on arm64, in a folder that `build` fills once."""

    def __init__(self, folder: Path) -> None:
        self._root, self._packages = folder / "root", folder / "packages"

    def build(self) -> None:
        """Download Debian's packages and the image's, unless they are there; no program of theirs
        runs."""
        require()
        if not self._root.exists():
            made = self._root.with_suffix(".new")
            shutil.rmtree(made, ignore_errors=True)
            made.parent.mkdir(parents=True, exist_ok=True)
            call(
                "mmdebstrap",
                "--quiet",
                "--arch=arm64",
                "--variant=extract",
                f"--include={','.join(DEBIAN)}",
                SUITE,
                made,
            )
            (made / CHECKOUT.strip("/")).mkdir()
            shutil.copy2(str(shutil.which(EMULATOR)), made / "usr" / "bin")
            made.rename(self._root)
        for layer in sorted((ROOT / "layers").glob("*/requirements.txt")):
            self._install(layer)

    def _install(self, locked: Path) -> None:
        """Install a layer's packages for arm64 and strip them, as the Dockerfile does."""
        target = self._packages / locked.parent.name
        if target.exists() and target.stat().st_mtime > locked.stat().st_mtime:
            return
        shutil.rmtree(target, ignore_errors=True)
        options = ["--quiet", "--disable-pip-version-check", "--no-compile", "--require-hashes"]
        platforms = [f"--platform={each}" for each in PLATFORMS]
        call(
            sys.executable,
            "-m",
            "pip",
            "install",
            *options,
            "--no-deps",
            "--only-binary=:all:",
            *platforms,
            f"--python-version={PYTHON}",
            "--target",
            target,
            "-r",
            locked,
        )
        call(sys.executable, ROOT / "layers" / "strip.py", target, locked.with_name("unneeded.txt"))
        target.touch()

    def run(
        self,
        module: str,
        *arguments: Path,
        emulator: Sequence[str] = (f"/usr/bin/{EMULATOR}",),
    ) -> None:
        """Run a module with paths below the checkout as arguments."""
        layers = [inside(each) for each in sorted(self._packages.iterdir())]
        variables = {
            "HOME": "/tmp",  # noqa: S108
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": ":".join([f"{CHECKOUT}/handler", CHECKOUT, *layers]),
        }
        given = [word for pair in variables.items() for word in ("-E", "=".join(pair))]
        options = ["-cpu", os.environ.get("QEMU_CPU", PROCESSOR), *given]
        python = [f"/usr/bin/python{PYTHON}", "-m", module, *map(inside, arguments)]
        command = [*emulator, *options, *python]
        call("unshare", "--mount", "sh", "-ec", ENTER, "sh", self._root, *command)


def require(programs: Mapping[str, str] = PROGRAMS) -> None:
    """Raise `EmulationError` unless this machine can emulate arm64."""
    missing = [package for program, package in programs.items() if not shutil.which(program)]
    if missing:
        raise EmulationError(f"Install what is missing: apt-get install {' '.join(missing)}")
    if os.geteuid() != 0:
        raise EmulationError("Run this as root: it mounts /proc into a root of its own.")


def inside(path: Path) -> str:
    """Return a path of this checkout as the emulated programs see it."""
    return f"{CHECKOUT}/{path.resolve().relative_to(ROOT)}"


def call(*command: str | Path) -> None:
    subprocess.run(list(map(str, command)), cwd=ROOT, check=True)
