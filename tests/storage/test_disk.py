import os
import resource
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import time

import pytest

from cutout.errors import FileTooBigError, StorageError, UploadMissingError
from cutout.request_errors import (
    FileGoneError,
    UploadRefusedError,
    UploadsDownError,
    UploadSizeError,
)
from cutout.settings import Settings
from cutout.storage.disk import DiskStorage
from cutout.storage.storage import AnswerKind, UploadType, new_token
from cutout.timing import Deadline

LATER = Deadline.after(86_400)  # longer than any run of all tests
LIMIT = 1000
CONTENT = bytes(range(256)) * 3
DAY = 24 * 3600


@pytest.fixture
def storage(tmp_path: Path) -> DiskStorage:
    return DiskStorage(Settings(storage_dir=tmp_path, max_file_bytes=LIMIT))


def age(path: Path, seconds: float) -> None:
    """Makes a file so old."""
    then = time() - seconds
    os.utime(path, (then, then))


def files(folder: Path) -> list[str]:
    """Names of all files, in any folder."""
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("kind", AnswerKind)
def test_what_is_kept_is_behind_the_link(storage: DiskStorage, kind: AnswerKind) -> None:
    link = storage.put(CONTENT, kind, LATER)
    name = link.removeprefix("v1/files/")
    assert storage.path(name).read_bytes() == CONTENT
    assert len(name) >= 43 + len(".png")
    assert name.endswith(f".{kind}")


def test_others_on_this_machine_may_not_look(storage: DiskStorage, tmp_path: Path) -> None:
    storage.put(CONTENT, AnswerKind.PNG, LATER)
    assert stat.S_IMODE((tmp_path / "answers").stat().st_mode) == 0o700


def test_a_link_lives_for_a_day_and_its_file_goes_at_the_next_write(
    storage: DiskStorage, tmp_path: Path
) -> None:
    name = storage.put(CONTENT, AnswerKind.PNG, LATER).removeprefix("v1/files/")
    age(storage.path(name), DAY - 60)
    assert storage.path(name).exists()
    age(storage.path(name), DAY + 1)
    with pytest.raises(FileGoneError):
        storage.path(name)
    other = storage.put(CONTENT, AnswerKind.JSON, LATER).removeprefix("v1/files/")
    assert files(tmp_path) == [other]


@pytest.mark.parametrize(
    "name",
    ["", ".png", "../secret", "..%2fsecret.png", f"{'a' * 43}.png", f"{'a' * 43}.open", "a" * 43],
)
def test_a_link_that_was_never_given_leads_nowhere(storage: DiskStorage, name: str) -> None:
    with pytest.raises(FileGoneError):
        storage.path(name)


def test_an_upload_comes_back_for_a_day(storage: DiskStorage, tmp_path: Path) -> None:
    form = storage.create_upload(UploadType.PNG)
    storage.accept(form.token, "image/png", CONTENT)
    assert storage.get_upload(form.token, LATER) == CONTENT
    age(tmp_path / "uploads" / form.token, DAY + 1)
    with pytest.raises(UploadMissingError):
        storage.get_upload(form.token, LATER)


def test_an_upload_that_never_came(storage: DiskStorage) -> None:
    invited = storage.create_upload(UploadType.PNG).token
    for token in (invited, f"{invited}.open", new_token(), ""):
        with pytest.raises(UploadMissingError):
            storage.get_upload(token, LATER)


@pytest.mark.parametrize("size", [1, LIMIT - 1])
def test_sizes_that_are_taken(storage: DiskStorage, size: int) -> None:
    token = storage.create_upload(UploadType.PNG).token
    storage.accept(token, "image/png", bytes(size))
    assert storage.get_upload(token, LATER) == bytes(size)


@pytest.mark.parametrize("size", [0, LIMIT])
def test_sizes_that_are_not(storage: DiskStorage, size: int) -> None:
    token = storage.create_upload(UploadType.PNG).token
    with pytest.raises(UploadSizeError):
        storage.accept(token, "image/png", bytes(size))
    with pytest.raises(UploadMissingError):
        storage.get_upload(token, LATER)


def test_an_invitation_is_for_one_file_of_one_type_within_its_time(
    storage: DiskStorage, tmp_path: Path
) -> None:
    used, other, late = (storage.create_upload(UploadType.PNG).token for _ in range(3))
    storage.accept(used, "image/png", CONTENT)
    age(tmp_path / "uploads" / f"{late}.open", 901)
    for token, kind in [
        (used, "image/png"),
        (other, "image/jpeg"),
        (late, "image/png"),
        (new_token(), "image/png"),
        ("../answers/x", "image/png"),
    ]:
        with pytest.raises(UploadRefusedError):
            storage.accept(token, kind, CONTENT)
    assert storage.get_upload(used, LATER) == CONTENT


def test_a_limit_that_was_lowered_meanwhile(tmp_path: Path, storage: DiskStorage) -> None:
    token = storage.create_upload(UploadType.PNG).token
    storage.accept(token, "image/png", CONTENT)
    strict = DiskStorage(Settings(storage_dir=tmp_path, max_file_bytes=len(CONTENT)))
    with pytest.raises(FileTooBigError):
        strict.get_upload(token, LATER)


@contextmanager
def full_disk() -> Iterator[None]:
    """Every write ends after 100 bytes, as on a disk that fills up."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_is_told_and_nothing_is_half_written(
    storage: DiskStorage, tmp_path: Path
) -> None:
    token = storage.create_upload(UploadType.PNG).token
    with full_disk():
        with pytest.raises(StorageError):
            storage.put(CONTENT, AnswerKind.PNG, LATER)
        with pytest.raises(UploadsDownError):
            storage.accept(token, "image/png", CONTENT)
    assert files(tmp_path) == [f"{token}.open"]
    storage.accept(token, "image/png", CONTENT)


def test_a_folder_that_can_not_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    storage = DiskStorage(Settings(storage_dir=tmp_path / "file"))
    with pytest.raises(StorageError):
        storage.create_upload(UploadType.PNG)
