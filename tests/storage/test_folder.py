"""Files in the store's folders that are not the store's own."""

import os
from pathlib import Path
from time import time

import pytest

from cutout.errors import UploadMissingError
from cutout.request_errors import FileGoneError
from cutout.settings import Settings
from cutout.storage.disk import SMALLEST, DiskStorage
from cutout.storage.storage import AnswerKind
from cutout.timing import Deadline

LATER = Deadline.after(86_400)  # longer than any run of all tests
LONG_AGO = time() - 365 * 24 * 3600
SECRET = b"not for clients"
TOKEN = 43 * "t"
FOREIGN = {
    "answers": [
        "notes.txt",
        "picture.png",
        TOKEN,
        f"{TOKEN}.open",
        f"{TOKEN}.txt",
        f"{TOKEN}.png.bak",
        f"{TOKEN}.",
        f"{TOKEN}x.png",
        f".{TOKEN}.png",
        ".DS_Store",
        f"{TOKEN}.part",
        ".x.part",
    ],
    "uploads": ["photo", f"{TOKEN}.png", f"{TOKEN}.open.bak", f"{TOKEN}x", f".{TOKEN}", ".x.part"],
}
NAMES = [(folder, name) for folder, names in FOREIGN.items() for name in names]
OWN = [("answers", f"{TOKEN}.png"), ("uploads", TOKEN), ("uploads", f"{TOKEN}.open")]
"""Names that a file of the store's own would have."""


@pytest.fixture
def storage(tmp_path: Path) -> DiskStorage:
    """Provide a storage for one file, in folders that exist."""
    for folder in FOREIGN:
        (tmp_path / "store" / folder).mkdir(parents=True)
    return DiskStorage(Settings(storage_dir=tmp_path / "store", storage_bytes=SMALLEST))


def assert_foreign(storage: DiskStorage, path: Path) -> None:
    """It is not counted, not removed and not served."""
    storage.put(b"fills the store", AnswerKind.PNG, LATER)
    assert os.path.lexists(path)
    assert_unserved(storage, path.name)


def assert_unserved(storage: DiskStorage, name: str) -> None:
    with pytest.raises(FileGoneError):
        storage.path(name)
    with pytest.raises(UploadMissingError):
        storage.get_upload(name, LATER)


@pytest.mark.parametrize(("folder", "name"), NAMES)
@pytest.mark.parametrize("modified", [LONG_AGO, time()], ids=["long ago", "now"])
def test_a_file_of_another_name_is_left_alone(
    storage: DiskStorage, tmp_path: Path, folder: str, name: str, modified: float
) -> None:
    path = tmp_path / "store" / folder / name
    path.write_bytes(SECRET)
    os.utime(path, (modified, modified))
    assert_foreign(storage, path)
    assert path.read_bytes() == SECRET


@pytest.mark.parametrize(("folder", "name"), OWN)
def test_a_file_of_such_a_name_is_the_stores(
    storage: DiskStorage, tmp_path: Path, folder: str, name: str
) -> None:
    """Else the tests of foreign files would prove nothing."""
    path = tmp_path / "store" / folder / name
    path.write_bytes(SECRET)
    os.utime(path, (LONG_AGO, LONG_AGO))
    storage.put(b"", AnswerKind.PNG, LATER)
    assert not path.exists()


@pytest.mark.parametrize(("folder", "name"), [*OWN, ("answers", f".{TOKEN}.part")])
def test_a_link_is_not_followed(
    storage: DiskStorage, tmp_path: Path, folder: str, name: str
) -> None:
    target, link = tmp_path / "secret", tmp_path / "store" / folder / name
    target.write_bytes(SECRET)
    link.symlink_to(target)
    for path in (target, link):
        os.utime(path, (LONG_AGO, LONG_AGO), follow_symlinks=False)
    assert_foreign(storage, link)
    for path in (target, link):  # no longer too old to be served
        os.utime(path, follow_symlinks=False)
    assert_unserved(storage, link.name)
    assert target.read_bytes() == SECRET


@pytest.mark.parametrize(("folder", "name"), OWN)
def test_a_dangling_link_is_left_alone(
    storage: DiskStorage, tmp_path: Path, folder: str, name: str
) -> None:
    link = tmp_path / "store" / folder / name
    link.symlink_to(tmp_path / "nothing")
    assert_foreign(storage, link)


@pytest.mark.parametrize(("folder", "name"), [*OWN, ("uploads", "sub")])
def test_a_folder_and_what_is_in_it_are_left_alone(
    storage: DiskStorage, tmp_path: Path, folder: str, name: str
) -> None:
    inner = tmp_path / "store" / folder / name / f"{TOKEN}.png"
    inner.parent.mkdir()
    inner.write_bytes(SECRET)
    for path in (inner, inner.parent):
        os.utime(path, (LONG_AGO, LONG_AGO))
    assert_foreign(storage, inner.parent)
    assert inner.read_bytes() == SECRET
