"""A form becomes a source."""

from handler.errors import FileTooBigError
from handler.fetch.target import file_name
from handler.pictures import Source
from handler.receive.form import PictureForm
from handler.settings import Settings


def announce(form: PictureForm) -> Source:
    """What the answer says of the source where nothing could be fetched: its name, and no bytes."""
    return form.image or Source(b"", file_name(form.url or ""))


def fetch(form: PictureForm, settings: Settings) -> Source:
    """The uploaded file, or the one behind the URL; raises `DownloadError` or
    `FileTooBigError`."""
    if form.image is None:
        # requests would take 70 to 100 ms of each cold start, and an upload doesn't need it
        from handler.fetch.download import download  # noqa: PLC0415

        return download(form.url or "", settings)
    if len(form.image.content) >= settings.max_file_bytes:
        raise FileTooBigError(settings.max_file_bytes)
    return form.image
