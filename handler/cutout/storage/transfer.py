"""Transfer objects to and from S3 within a deadline."""

import logging
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from html import unescape
from time import sleep

from urllib3 import BaseHTTPResponse
from urllib3.exceptions import HTTPError

from cutout.errors import (
    ChangedMeanwhileError,
    FileTooBigError,
    StorageError,
    UploadMissingError,
)
from cutout.net.connections import watched_pools
from cutout.net.limits import Cutoff, exceeds
from cutout.timing import Deadline

CHUNK_BYTES = 1 << 20
ERROR_BYTES = 10_000
CAUSE = re.compile(rb"<(?:Code|Message)>([^<]*)<")
OBJECT = re.compile(r'(arn:[\w-]+:s3:::[^/"\s]+/)(?:[^"]*(?=")|\S*)')
"""An object's name in a message: the name of somebody's file, or a token that opens it."""
MISSING = frozenset({403, 404})  # without the right to list, S3 answers 403 for a missing object
MISSING_CODES = frozenset({"AccessDenied", "NoSuchKey"})  # and not, say, SignatureDoesNotMatch
DENIED = re.compile(r"perform: (?:kms:|s3:GetObject)|^Request (?:has expired|is not yet valid)")
"""S3's messages for an object that this role, request or clock may not read. For a missing object,
S3 answers that ``s3:ListBucket`` may not be performed, or only that access is denied."""
ELSEWHERE = frozenset({301, 307, 400})
"""Statuses of S3 for a bucket of another region. Only `REGION` names it if there is no body."""
REGION, REGION_NAME = "x-amz-bucket-region", re.compile(r"[a-z]+(?:-[a-z]+)+-\d+")
REMOVED = frozenset({200, 204, 404})
CHANGED = frozenset({409, 412})  # S3 user guide, "How to prevent object overwrites"
THROTTLED = 429  # where S3 itself answers 503, some S3-compatible stores answer this
PAUSES = (0.1, 0.4)  # seconds before each further attempt: S3 may be busy for a moment

logger = logging.getLogger(__name__)


def put_object(url: str, content: bytes, headers: Mapping[str, str], deadline: Deadline) -> None:
    """Store `content` at a presigned URL.

    Raise `StorageError`, or `ChangedMeanwhileError` if a condition among the headers doesn't hold.
    """
    with _sent("PUT", url, deadline, content, headers) as response:
        if response.status in CHANGED:
            raise ChangedMeanwhileError
        if response.status != 200:
            raise _refusal(response)


def delete_object(url: str, headers: Mapping[str, str], deadline: Deadline) -> None:
    """Delete the object at a presigned URL, if there is one. Raise as `put_object`."""
    with _sent("DELETE", url, deadline, headers=headers) as response:
        if response.status in CHANGED:
            raise ChangedMeanwhileError
        if response.status not in REMOVED:
            raise _refusal(response)


def head_object(url: str, deadline: Deadline) -> Mapping[str, str] | None:
    """Return the headers of the object at a presigned URL, None if there is none.

    Raise `StorageError`.
    """
    with _sent("HEAD", url, deadline) as response:
        if response.status in MISSING:
            return None
        if response.status != 200:
            raise _refusal(response)
        return dict(response.headers)


def get_list(url: str, limit: int, deadline: Deadline) -> bytes:
    """Return the page of a list at a presigned URL.

    Raise `StorageError`, also if the page has `limit` bytes or more.
    """
    with _sent("GET", url, deadline) as response:
        if response.status != 200:
            raise _refusal(response)
        content = response.read(limit)
        if len(content) >= limit:
            raise StorageError("The bucket's list is too long")
        return content


def get_object(url: str, limit: int, deadline: Deadline) -> bytes:
    """Return the object at a presigned URL.

    Raise `StorageError`, `UploadMissingError`, or `FileTooBigError` if it has `limit` bytes or
    more.
    """
    with _sent("GET", url, deadline) as response:
        if response.status != 200:
            raise _missing(response)
        if exceeds(response.headers, limit - 1):
            raise FileTooBigError(limit)
        content = bytearray()
        for chunk in response.stream(CHUNK_BYTES, decode_content=False):
            content += chunk
            if len(content) >= limit:
                raise FileTooBigError(limit)
        return bytes(content)


@contextmanager
def _sent(
    method: str,
    url: str,
    deadline: Deadline,
    content: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> Iterator[BaseHTTPResponse]:
    """Yield the response with its body unread.

    Every failure, here or in the block, is raised as `StorageError`.
    """
    try:
        with Cutoff(deadline), watched_pools() as pools:
            request = partial(
                pools.request, method, url, body=content, headers=headers, preload_content=False
            )
            with _persistent(request, deadline) as response:
                yield response
    except (HTTPError, OSError, ValueError) as error:  # ValueError: a chunk of negative length
        logger.exception("Storage request failed")
        raise StorageError from error


def _persistent(request: Callable[..., BaseHTTPResponse], deadline: Deadline) -> BaseHTTPResponse:
    """Return the first response of a store that isn't busy, or the last one.

    (urllib3 would log each of its own retries with the URL, and in it a signature that is still
    valid.)
    """
    for pause in PAUSES:
        with suppress(HTTPError):
            response = request(retries=False, timeout=deadline.remaining_or_raise())
            if not _is_busy(response.status):
                return response
            response.close()
        sleep(min(pause, deadline.remaining_or_raise()))
    return request(retries=False, timeout=deadline.remaining_or_raise())


def _is_busy(status: int) -> bool:
    return status == THROTTLED or status >= 500


def _missing(response: BaseHTTPResponse) -> StorageError | UploadMissingError:
    """Return the error of a refused read: the object is missing, or something else is wrong."""
    said = _logged(response)
    is_missing = response.status in MISSING and (not said or said[0] in MISSING_CODES)
    if is_missing and not any(map(DENIED.search, said)):
        return UploadMissingError()
    return _refused(response, said)


def _refusal(response: BaseHTTPResponse) -> StorageError:
    """Return the error of any other refusal."""
    return _refused(response, _logged(response))


def _refused(response: BaseHTTPResponse, said: list[str]) -> StorageError:
    cause = f"S3 answers {response.status} {': '.join(said)}".rstrip()
    return StorageError(cause, is_busy=_is_busy(response.status))


def _logged(response: BaseHTTPResponse) -> list[str]:
    """Log and return S3's code and message for a refused request, without the object's name.

    (Its answer may repeat the request with signature and session token, which are kept out of the
    log.)
    """
    found = CAUSE.findall(response.read(ERROR_BYTES))
    said = [OBJECT.sub(r"\1...", unescape(each.decode(errors="replace"))) for each in found]
    region = response.headers.get(REGION, "")
    if response.status in ELSEWHERE and REGION_NAME.fullmatch(region):
        said.append(f"The bucket is in {region}.")
    logger.error("Storage answered %d: %s", response.status, " ".join(said))
    return said
