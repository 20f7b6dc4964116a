"""Requests that are sent again where that may help."""

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from random import uniform
from time import sleep

from requests import Response
from requests.exceptions import ChunkedEncodingError, SSLError, Timeout
from requests.exceptions import ConnectionError as NoConnectionError

from handler.command.problems import TaskError, cause

ATTEMPTS = 6
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 20.0  # seconds; each is twice the one before
MOST_PATIENCE = 120.0  # seconds that a server may ask for; with more it isn't worth the wait
PASSING = frozenset({408, 429, 500, 502, 503, 504})
"""Statuses that say nothing of the request. API Gateway and S3 use each of them for something that
is over in a moment."""


def persistent(send: Callable[[], Response]) -> Response:
    """The first answer that isn't a passing failure, or the last one. `send` begins anew each time.

    Pauses grow and are random, so that clients turned away together don't come back together
    ("Exponential Backoff And Jitter", AWS Architecture Blog); a `Retry-After` is kept. Raises
    `TaskError` where no answer came.
    """
    for attempt in range(1, ATTEMPTS + 1):
        last = attempt == ATTEMPTS
        try:
            response = send()
        except SSLError as error:
            raise TaskError(f"No secure connection: {_innermost(error)}") from error
        except (NoConnectionError, ChunkedEncodingError, Timeout) as error:
            if last:
                raise TaskError(f"The server can't be reached: {_innermost(error)}") from error
            asked = 0.0
        else:
            asked = retry_after(response)
            if response.status_code not in PASSING or last or asked > MOST_PATIENCE:
                return response
            response.close()
        sleep(asked + uniform(0, min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (attempt - 1))))  # noqa: S311
    raise AssertionError("the last attempt returns or raises")


def retry_after(response: Response) -> float:
    """Seconds that the server asks to wait, in either form of the header (RFC 9110, 10.2.3); 0
    where it says nothing sensible."""
    text = response.headers.get("Retry-After", "").strip()
    if text.isdecimal():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _innermost(error: BaseException) -> str:
    """What the system said, without what each library around it has added."""
    while True:
        inner = error.__cause__ or error.__context__
        nested = [each for each in error.args if isinstance(each, BaseException)]
        reason = getattr(error, "reason", None)
        following = reason if isinstance(reason, BaseException) else next(iter(nested), inner)
        if following is None or following is error:
            break
        error = following
    if isinstance(error, OSError):
        return cause(error)
    return f"{str(error) or type(error).__name__}."
