"""Parse the events of SQS, and the notifications of S3 in them.

Sources: "Event message structure" in the Amazon S3 user guide; "Using Lambda with Amazon SQS" in
the Lambda developer guide.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

TEST = "s3:TestEvent"  # S3 sends one when the notification is set up
CREATED = "ObjectCreated:"


@dataclass(frozen=True)
class Message:
    """Hold one message of a batch. `id` names it in the answer."""

    id: str
    body: str


@dataclass(frozen=True)
class Arrival:
    """Hold an object that S3 reports as written; `size` is in bytes.

    `etag` is empty if it is not known. It may be the MD5 of the object's bytes.
    """

    key: str
    size: int
    etag: str = ""


class UnknownMessageError(ValueError):
    """Report a message that is not S3's. No other attempt helps; an operator should look at it."""


def messages(event: Mapping[str, Any]) -> list[Message]:
    """Return the messages of the batch."""
    return [Message(each["messageId"], each["body"]) for each in event["Records"]]


def arrivals(message: Message) -> list[Arrival]:
    """Return the objects that have arrived, none for S3's test. Raise `UnknownMessageError`."""
    try:
        found = json.loads(message.body)
        if found.get("Event") == TEST:
            return []
        return [_arrival(each) for each in found["Records"] if _is_new(each)]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnknownMessageError(f"message {message.id} is not an S3 event") from error


def _is_new(record: Mapping[str, Any]) -> bool:
    name: str = record["eventName"]
    return name.removeprefix("s3:").startswith(CREATED)


def _arrival(record: Mapping[str, Any]) -> Arrival:
    """Return the object. Keys are encoded as in a query: `a+b%C3%A4` is `a bä`."""
    written = record["s3"]["object"]
    return Arrival(unquote_plus(written["key"], errors="strict"), int(written["size"]))
