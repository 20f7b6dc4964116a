"""Check the limits of the local store: bytes, files, expected uploads and expiry."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Barrier

import pytest

from cutout.errors import StorageError
from cutout.request_errors import UploadRefusedError, UploadsDownError
from cutout.settings import Settings
from cutout.storage.disk import SMALLEST, DiskStorage
from cutout.storage.storage import AnswerKind, UploadType, new_token
from tests.storage.test_disk import CONTENT, DAY, LATER, age, files


def upload(storage: DiskStorage, content: bytes = CONTENT) -> str:
    """Upload it and return its token."""
    token = storage.create_upload(UploadType.PNG).token
    storage.accept(token, "image/png", content)
    return token


@pytest.mark.parametrize(("room", "fits"), [(3 * SMALLEST, True), (3 * SMALLEST - 1, False)])
def test_small_files_count_and_beyond_the_limit_the_disk_is_full(
    tmp_path: Path, room: int, fits: bool
) -> None:
    """Answers and uploads together."""
    storage = DiskStorage(Settings(storage_dir=tmp_path, storage_bytes=room))
    storage.put(CONTENT, AnswerKind.PNG, LATER)
    upload(storage)
    if fits:
        storage.put(CONTENT, AnswerKind.JSON, LATER)
    else:
        with pytest.raises(StorageError):
            storage.put(CONTENT, AnswerKind.JSON, LATER)
    assert len(files(tmp_path)) == 2 + fits


def test_threads_do_not_exceed_the_limit_together(tmp_path: Path) -> None:
    storage = DiskStorage(Settings(storage_dir=tmp_path, storage_bytes=3 * SMALLEST))
    start = Barrier(16)

    def put(_: int) -> None:
        start.wait(10)
        with suppress(StorageError):
            storage.put(CONTENT, AnswerKind.PNG, LATER)

    with ThreadPoolExecutor(16) as threads:
        list(threads.map(put, range(16)))
    assert len(files(tmp_path)) == 3


@pytest.mark.parametrize(("room", "fits"), [(300_000, True), (299_999, False)])
def test_large_files_count_as_they_are(tmp_path: Path, room: int, fits: bool) -> None:
    storage = DiskStorage(Settings(storage_dir=tmp_path, storage_bytes=room))
    storage.put(bytes(100_000), AnswerKind.PNG, LATER)
    upload(storage, bytes(100_000))
    if fits:
        storage.put(bytes(100_000), AnswerKind.PNG, LATER)
    else:
        with pytest.raises(StorageError):
            storage.put(bytes(100_000), AnswerKind.PNG, LATER)


@pytest.mark.parametrize(("room", "fits"), [(4 * SMALLEST, True), (4 * SMALLEST - 1, False)])
def test_uploads_fill_half_of_the_store_and_leave_the_rest_to_answers(
    tmp_path: Path, room: int, fits: bool
) -> None:
    storage = DiskStorage(Settings(storage_dir=tmp_path, storage_bytes=room))
    upload(storage)
    if fits:
        upload(storage)
    with pytest.raises(UploadsDownError):
        upload(storage)
    for _ in range(2):
        storage.put(CONTENT, AnswerKind.PNG, LATER)


def test_answers_may_fill_the_store_and_then_no_upload_fits(tmp_path: Path) -> None:
    storage = DiskStorage(Settings(storage_dir=tmp_path, storage_bytes=2 * SMALLEST))
    for _ in range(2):
        storage.put(CONTENT, AnswerKind.PNG, LATER)
    with pytest.raises(UploadsDownError):
        upload(storage)


def test_a_day_later_there_is_room_again(tmp_path: Path) -> None:
    storage = DiskStorage(Settings(storage_dir=tmp_path, storage_bytes=SMALLEST))
    storage.put(CONTENT, AnswerKind.PNG, LATER)
    (kept,) = tmp_path.rglob("*.png")
    age(kept, DAY - 60)
    with pytest.raises(StorageError):
        storage.put(CONTENT, AnswerKind.PNG, LATER)
    age(kept, DAY + 1)
    storage.put(CONTENT, AnswerKind.PNG, LATER)


def test_invitations_take_no_room_from_answers(tmp_path: Path) -> None:
    storage = DiskStorage(Settings(storage_dir=tmp_path, storage_bytes=SMALLEST))
    for _ in range(20):
        storage.create_upload(UploadType.PNG)
    storage.put(CONTENT, AnswerKind.PNG, LATER)


@pytest.fixture
def two_open(tmp_path: Path) -> DiskStorage:
    """One that expects two uploads, as many as it may."""
    storage = DiskStorage(Settings(storage_dir=tmp_path, open_uploads=2))
    for _ in range(2):
        storage.create_upload(UploadType.PNG)
    return storage


def test_so_many_invitations_are_open_and_no_more(two_open: DiskStorage, tmp_path: Path) -> None:
    with pytest.raises(StorageError):
        two_open.create_upload(UploadType.PNG)
    assert len(files(tmp_path)) == 2
    two_open.put(CONTENT, AnswerKind.PNG, LATER)


def test_an_invitation_that_was_used_is_open_no_more(two_open: DiskStorage, tmp_path: Path) -> None:
    token = files(tmp_path)[0].removesuffix(".open")
    two_open.accept(token, "image/png", CONTENT)
    two_open.create_upload(UploadType.PNG)
    with pytest.raises(StorageError):
        two_open.create_upload(UploadType.PNG)


@pytest.mark.parametrize(("seconds", "expired"), [(890, False), (901, True)])
def test_an_invitation_is_removed_after_its_time_at_the_next_one(
    two_open: DiskStorage, tmp_path: Path, seconds: int, expired: bool
) -> None:
    old = next(tmp_path.rglob("*.open"))
    age(old, seconds)
    if expired:
        two_open.create_upload(UploadType.PNG)
    else:
        with pytest.raises(StorageError):
            two_open.create_upload(UploadType.PNG)
    assert old.exists() is not expired


def test_the_time_of_an_invitation_is_a_setting(tmp_path: Path) -> None:
    storage = DiskStorage(Settings(storage_dir=tmp_path, open_uploads=1, upload_seconds=60))
    token = storage.create_upload(UploadType.PNG).token
    age(tmp_path / "uploads" / f"{token}.open", 50)
    storage.require_open(token)
    age(tmp_path / "uploads" / f"{token}.open", 61)
    with pytest.raises(UploadRefusedError):
        storage.require_open(token)
    storage.create_upload(UploadType.PNG)


def test_invitations_outlive_a_restart(tmp_path: Path) -> None:
    token = DiskStorage(Settings(storage_dir=tmp_path)).create_upload(UploadType.PNG).token
    DiskStorage(Settings(storage_dir=tmp_path)).accept(token, "image/png", CONTENT)


@pytest.mark.parametrize(("seconds", "left"), [(290, True), (301, False)])
@pytest.mark.parametrize("folder", ["answers", "uploads"])
def test_what_a_killed_server_left_half_written_goes_after_minutes(
    tmp_path: Path, folder: str, seconds: int, left: bool
) -> None:
    """Until then it counts: another server may be writing it."""
    storage = DiskStorage(Settings(storage_dir=tmp_path, storage_bytes=SMALLEST))
    part = tmp_path / folder / f".{new_token()}.part"
    part.parent.mkdir()
    part.write_bytes(CONTENT)
    age(part, seconds)
    if left:
        with pytest.raises(StorageError):
            storage.put(CONTENT, AnswerKind.PNG, LATER)
    else:
        storage.put(CONTENT, AnswerKind.PNG, LATER)
    assert part.exists() is left
