"""How an answer finds its way out, even if it is large."""

import json
from typing import TYPE_CHECKING

from cutout.answer.answer import Answer, elsewhere
from cutout.answer.results import frame, success, success_link
from cutout.answer.showing import Showing
from cutout.choices import Representation
from cutout.errors import AnswerTooLargeError, NoStorageError
from cutout.storage.storage import AnswerKind, Storage, absolute

if TYPE_CHECKING:  # a worker process needs no web framework
    from cutout.receive.order import Order

ENVELOPE_BYTES = 1024
"""Kept for what Lambda counts beside the body: its name, the status and the headers, about 300."""


def file_room(showing: Showing, max_answer_bytes: int | None) -> int | None:
    """How large the file may be that is sent within the answer; None: as large as it is.

    The limit counts the answer as a string in another JSON, so that quotes, and whatever else is
    in the file's name, are escaped once more. Base64 takes four bytes for three.
    """
    if max_answer_bytes is None or showing.representation is Representation.URL:
        return None
    if showing.representation is Representation.BINARY:
        return max(0, max_answer_bytes - ENVELOPE_BYTES) // 4 * 3
    head, tail = frame(showing)
    escaped = len(json.dumps((head + tail).decode()))
    return max(0, max_answer_bytes - ENVELOPE_BYTES - escaped) // 4 * 3


def deliver(
    showing: Showing,
    order: "Order",
    file: bytes,
    room: int | None,
    storage: Storage | None,
) -> Answer:
    """The picture in the answer, the picture's address in the answer, or the answer's address.

    Raises `StorageError`, and `NoStorageError` or `AnswerTooLargeError` where there is none.
    """
    if showing.representation is Representation.URL:
        if storage is None:
            raise NoStorageError
        link = storage.keep(file, AnswerKind(showing.format), order.deadline)
        return Answer(success_link(showing, absolute(link, order.server_url)))
    if showing.representation is Representation.BINARY:
        return _file_itself(showing, order, file, room, storage)
    if room is None or len(file) <= room:
        return Answer(success(showing, file))
    if storage is None:
        raise AnswerTooLargeError
    body = success(showing, file)
    link = storage.keep(body, AnswerKind.JSON, order.deadline)
    return elsewhere(absolute(link, order.server_url))


def _file_itself(
    showing: Showing, order: "Order", file: bytes, room: int | None, storage: Storage | None
) -> Answer:
    """Return the file without JSON around it, or its address where it is too large."""
    if room is None or len(file) <= room:
        return Answer(file, kind=showing.format.media_type)
    if storage is None:
        raise AnswerTooLargeError
    link = storage.keep(file, AnswerKind(showing.format), order.deadline)
    return elsewhere(absolute(link, order.server_url))
