"""Read, write and delete objects of the bucket by name, for batches."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from cutout.errors import ChangedMeanwhileError, StorageError
from cutout.settings import Settings
from cutout.storage.address import bucket_name
from cutout.storage.bucket import TRANSFER_SECONDS, BucketSigner
from cutout.storage.listing import PAGE_BYTES, Listed, parse_page
from cutout.storage.storage import AnswerKind
from cutout.storage.transfer import (
    delete_object,
    get_list,
    get_object,
    head_object,
    put_object,
)
from cutout.timing import Deadline

METADATA = "x-amz-meta-"
ABSENT = {"if-none-match": "*"}
PAGE_KEYS = 1000  # the most that S3 lists at once
PAGE_SECONDS = 60


@dataclass(frozen=True)
class Stored:
    """Hold an object as it was found.

    `etag` distinguishes it from a later one of the same name; `metadata` comes from its writer,
    with names in lower case.
    """

    etag: str
    metadata: Mapping[str, str]


@dataclass(frozen=True)
class New:
    """Hold an object to be written; names and values of `metadata` are ASCII."""

    content: bytes
    kind: AnswerKind
    metadata: Mapping[str, str]


class NoBucketError(RuntimeError):
    """Report that `CUTOUT_BUCKET_URL` is not set, which batches need."""


class Objects:
    """Read, write and delete the bucket's objects by name.

    Every call uses the network and raises `StorageError` if that fails.
    """

    def __init__(self, settings: Settings) -> None:
        self._limit = settings.max_file_bytes
        self._url = settings.bucket_url
        self._signer = BucketSigner(settings)

    @property
    def bucket(self) -> str | None:
        """Return the bucket's name, None if its address does not tell."""
        return bucket_name(self._url or "")

    def get(self, key: str, deadline: Deadline) -> bytes:
        """Return the object. Raise `UploadMissingError`, or `FileTooBigError` for 16 MB or more."""
        return get_object(self._signed("GET", key), self._limit, deadline)

    def listed(self, prefix: str, page_keys: int = PAGE_KEYS) -> Iterator[Listed]:
        """Yield the objects whose keys begin with `prefix`, in S3's order.

        They are fetched in pages of `page_keys` objects, with a minute for each page.
        """
        query = {"list-type": "2", "encoding-type": "url", "max-keys": str(page_keys)}
        query["prefix"] = prefix
        while True:
            url = self._signed("GET", "", query=query)
            page = parse_page(get_list(url, PAGE_BYTES, Deadline.after(PAGE_SECONDS)))
            yield from page.objects
            if page.continuation is None:
                return
            if page.continuation == query.get("continuation-token"):
                raise StorageError("The bucket's list does not end")
            query["continuation-token"] = page.continuation

    def look_at(self, key: str, deadline: Deadline) -> Stored | None:
        """Return what is stored under the key, None if there is nothing."""
        headers = head_object(self._signed("HEAD", key), deadline)
        if headers is None:
            return None
        found = {name.lower(): value for name, value in headers.items()}
        metadata = {
            name.removeprefix(METADATA): value
            for name, value in found.items()
            if name.startswith(METADATA)
        }
        if not found.get("etag"):
            raise StorageError("The bucket describes an object with no ETag")
        return Stored(found["etag"], metadata)

    def put(
        self,
        key: str,
        new: New,
        replaced: Stored | None,
        deadline: Deadline,
    ) -> None:
        """Store `new` in place of `replaced`.

        Raise `ChangedMeanwhileError` if another object has taken its place. An object with the
        metadata of `new` is ours: S3 may have stored it although its answer was lost.
        """
        headers = {
            "content-type": new.kind.media_type,
            **{f"{METADATA}{name}": value for name, value in new.metadata.items()},
            **(ABSENT if replaced is None else _unchanged(replaced)),
        }
        try:
            put_object(self._signed("PUT", key, headers), new.content, headers, deadline)
        except ChangedMeanwhileError:
            stored = self.look_at(key, deadline)
            if stored is None or not new.metadata.items() <= stored.metadata.items():
                raise

    def remove(self, key: str, removed: Stored, deadline: Deadline) -> None:
        """Delete `removed`. Raise `ChangedMeanwhileError` if another object has taken its place."""
        headers = _unchanged(removed)
        delete_object(self._signed("DELETE", key, headers), headers, deadline)

    def _signed(
        self,
        method: str,
        key: str,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> str:
        if self._url is None:
            raise NoBucketError
        url = f"{self._url.rstrip('/')}/{quote(key)}"
        asked = f"{url}?{urlencode(query)}" if query else url
        return self._signer().presigned_url(method, asked, TRANSFER_SECONDS, headers)


def _unchanged(stored: Stored) -> dict[str, str]:
    """Return the condition that an object is still the one that was found."""
    return {"if-match": stored.etag}
