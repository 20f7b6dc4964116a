"""Objects to and from S3, by a deadline."""

import logging
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from time import sleep

import certifi
from urllib3 import BaseHTTPResponse, PoolManager
from urllib3.exceptions import HTTPError

from cutout.errors import (
    ChangedMeanwhileError,
    FileTooBigError,
    StorageError,
    UploadMissingError,
)
from cutout.net.connections import WATCHED_POOLS
from cutout.net.limits import Cutoff
from cutout.timing import Deadline

CHUNK_BYTES = 1 << 20
ERROR_BYTES = 10_000
CAUSE = re.compile(rb"<(?:Code|Message)>([^<]*)<")
MISSING = frozenset({403, 404})  # without the right to list, S3 answers 403 for what isn't there
MISSING_CODES = frozenset({"AccessDenied", "NoSuchKey"})  # and not, say, SignatureDoesNotMatch
CHANGED = frozenset({409, 412})  # S3 user guide, "How to prevent object overwrites"
PAUSES = (0.1, 0.4)  # seconds before each further attempt: S3 may be busy for a moment

logger = logging.getLogger(__name__)


def put_object(url: str, content: bytes, headers: Mapping[str, str], deadline: Deadline) -> None:
    """Stores `content` at a presigned URL; raises `StorageError`, and of those
    `ChangedMeanwhileError` where a condition among the headers doesn't hold."""
    with _sent("PUT", url, deadline, content, headers) as response:
        if response.status in CHANGED:
            raise ChangedMeanwhileError
        if response.status != 200:
            raise _refusal(response)


def head_object(url: str, deadline: Deadline) -> Mapping[str, str] | None:
    """The headers of what lies behind a presigned URL, None where nothing does; raises
    `StorageError`."""
    with _sent("HEAD", url, deadline) as response:
        if response.status in MISSING:
            return None
        if response.status != 200:
            raise _refusal(response)
        return dict(response.headers)


def get_object(url: str, limit: int, deadline: Deadline) -> bytes:
    """What lies behind a presigned URL; raises `StorageError`, `UploadMissingError`, or
    `FileTooBigError` where that is `limit` bytes or more."""
    with _sent("GET", url, deadline) as response:
        if response.status != 200:
            raise _missing(response)
        if int(response.headers.get("content-length", 0)) >= limit:
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
    """The response, unread. Whatever fails on the way, here or in the block, is a
    `StorageError`."""
    try:
        with Cutoff(deadline.remaining()) as cutoff, PoolManager(ca_certs=certifi.where()) as pools:
            pools.pool_classes_by_scheme = WATCHED_POOLS
            request = partial(
                pools.request, method, url, body=content, headers=headers, preload_content=False
            )
            with _persistent(request, cutoff) as response:
                yield response
    except (HTTPError, OSError) as error:
        logger.exception("the storage failed")
        raise StorageError from error


def _persistent(request: Callable[..., BaseHTTPResponse], cutoff: Cutoff) -> BaseHTTPResponse:
    """The first response that is no 5xx, or the last one. (urllib3 would log each of its own
    retries with the URL, and in the URL with a signature that still opens it.)"""
    for pause in PAUSES:
        with suppress(HTTPError):
            response = request(retries=False, timeout=cutoff.remaining())
            if response.status < 500:
                return response
            response.close()
        sleep(min(pause, cutoff.remaining()))
    return request(retries=False, timeout=cutoff.remaining())


def _missing(response: BaseHTTPResponse) -> StorageError | UploadMissingError:
    """A refusal to read: there is nothing, or something else is wrong."""
    said = _logged(response)
    missing = response.status in MISSING and (not said or said[0] in MISSING_CODES)
    return UploadMissingError() if missing else StorageError()


def _refusal(response: BaseHTTPResponse) -> StorageError:
    """Any other."""
    _logged(response)
    return StorageError()


def _logged(response: BaseHTTPResponse) -> list[str]:
    """What S3 says of a request that it refuses: a code and a message. (It may repeat the request
    as well, signature and session token included, which are nothing for a log.)"""
    said = [each.decode(errors="replace") for each in CAUSE.findall(response.read(ERROR_BYTES))]
    logger.error("the storage answered %d: %s", response.status, " ".join(said))
    return said
