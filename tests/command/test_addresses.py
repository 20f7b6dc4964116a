"""Addresses where a file or a folder belongs."""

from pathlib import Path

import pytest

from tests.command.conftest import Run, files_in, write

DOWNLOAD = "This is an address, not a file. Download the picture, then name its file."
ADDRESSES = {
    "https://example.com/x.jpg": DOWNLOAD,
    "https://example.com/x.jpg?width=[1]": DOWNLOAD,
    "HTTP://example.com/*.jpg": DOWNLOAD,
    "data:image/png;base64,iVBORw0KGgo=": DOWNLOAD,
    "file:///home/me/x.jpg": "This is an address, not a path. Leave out file://",
    "s3://shop/photos/": (
        "This is an address, not a file. For the pictures of a bucket, use cutout batch."
    ),
}


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")


@pytest.mark.parametrize(("address", "words"), ADDRESSES.items())
def test_an_address_is_named_as_such(run: Run, photo: Path, address: str, words: str) -> None:
    done = run(address, photo)
    assert done.code == 1
    assert done.lines[0] == f"{address}: {words}"
    assert (photo.parent / "a-cutout.png").exists(), "it stops no other picture"


@pytest.mark.parametrize("address", ADDRESSES)
def test_one_address_with_a_file_to_write(run: Run, tmp_path: Path, address: str) -> None:
    done = run(address, "-o", tmp_path / "new.png")
    assert (done.code, done.lines[0]) == (1, f"{address}: {ADDRESSES[address]}")


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("-o", "-o is an address, not a file or folder"),
        ("--background", "--background is an address; download the picture"),
        ("--mask", "--mask is an address; download the mask"),
        ("--review", "--review is an address, not a folder"),
        ("--report", "--report is an address, not a file"),
    ],
)
def test_an_address_in_an_option(run: Run, photo: Path, option: str, words: str) -> None:
    address = "https://example.com/x.csv" if option == "--report" else "https://example.com/x"
    done = run(photo, option, address)
    assert (done.code, done.lines) == (2, [f"cutout: error: {words}: {address}"])
    assert files_in(photo.parent) == {"a.jpg"}


def test_its_password_is_not_repeated(run: Run) -> None:
    done = run("https://joe:sesame@example.com/x.jpg")
    assert done.lines[0] == f"https://***@example.com/x.jpg: {DOWNLOAD}"
    assert "sesame" not in done.err


def test_no_address_is_watched(run: Run) -> None:
    done = run("https://example.com/x.jpg?a=1", "--watch")
    assert done.lines == ["cutout: nothing to watch: no such file or folder"]


def test_a_folder_named_like_an_address_is_one(run: Run) -> None:
    write(Path("https:/example.com/a.jpg"))
    assert run("https://example.com/a.jpg", "https://example.com").code == 0
    assert files_in(Path("https:")) == {"example.com/a.jpg", "example.com/a-cutout.png"}
