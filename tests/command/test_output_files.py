"""Files are complete or absent, also on disks that are full."""

import errno
from collections.abc import Callable
from io import BufferedIOBase
from pathlib import Path
from threading import Event, Thread
from typing import Any, Self

import pytest

from cutout.command.errors import TaskError
from cutout.command.outputs import OutputWriter
from tests.command.conftest import Run, files_in, opened, pictures_in, write
from tests.samples import gradient, jpeg


def writing(
    monkeypatch: pytest.MonkeyPatch, write: Callable[[BufferedIOBase, bytes], None]
) -> None:
    """From now on, this is how a new file is written."""
    real = Path.open

    class File:
        def __init__(self, path: Path) -> None:
            self._file = real(path, "xb")

        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_: object) -> None:
            self._file.close()

        def write(self, content: bytes) -> None:
            write(self._file, content)

    def path_open(self: Path, mode: str = "r", *rest: Any, **named: Any) -> Any:
        return File(self) if mode == "xb" else real(self, mode, *rest, **named)

    monkeypatch.setattr(Path, "open", path_open)


def test_a_full_disk(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "in" / "a.jpg", jpeg(gradient(300, 300)))
    write(tmp_path / "in" / "b.jpg", jpeg(gradient(30, 20)))
    out = tmp_path / "out"

    def with_room_for_2000(file: BufferedIOBase, content: bytes) -> None:
        file.write(content[:2000])
        if len(content) > 2000:
            raise OSError(errno.ENOSPC, "No space left on device")

    writing(monkeypatch, with_room_for_2000)
    done = run(tmp_path / "in", "-o", out)
    assert done.code == 1
    assert done.lines[0] == (
        f"{tmp_path}/in/a.jpg: {out}/a.png can't be written: No space left on device."
    )
    assert pictures_in(out) == {"b.png"}, "nothing is left of the one that didn't fit"


def test_a_full_disk_is_tried_again_when_it_has_space(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No picture is worked on in vain meanwhile."""
    free = 2999
    outputs = OutputWriter(free_bytes=lambda _: free)
    outputs.require_place(tmp_path / "a.png")  # a disk that refused nothing is always tried

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        writing(patch, full)
        with pytest.raises(TaskError, match="No space left on device"):
            outputs.write(tmp_path / "a.png", b"." * 3000)
    with pytest.raises(TaskError, match=r"b\.png can't be written: No space left on device"):
        outputs.require_place(tmp_path / "b.png")
    free = 3000
    outputs.require_place(tmp_path / "b.png")
    assert outputs.write(tmp_path / "b.png", b"." * 3000)


def test_an_empty_file_is_no_cut_out(tmp_path: Path, run: Run) -> None:
    """A power failure may leave one, of a cut-out that the disk had not stored yet."""
    photo, out = write(tmp_path / "a.jpg"), tmp_path / "out"
    assert run(photo, "-o", f"{out}/").code == 0
    (out / "a.png").write_bytes(b"")
    assert run(photo, "-o", f"{out}/").code == 0
    assert opened(out / "a.png").size == (64, 48)


def test_what_is_half_written_goes_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outputs, begun, go_on = OutputWriter(), Event(), Event()

    def slowly(file: BufferedIOBase, content: bytes) -> None:
        file.write(content[:3])
        file.flush()
        begun.set()
        assert go_on.wait(30)
        file.write(content[3:])

    assert outputs.write(tmp_path / "before.png", b"complete")
    writing(monkeypatch, slowly)
    thread = Thread(target=outputs.write, args=(tmp_path / "during.png", b"all of it"))
    thread.start()
    assert begun.wait(30)
    assert len(files_in(tmp_path)) == 2
    outputs.close()
    assert files_in(tmp_path) == {"before.png"}
    go_on.set()
    thread.join(30)
    assert not outputs.write(tmp_path / "after.png", b"too late"), "it says so"
    assert files_in(tmp_path) == {"before.png"}
