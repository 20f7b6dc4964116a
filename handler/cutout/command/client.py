"""Send requests to the API: its key, streamed forms, retries, and answers kept elsewhere."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from random import uniform
from ssl import SSLEOFError, SSLZeroReturnError
from time import sleep
from typing import BinaryIO, NamedTuple, TypeAlias
from urllib.parse import urlencode

from requests.exceptions import ConnectionError as NoConnectionError
from requests.exceptions import RequestException, SSLError, Timeout
from requests_toolbelt.multipart.encoder import MultipartEncoder, MultipartEncoderMonitor
from urllib3.exceptions import HTTPError

from cutout.command.answers import (
    SMALL_BYTES,
    UNEXPECTED,
    Answer,
    describe_refusal,
    excerpt,
    has_same_origin,
    read_answer,
    resolve_link,
)
from cutout.command.arguments import Limits
from cutout.command.errors import TaskError, system_message
from cutout.command.sessions import ApiSession, anonymous
from cutout.net.limits import Cutoff
from cutout.timing import Deadline

TIMEOUTS = 15, 150  # seconds to connect, and between bytes
BASE = "--url is the API's address, without /v1/results"
ATTEMPTS = 6
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 20.0  # seconds; each is twice the one before
MAX_RETRY_AFTER = 120.0  # seconds; a request that has to wait longer fails
RETRYABLE = frozenset({408, 429, 500, 502, 503, 504})
"""Statuses that API Gateway and S3 use for failures that are over in a moment."""
BROKEN = (SSLEOFError, SSLZeroReturnError)
"""Errors of an encrypted connection that breaks during the handshake or an upload."""
BROKEN_REASON = "UNEXPECTED_EOF_WHILE_READING"
"""Reason of the plain `SSLError` that Python raises instead during an upload with OpenSSL 3.5."""


class FilePart(NamedTuple):
    """Describe a file in a form: its name, how to open it, and its content type."""

    name: str
    opener: Callable[[], BinaryIO]
    kind: str


Form: TypeAlias = Mapping[str, str | FilePart]
Sent: TypeAlias = Callable[[int], None]
"""A callback that receives the number of bytes sent so far."""


class Client:
    """Send requests to an API, from several threads.

    The `key` goes to the API and to no other address, not even to one that the API names.
    """

    def __init__(
        self, url: str, key: str | None, connections: int, limits: Limits | None = None
    ) -> None:
        self._url, self.limits = url.rstrip("/"), limits or Limits()
        self._api = ApiSession({"X-API-KEY": key} if key else {}, connections)
        self._same_origin = ApiSession({}, connections)
        self._elsewhere = ApiSession({}, connections)
        self._elsewhere.auth = anonymous

    def close(self) -> None:
        """End all connections."""
        for session in (self._api, self._same_origin, self._elsewhere):
            session.close()

    def check(self, path: str, word: str) -> None:
        """Raise `TaskError` unless the path answers with a text that holds the word."""
        answer = _send(lambda: self._get(self._api, self._url + path, SMALL_BYTES))
        if answer.status == 401:
            raise TaskError(f"{describe_refusal(answer)} Give it with CUTOUT_KEY or --key.")
        if answer.status == 404:
            raise TaskError(f"{describe_refusal(answer)} ({BASE})")
        if answer.status != 200:
            raise TaskError(describe_refusal(answer))
        if word not in answer.text:
            raise TaskError(UNEXPECTED)

    def post(
        self, path: str, query: Mapping[str, str], form: Form, sent: Sent, limit: int = SMALL_BYTES
    ) -> Answer:
        """Post a form to a path of the API and return its answer, or the one that a 303 leads to.

        The answer has at most `limit` bytes. Raise `TaskError` if there is none.
        """
        address = f"{self._url}{path}?{urlencode(query)}"
        answer = _send(lambda: self._post(self._api, address, form, sent, limit))
        location = answer.headers.get("Location")
        if answer.status != 303 or location is None:
            return answer
        link = resolve_link(location, address)
        return _send(lambda: self._get(self._session(link), link, limit))

    def post_elsewhere(self, url: str, form: Form, sent: Sent) -> Answer:
        """Post a form to an address that the API gave and return the answer.

        Raise `TaskError` if there is none, or if the address isn't allowed.
        """
        link = resolve_link(url, self._url)
        return _send(lambda: self._post(self._session(link), link, form, sent, SMALL_BYTES))

    def _session(self, link: str) -> ApiSession:
        """Return the session for an address that the API named.

        An address of the API's own origin may use the user and password of `--url` or `.netrc`,
        since requests to the API use them as well.
        """
        return self._same_origin if has_same_origin(link, self._url) else self._elsewhere

    def _get(self, session: ApiSession, url: str, limit: int) -> Answer:
        with _timed(self.limits.answer_seconds):
            return read_answer(session.get(url, timeout=TIMEOUTS, allow_redirects=False), limit)

    def _post(self, session: ApiSession, url: str, form: Form, sent: Sent, limit: int) -> Answer:
        """Post a form, whose files are opened again each time and read as they are sent."""
        with ExitStack() as files:
            body = _encoded(form, files, sent) if form else None
            length = 0 if body is None else body.len
            headers = {} if body is None else {"Content-Type": body.content_type}
            with _timed(self.limits.answer_seconds + length / self.limits.slowest_upload):
                response = session.post(
                    url,
                    data=body,
                    headers=headers,
                    timeout=TIMEOUTS,
                    allow_redirects=False,
                )
                return read_answer(response, limit)


def _send(send: Callable[[], Answer]) -> Answer:
    try:
        return _with_retries(send)
    except (RequestException, HTTPError) as error:
        raise TaskError(f"The request can't be made: {excerpt(error)}") from error


def _with_retries(send: Callable[[], Answer]) -> Answer:
    """Return the first answer without a retryable status, or the last one.

    `send` starts from the beginning for each attempt. Wait at least as long as `Retry-After` asks.
    Pauses grow and are random, so that clients refused together don't come back together
    ("Exponential Backoff And Jitter", AWS Architecture Blog). Raise `TaskError` if no answer comes.
    """
    for attempt in range(1, ATTEMPTS + 1):
        last = attempt == ATTEMPTS
        try:
            answer = send()
        except (NoConnectionError, Timeout) as error:
            inner = _innermost(error)
            if isinstance(error, SSLError) and not _is_broken(inner):
                raise TaskError(f"No secure connection: {_message(inner)}") from error
            if last:
                raise TaskError(f"The server can't be reached: {_message(inner)}") from error
            asked = 0.0
        else:
            asked = _retry_after(answer)
            if answer.status not in RETRYABLE or last or asked > MAX_RETRY_AFTER:
                return answer
        sleep(asked + uniform(0, min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (attempt - 1))))  # noqa: S311
    raise AssertionError("the last attempt returns or raises")


def _retry_after(answer: Answer) -> float:
    """Return the seconds that the server asks to wait, in either form of the header.

    The forms are those of RFC 9110, 10.2.3. Return 0 for a missing or invalid value, infinity if
    the number has hundreds of digits.
    """
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


def _innermost(error: BaseException) -> BaseException:
    """Return the error at the bottom of the chain, without each library's wrapping."""
    while True:
        inner = error.__cause__ or error.__context__
        nested = [each for each in error.args if isinstance(each, BaseException)]
        reason = getattr(error, "reason", None)
        following = reason if isinstance(reason, BaseException) else next(iter(nested), inner)
        if following is None or following is error:
            return error
        error = following


def _is_broken(error: BaseException) -> bool:
    """Return whether the error is of a connection that broke, not of an insecure one."""
    return isinstance(error, BROKEN) or getattr(error, "reason", None) == BROKEN_REASON


def _message(error: BaseException) -> str:
    """Return an error's message as a sentence. It may hold a line from the server."""
    if isinstance(error, OSError):
        return excerpt(system_message(error))
    return f"{excerpt(error) or type(error).__name__}."


def _encoded(form: Form, files: ExitStack, sent: Sent) -> MultipartEncoderMonitor:
    fields = [
        (name, part if isinstance(part, str) else _opened(part, files))
        for name, part in form.items()
    ]
    return MultipartEncoderMonitor(MultipartEncoder(fields), lambda each: sent(each.bytes_read))


def _opened(part: FilePart, files: ExitStack) -> tuple[str, BinaryIO, str]:
    return part.name, files.enter_context(part.opener()), part.kind


@contextmanager
def _timed(seconds: float) -> Iterator[None]:
    """End the connections of the block after `seconds`, and raise `TaskError`."""
    deadline = Deadline.after(seconds)
    with Cutoff(deadline):
        try:
            yield
        finally:  # a shut socket looks like a broken connection, or like the end of an answer
            try:
                deadline.remaining_or_raise()
            except TimeoutError as error:
                message = f"The server took more than {seconds:.0f} seconds to answer."
                raise TaskError(message) from error
