"""Many pictures of one session: their order, what is read ahead, and errors among them."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from cutout import Session
from cutout.errors import UnsupportedTypeError
from cutout.library import session as library
from tests.command.stand_in import open_stand_in
from tests.samples import gradient, png

GREY = np.asarray(gradient().convert("L"))


@pytest.fixture(autouse=True)
def _stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "open_pipeline", open_stand_in)
    monkeypatch.setattr(library, "_sessions", {})


@pytest.mark.parametrize(("jobs", "ahead"), [(1, 0), (1, 2), (3, 4)])
def test_many_pictures_come_in_their_order(jobs: int, ahead: int) -> None:
    taken = 0

    def pictures() -> Iterator[bytes]:
        nonlocal taken
        for width in range(20, 40):
            taken += 1
            yield png(gradient(width, 20))

    session = Session(model="fast", threads=1)
    made = session.cut_out_all(pictures(), jobs=jobs, read_ahead=ahead, returns="alpha")
    for count, alpha in enumerate(made):
        assert alpha.shape == (20, 20 + count)
        assert taken <= count + jobs + ahead, "more is held than was allowed"
    assert count == 19


def test_a_source_may_reuse_its_array_or_close_its_file(tmp_path: Path) -> None:
    files = [tmp_path / f"{width}.png" for width in range(20, 30)]
    for width, path in enumerate(files, 20):
        path.write_bytes(png(gradient(width, 20)))

    def opened() -> Iterator[BinaryIO]:
        for path in files:
            with path.open("rb") as file:
                yield file

    def frames() -> Iterator[npt.NDArray[np.uint8]]:
        frame = np.zeros((20, 20, 3), np.uint8)
        for frame[..., 0] in range(0, 200, 20):
            yield frame

    session = Session()
    assert [each.width for each in session.cut_out_all(opened())] == list(range(20, 30))
    centres = [each.getpixel((10, 10)) for each in session.cut_out_all(frames())]
    assert centres == [(red, 0, 0, 255) for red in range(0, 200, 20)]


def test_numbers_of_numpy_for_many() -> None:
    session = Session(threads=np.int64(1))  # type: ignore[arg-type]
    counts: dict[str, Any] = {"jobs": np.int64(2), "read_ahead": np.uint8(0)}
    assert len(list(session.cut_out_all([png()] * 3, **counts))) == 3


SINGLE: list[Any] = ["s.jpg", b"s.jpg", bytearray(png()), Path("s.jpg"), BytesIO(png())]


@pytest.mark.parametrize("given", SINGLE, ids=[type(each).__name__ for each in SINGLE])
def test_one_picture_is_not_many(given: Any) -> None:
    words = f"pictures must be a list or another iterable of pictures, not {type(given).__name__}"
    with pytest.raises(TypeError, match=words):
        Session().cut_out_all(given)


ELSEWHERE = [
    ({"mask": GREY}, "no such option: mask. A mask belongs to one picture: give both to cut_out"),
    ({"model": "fast"}, "no such option: model. A session has one"),
]


@pytest.mark.parametrize(("option", "words"), ELSEWHERE)
def test_options_of_other_calls_are_named_with_these(option: Any, words: str) -> None:
    with pytest.raises(TypeError, match=words):
        Session().cut_out_all([png()], **option)
    told = " ".join((Session.cut_out_all.__doc__ or "").split())
    assert "those of `cutout.cut_out`, except `mask` and `model`" in told


class SourceError(Exception):
    """A fault of the caller's own."""


def source_that_fails(*pictures: bytes) -> Iterator[bytes]:
    yield from pictures
    raise SourceError


GOOD = [png(gradient(width, 20)) for width in range(20, 25)]


@pytest.mark.parametrize("errors", ["raise", "return"])
@pytest.mark.parametrize(("jobs", "ahead"), [(1, 0), (1, 2), (2, 0), (2, 2), (2, 9)])
def test_what_came_before_an_error_of_the_source_is_not_lost(
    jobs: int, ahead: int, errors: Any
) -> None:
    source = source_that_fails(*GOOD)
    made = Session().cut_out_all(source, jobs=jobs, read_ahead=ahead, errors=errors)
    assert [next(made).width for _ in GOOD] == [20, 21, 22, 23, 24]
    with pytest.raises(SourceError):
        next(made)
    with pytest.raises(StopIteration):
        next(made)


@pytest.mark.parametrize("jobs", [1, 2])
def test_of_two_errors_the_picture_s_comes_first(jobs: int) -> None:
    session, given = Session(), [GOOD[0], b"broken", GOOD[1]]
    made = session.cut_out_all(source_that_fails(*given), jobs=jobs, read_ahead=9)
    assert next(made).width == 20
    with pytest.raises(UnsupportedTypeError):
        next(made)
    made = session.cut_out_all(source_that_fails(*given), jobs=jobs, errors="return")
    assert [type(next(made)) for _ in given] == [Image.Image, UnsupportedTypeError, Image.Image]
    with pytest.raises(SourceError):
        next(made)


def test_a_broken_picture_among_many() -> None:
    given = [png(), b"broken", png()]
    session = Session()
    made = session.cut_out_all(given)
    assert next(made).size == (64, 48)
    with pytest.raises(UnsupportedTypeError):
        next(made)
    kinds = [type(each) for each in session.cut_out_all(given, errors="return")]
    assert kinds == [Image.Image, UnsupportedTypeError, Image.Image]
    for wrong in ({"jobs": 0}, {"read_ahead": -1}, {"errors": "ignore"}, {"returns": "x"}):
        with pytest.raises(ValueError, match="|".join(wrong)):
            session.cut_out_all(given, **wrong)
