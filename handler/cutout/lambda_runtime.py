"""What both Lambda entries share: the context, the log line and the end of an instance."""

import logging
import os
from typing import Any, Protocol, TypeAlias

from cutout.errors import PictureError

logger = logging.getLogger(__name__)


class LastAnswer(dict[str, Any]):
    """A handler's answer after which the process ends, so that the next request gets a new one.

    Lambda freezes an instance as soon as its runtime asks for the next request, and what hangs
    would go on hanging then. The runtime interface client drops the answer between the two, once
    Lambda has taken it: that is the moment at which no request is lost. (The emulator then answers
    with status 502 and this body.)
    """

    def __del__(self) -> None:
        os._exit(1)


def last_answer(answer: dict[str, Any]) -> dict[str, Any]:
    """Return the answer as the last one of this instance, where Lambda's runtime will hand it
    over; elsewhere as it is."""
    if "AWS_LAMBDA_RUNTIME_API" not in os.environ:
        return answer
    logger.error("a step overran its deadline: this instance ends after its answer")
    return LastAnswer(answer)


class LambdaContext(Protocol):
    """As much of the invocation's context as is asked here."""

    def get_remaining_time_in_millis(self) -> int:
        """Until Lambda ends the function."""


Facts: TypeAlias = dict[str, str | int | float]
NAMESPACE = "Cutout"
REQUESTS, MILLISECONDS = "requests", "milliseconds"


def reason(error: Exception) -> str:
    """Return an error as the log's outcome: the name of its class, or what it says of itself."""
    if isinstance(error, PictureError):
        return error.outcome
    return type(error).__name__.removesuffix("Error")


def metrics(found: dict[str, Any], function: str) -> dict[str, Any]:
    """What makes metrics of the line: the times by function, and a count by outcome as well."""
    times = [name for name, value in found.items() if isinstance(value, float)]
    directives = [
        {
            "Namespace": NAMESPACE,
            "Dimensions": [["function"]],
            "Metrics": [{"Name": name, "Unit": "Milliseconds"} for name in times],
        },
        {
            "Namespace": NAMESPACE,
            "Dimensions": [["function", "outcome"]],
            "Metrics": [{"Name": REQUESTS, "Unit": "Count"}],
        },
    ]
    metadata = {"Timestamp": found["time"], "CloudWatchMetrics": directives}
    return {"function": function, REQUESTS: 1, "_aws": metadata}


def to_stdout(text: str) -> None:
    """A line of its own, which Lambda hands to CloudWatch as it is."""
    print(text, flush=True)
