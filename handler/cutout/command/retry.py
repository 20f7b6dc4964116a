"""Requests that are sent again where that may help."""

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from random import uniform
from time import sleep

from requests.exceptions import ConnectionError as NoConnectionError
from requests.exceptions import SSLError, Timeout

from cutout.command.answers import Answer, quoted
from cutout.command.errors import TaskError, cause

ATTEMPTS = 6
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 20.0  # seconds; each is twice the one before
MOST_PATIENCE = 120.0  # seconds that a server may ask for; with more it isn't worth the wait
PASSING = frozenset({408, 429, 500, 502, 503, 504})
"""Statuses that say nothing of the request. API Gateway and S3 use each of them for something that
is over in a moment."""


def persistent(send: Callable[[], Answer]) -> Answer:
    """Return the first answer that isn't a passing failure, or the last one. `send` begins anew
    each time.

    Pauses grow and are random, so that clients turned away together don't come back together
    ("Exponential Backoff And Jitter", AWS Architecture Blog); a `Retry-After` is kept. Raises
    `TaskError` where no answer came.
    """
    for attempt in range(1, ATTEMPTS + 1):
        last = attempt == ATTEMPTS
        try:
            answer = send()
        except SSLError as error:
            raise TaskError(f"No secure connection: {_innermost(error)}") from error
        except (NoConnectionError, Timeout) as error:
            if last:
                raise TaskError(f"The server can't be reached: {_innermost(error)}") from error
            asked = 0.0
        else:
            asked = retry_after(answer)
            if answer.status not in PASSING or last or asked > MOST_PATIENCE:
                return answer
        sleep(asked + uniform(0, min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (attempt - 1))))  # noqa: S311
    raise AssertionError("the last attempt returns or raises")


def retry_after(answer: Answer) -> float:
    """Return the seconds that the server asks to wait, in either form of the header (RFC 9110,
    10.2.3); 0 if it says nothing sensible, infinity if the number has hundreds of digits."""
    text = answer.headers.get("Retry-After", "").strip()
    if text.isdecimal():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # the latter for a year or an offset of many digits
        return 0.0
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _innermost(error: BaseException) -> str:
    """Return what the system said, without what each library around it has added. It may hold a
    line of the server's."""
    while True:
        inner = error.__cause__ or error.__context__
        nested = [each for each in error.args if isinstance(each, BaseException)]
        reason = getattr(error, "reason", None)
        following = reason if isinstance(reason, BaseException) else next(iter(nested), inner)
        if following is None or following is error:
            break
        error = following
    if isinstance(error, OSError):
        return quoted(cause(error))
    return f"{quoted(error) or type(error).__name__}."
