"""A form becomes a source."""

from urllib.parse import quote

from cutout.errors import FileTooBigError, UploadMissingError
from cutout.fetch.target import file_name
from cutout.options import Source
from cutout.request import PictureForm
from cutout.settings import Settings
from cutout.storage.storage import Storage, is_token
from cutout.timing import Deadline

UPLOAD = "upload:"
"""Begins the `url` of a file that was uploaded to our own storage: `upload:TOKEN/NAME`."""


def announce(form: PictureForm) -> Source:
    """What the answer says of the source where nothing could be fetched: its name, and no bytes."""
    return form.image or Source(b"", file_name(form.url or ""))


def fetch(
    form: PictureForm, settings: Settings, storage: Storage | None, deadline: Deadline
) -> Source:
    """The file sent along, the one uploaded before, or the one behind the URL; raises
    `DownloadError`, `UploadMissingError`, `StorageError` or `FileTooBigError`."""
    if form.image is None:
        url = form.url or ""
        if url.startswith(UPLOAD):
            return _collect(url, storage, deadline)
        # requests would take 70 to 100 ms of each cold start, and an upload doesn't need it
        from cutout.fetch.download import download  # noqa: PLC0415

        return download(url, settings, deadline)
    if len(form.image.content) >= settings.max_file_bytes:
        raise FileTooBigError(settings.max_file_bytes)
    return form.image


def upload_url(token: str, name: str) -> str:
    """The `url` for an upload, with the name that the answer will give it."""
    return f"{UPLOAD}{token}/{quote(name, safe='')}"


def _collect(url: str, storage: Storage | None, deadline: Deadline) -> Source:
    token = url.removeprefix(UPLOAD).partition("/")[0]
    if storage is None or not is_token(token):
        raise UploadMissingError
    return Source(storage.collect(token, deadline), file_name(url))
