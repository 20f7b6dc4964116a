"""HTTP to the API: its key, streamed forms, and answers that are kept elsewhere."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import BinaryIO, NamedTuple, TypeAlias
from urllib.parse import urlencode

from requests.exceptions import RequestException
from requests_toolbelt.multipart.encoder import MultipartEncoder, MultipartEncoderMonitor
from urllib3.exceptions import HTTPError

from cutout.command.answers import FOREIGN, SMALL_BYTES, Answer, quoted, read_answer, refusal
from cutout.command.links import is_own, resolve
from cutout.command.problems import TaskError
from cutout.command.retry import persistent
from cutout.command.sessions import ApiSession, anonymous
from cutout.net.limits import Cutoff
from cutout.timing import Deadline

TIMEOUTS = 15, 150  # seconds to connect, and between bytes
ANSWER_SECONDS = 600.0
"""For all of a request and its answer, however they trickle. An answer of 90 MB, for a PNG of noise
with 4096 x 4096 pixels, takes that long at 1.2 Mbit/s."""
SLOWEST_UPLOAD = 10_000
"""Bytes a second. What is sent has as much more time as it takes at this pace."""


class FilePart(NamedTuple):
    """A file of a form: its name, how to open it, and its type."""

    name: str
    opener: Callable[[], BinaryIO]
    kind: str


Form: TypeAlias = Mapping[str, str | FilePart]
Sent: TypeAlias = Callable[[int], None]
"""Is told how many bytes of the form's first file are on their way."""


class Client:
    """An API's client for several threads. The `key` goes to the API and to no other address, even
    one that the API names."""

    def __init__(self, url: str, key: str | None, connections: int) -> None:
        self._url = url.rstrip("/")
        self._api = ApiSession({"X-API-KEY": key} if key else {}, connections)
        self._own = ApiSession({}, connections)
        self._anyone = ApiSession({}, connections)
        self._anyone.auth = anonymous

    def close(self) -> None:
        """End all connections."""
        for session in (self._api, self._own, self._anyone):
            session.close()

    def check(self, path: str, word: str) -> None:
        """Raise `TaskError` unless the path answers with a text that holds the word."""
        answer = _persistent(lambda: _get(self._api, self._url + path, SMALL_BYTES))
        if answer.status == 401:
            raise TaskError(f"{refusal(answer)} Give it with CUTOUT_KEY or --key.")
        if answer.status != 200:
            raise TaskError(refusal(answer))
        if word not in answer.text:
            raise TaskError(FOREIGN)

    def post(
        self, path: str, query: Mapping[str, str], form: Form, sent: Sent, limit: int = SMALL_BYTES
    ) -> Answer:
        """Post a form to a path of the API and return its answer, or the one that a 303 leads to,
        of at most `limit` bytes. Raise `TaskError` if there is none."""
        address = f"{self._url}{path}?{urlencode(query)}"
        answer = _persistent(lambda: _post(self._api, address, form, sent, limit))
        location = answer.headers.get("Location")
        if answer.status != 303 or location is None:
            return answer
        link = resolve(location, address)
        return _persistent(lambda: _get(self._session(link), link, limit))

    def post_elsewhere(self, url: str, form: Form, sent: Sent) -> Answer:
        """Post a form to an address that the API gave and return the answer. Raise `TaskError` if
        there is none, or if the address isn't allowed."""
        link = resolve(url, self._url)
        return _persistent(lambda: _post(self._session(link), link, form, sent, SMALL_BYTES))

    def _session(self, link: str) -> ApiSession:
        """Return the session for an address that the API named. That of its own origin may use the
        user and password of `--url` or `.netrc`, since the API is asked with them as well."""
        return self._own if is_own(link, self._url) else self._anyone


def _persistent(send: Callable[[], Answer]) -> Answer:
    try:
        return persistent(send)
    except (RequestException, HTTPError) as error:
        raise TaskError(f"The request can not be made: {quoted(error)}") from error


def _get(session: ApiSession, url: str, limit: int) -> Answer:
    with _timed(ANSWER_SECONDS):
        return read_answer(session.get(url, timeout=TIMEOUTS, allow_redirects=False), limit)


def _post(session: ApiSession, url: str, form: Form, sent: Sent, limit: int) -> Answer:
    """Post a form, whose files are opened anew each time and read as they are sent."""
    with ExitStack() as files:
        body = _encoded(form, files, sent) if form else None
        length = 0 if body is None else body.len
        headers = {} if body is None else {"Content-Type": body.content_type}
        with _timed(ANSWER_SECONDS + length / SLOWEST_UPLOAD):
            response = session.post(
                url,
                data=body,
                headers=headers,
                timeout=TIMEOUTS,
                allow_redirects=False,
            )
            return read_answer(response, limit)


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
    """End the connections of the block after so many seconds and raise `TaskError` then."""
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
