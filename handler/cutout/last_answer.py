"""The end of a Lambda instance in which native code hangs."""

import logging
import os
from typing import Any

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
