"""Get the picture that a form names."""

from urllib.parse import quote

from cutout.errors import FileTooBigError, UploadMissingError
from cutout.fetch.target import file_name
from cutout.options import Source
from cutout.request import PictureForm
from cutout.settings import Settings
from cutout.storage.storage import Storage, is_token
from cutout.timing import Deadline

UPLOAD = "upload:"
"""Prefix of the `url` of a file in our own storage: `upload:TOKEN/NAME`."""


def named_source(form: PictureForm) -> Source:
    """Return the source without bytes, for an answer that nothing could be fetched for."""
    return form.image or Source(b"", file_name(form.url or ""))


def fetch(
    form: PictureForm, settings: Settings, storage: Storage | None, deadline: Deadline
) -> Source:
    """Return the file sent along, the one uploaded before, or the one at the URL.

    Raise `DownloadError`, `UploadMissingError`, `StorageError` or `FileTooBigError`.
    """
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
    """Return the `url` of an upload, with the name that the answer will give it."""
    return f"{UPLOAD}{token}/{quote(name, safe='')}"


def _collect(url: str, storage: Storage | None, deadline: Deadline) -> Source:
    token = url.removeprefix(UPLOAD).partition("/")[0]
    if storage is None or not is_token(token):
        raise UploadMissingError
    return Source(storage.get_upload(token, deadline), file_name(url))
