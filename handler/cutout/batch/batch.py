"""Handle a batch of SQS messages, and tell SQS which of them to deliver again.

The messages hold S3's notifications. Each picture has a line in the log. Sources: "Event message
structure" in the Amazon S3 user guide; "Using Lambda with Amazon SQS" in the Lambda developer
guide.
"""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Event
from time import perf_counter, time
from typing import Any, Protocol
from urllib.parse import unquote_plus

from cutout.batch.picture import Arrival, Cutter
from cutout.errors import TooSlowError, UploadMissingError
from cutout.lambda_runtime import MILLISECONDS, Facts, LambdaContext, last_answer, metrics, reason
from cutout.timing import Clock, Deadline, StillRunningError, call_within

logger = logging.getLogger(__name__)

TEST = "s3:TestEvent"  # S3 sends one when the notification is set up
CREATED = "ObjectCreated:"


@dataclass(frozen=True)
class Message:
    """Hold one message of a batch. `id` names it in the answer."""

    id: str
    body: str


class UnknownMessageError(ValueError):
    """Report a message that is not an event of the stack's bucket.

    No other attempt helps; an operator should look at it.
    """


def messages(event: Mapping[str, Any]) -> list[Message]:
    """Return the messages of the batch."""
    return [Message(each["messageId"], each["body"]) for each in event["Records"]]


def arrivals(message: Message, bucket: str | None) -> list[Arrival]:
    """Return the objects that have arrived in `bucket`, or in any if it is None.

    There are none in S3's test. Raise `UnknownMessageError`.
    """
    try:
        found = json.loads(message.body)
        if found.get("Event") == TEST:
            return []
        return [_arrival(each, bucket) for each in found["Records"] if _is_new(each)]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnknownMessageError(f"message {message.id} is not an event of the bucket") from error


def _is_new(record: Mapping[str, Any]) -> bool:
    name: str = record["eventName"]
    return name.removeprefix("s3:").startswith(CREATED)


def _arrival(record: Mapping[str, Any], bucket: str | None) -> Arrival:
    """Return the object. Keys are encoded as in a query: `a+b%C3%A4` is `a bä`."""
    own, written = record["s3"]["bucket"]["name"], record["s3"]["object"]
    if bucket is not None and own != bucket:
        raise ValueError(f"the object is in the bucket {own}")
    key = unquote_plus(written["key"], errors="strict")
    return Arrival(key, int(written["size"]), written.get("eTag", ""))


class BatchContext(LambdaContext, Protocol):
    """Describe the part of the invocation's context that is used here."""

    aws_request_id: str
    function_name: str


@dataclass(frozen=True)
class Batch:
    """Handle the events of a mapping that has `ReportBatchItemFailures`."""

    cut_out: Cutter
    write: Callable[[str], None]
    _overran: Event = field(default_factory=Event, init=False)

    def __call__(self, event: Mapping[str, Any], context: BatchContext) -> dict[str, Any]:
        """Return the messages to deliver again.

        SQS does so after the queue's visibility timeout, and moves them to the dead-letter queue in
        the end.
        """
        settings = self.cut_out.pipeline.settings
        seconds = context.get_remaining_time_in_millis() / 1000 - settings.margin_seconds
        deadline = Deadline.after(seconds)
        again = [each for each in messages(event) if not self._is_done(each, deadline, context)]
        answer = {"batchItemFailures": [{"itemIdentifier": each.id} for each in again]}
        return last_answer(answer) if self._overran.is_set() else answer

    def _is_done(self, message: Message, deadline: Deadline, context: BatchContext) -> bool:
        """Return whether nothing of the message is left to do.

        (S3 sends one object per message, but documents that there may be more.)
        """
        try:
            found = arrivals(message, self.cut_out.objects.bucket)
        except UnknownMessageError:
            logger.exception("Can't read an SQS message")
            return False
        settled = [self._is_settled(each, message, deadline, context) for each in found]
        return all(settled)

    def _is_settled(
        self, arrival: Arrival, message: Message, deadline: Deadline, context: BatchContext
    ) -> bool:
        """Return whether another attempt would change nothing."""
        start, clock = perf_counter(), Clock(deadline)
        facts: Facts = {}
        settled = True
        try:
            self._require_time(deadline)
            facts = self._within_limit(arrival, clock)
        except UploadMissingError:  # removed or replaced since; a replacement has its own message
            facts = {"outcome": "Gone"}
        except Exception as error:
            logger.exception("Message %s will be delivered again", message.id)
            facts, settled = {"outcome": reason(error)}, False
        spent = round((perf_counter() - start) * 1000, 1)
        facts |= clock.stages.rounded()
        self.write(json.dumps(_line(message, facts, spent, context)))
        return settled

    def _within_limit(self, arrival: Arrival, clock: Clock) -> Facts:
        """Cut out the picture; raise `TooSlowError` if that takes longer than allowed.

        Native code can't be interrupted: its thread is left behind, and the instance ends after its
        answer.
        """
        until = clock.within(self.cut_out.pipeline.settings.picture_seconds)
        try:
            return call_within(
                until.deadline.remaining(), lambda: self.cut_out(arrival, until).facts
            )
        except StillRunningError:
            self._overran.set()
            raise TooSlowError from None

    def _require_time(self, deadline: Deadline) -> None:
        if deadline.remaining() < self.cut_out.pipeline.settings.batch_seconds:
            raise TooSlowError


def _line(
    message: Message, facts: Facts, milliseconds: float, context: BatchContext
) -> dict[str, Any]:
    """Return a log line like a request's (see `cutout.api.middleware`).

    The message's id leads to the picture's name in the dead-letter queue, and nowhere else.
    """
    found = {
        "time": int(time() * 1000),
        "request_id": context.aws_request_id,
        "message_id": message.id,
        "source": "inbox",
        "outcome": "ok",
        MILLISECONDS: milliseconds,
        **facts,
    }
    return found | metrics(found, context.function_name)
