import pytest

from cutout.errors import DownloadError, FileTooBigError
from cutout.fetch.source import fetch, named_source
from cutout.options import Source
from cutout.request import PictureForm
from cutout.settings import Settings
from cutout.timing import Deadline

SETTINGS = Settings(max_file_bytes=10)
LATER = Deadline.after(86_400)  # longer than any run of all tests


def test_an_upload_is_its_own_source() -> None:
    image = Source(b"123456789", "a.jpg")
    assert fetch(PictureForm(image=image), SETTINGS, None, LATER) is image
    assert named_source(PictureForm(image=image)) is image


def test_an_upload_at_the_limit_is_too_big() -> None:
    with pytest.raises(FileTooBigError, match="less than"):
        fetch(PictureForm(image=Source(b"1234567890", "a.jpg")), SETTINGS, None, LATER)


def test_a_url_is_named_sourced_by_its_name_and_downloaded() -> None:
    form = PictureForm(url="http://127.0.0.1/a.jpg")
    assert named_source(form) == Source(b"", "a.jpg")
    with pytest.raises(DownloadError):
        fetch(form, SETTINGS, None, LATER)
