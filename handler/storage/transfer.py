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

from handler.deadline import Deadline
from handler.errors import FileTooBigError, StorageError, UploadMissingError
from handler.transport.connections import WATCHED_POOLS
from handler.transport.cutoff import Cutoff

CHUNK_BYTES = 1 << 20
ERROR_BYTES = 10_000
CAUSE = re.compile(rb"<(?:Code|Message)>([^<]*)<")
MISSING = frozenset({403, 404})  # without the right to list, S3 answers 403 for what isn't there
PAUSES = (0.1, 0.4)  # seconds before each further attempt: S3 may be busy for a moment

logger = logging.getLogger(__name__)


def put_object(url: str, content: bytes, headers: Mapping[str, str], deadline: Deadline) -> None:
    """Stores `content` at a presigned URL; raises `StorageError`."""
    with _sent("PUT", url, deadline, content, headers) as response:
        if response.status != 200:
            raise _refusal(response)


def get_object(url: str, limit: int, deadline: Deadline) -> bytes:
    """What lies behind a presigned URL; raises `StorageError`, `UploadMissingError`, or
    `FileTooBigError` where that is `limit` bytes or more."""
    with _sent("GET", url, deadline) as response:
        if response.status in MISSING:
            raise UploadMissingError from _refusal(response)
        if response.status != 200:
            raise _refusal(response)
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


def _refusal(response: BaseHTTPResponse) -> StorageError:
    """What S3 says of a request that it refuses. (It may repeat the request as well, signature and
    session token included, which are nothing for a log.)"""
    said = b" ".join(CAUSE.findall(response.read(ERROR_BYTES))).decode(errors="replace")
    logger.error("the storage answered %d: %s", response.status, said)
    return StorageError()
