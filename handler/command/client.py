"""HTTP to the API: its key, streamed forms, and answers that lie elsewhere."""

import json
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from http.cookiejar import DefaultCookiePolicy
from typing import Any, BinaryIO, NamedTuple, TypeAlias
from urllib.parse import urljoin

from requests import Response, Session
from requests.adapters import HTTPAdapter
from requests.exceptions import RequestException
from requests_toolbelt.multipart.encoder import MultipartEncoder, MultipartEncoderMonitor

from handler import __version__
from handler.command.problems import TaskError, shown
from handler.command.retry import persistent

CONNECT_SECONDS, READ_SECONDS = 15, 150
FOREIGN = "The server's answer is not one of this API."
MAX_WORDS = 300  # characters of what a server says that isn't ours


class FilePart(NamedTuple):
    """A file of a form: its name, how to open it, and its type."""

    name: str
    opener: Callable[[], BinaryIO]
    kind: str


Form: TypeAlias = Mapping[str, str | FilePart]
Sent: TypeAlias = Callable[[int], None]
"""Is told how many bytes of the form's first file are on their way."""


class Client:
    """For several threads. The `key` goes to the API and to nobody that it sends on to."""

    def __init__(self, url: str, key: str | None, connections: int) -> None:
        self._url = url.rstrip("/")
        self._api = _session({"X-API-KEY": key} if key else {}, connections)
        self._anyone = _session({}, connections)

    def close(self) -> None:
        """Ends all connections."""
        self._api.close()
        self._anyone.close()

    def check(self, path: str, word: str) -> None:
        """Raises `TaskError` where the path doesn't answer with a text that holds the word."""
        response = self._persistent(lambda: _get(self._api, self._url + path))
        if response.status_code == 401:
            raise TaskError(f"{refusal(response)} Give it with CUTOUT_KEY or --key.")
        if response.status_code != 200:
            raise TaskError(refusal(response))
        if word not in response.text:
            raise TaskError(FOREIGN)

    def post(self, path: str, query: Mapping[str, str], form: Form, sent: Sent) -> Response:
        """A form to a path of the API, and what a 303 leads to; raises `TaskError` where there is
        no answer."""
        address = self._url + path
        response = self._persistent(lambda: _post(self._api, address, query, form, sent))
        if response.status_code != 303:
            return response
        link = urljoin(response.url, response.headers.get("Location", ""))
        return self._persistent(lambda: _get(self._anyone, link))

    def post_elsewhere(self, url: str, form: Form, sent: Sent) -> Response:
        """A form to an address that the API gave; raises `TaskError` where there is no answer."""
        return self._persistent(lambda: _post(self._anyone, url, {}, form, sent))

    @staticmethod
    def _persistent(send: Callable[[], Response]) -> Response:
        try:
            return persistent(send)
        except RequestException as error:
            raise TaskError(f"The request can not be made: {shown(error)}") from error


def answered(response: Response) -> dict[str, Any]:
    """An answer's JSON; raises `TaskError` where it is none, or where the request was refused."""
    if response.status_code != 200:
        raise TaskError(refusal(response))
    try:
        answer = json.loads(response.content)
    except ValueError as error:
        raise TaskError(FOREIGN) from error
    if not isinstance(answer, dict):
        raise TaskError(FOREIGN)
    return answer


def refusal(response: Response) -> str:
    """The status, and what the server says of it."""
    try:
        said = json.loads(response.content)
    except ValueError:
        said = {"message": response.text}
    words = said.get("detail", said.get("message")) if isinstance(said, dict) else said
    if not isinstance(words, str):
        words = json.dumps(words)
    line = " ".join(words.split())[:MAX_WORDS] or response.reason
    if 300 <= response.status_code < 400:
        line = f"It moved to {response.headers.get('Location')}"
    return shown(f"The server answered {response.status_code}: {line}")


def _session(headers: Mapping[str, str], connections: int) -> Session:
    """Shared by threads, which it is safe for while nothing in it changes: no cookie is taken."""
    session = Session()
    session.headers.update({"User-Agent": f"cutout/{__version__}", **headers})
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(pool_maxsize=connections))
    return session


def _get(session: Session, url: str) -> Response:
    return session.get(url, timeout=(CONNECT_SECONDS, READ_SECONDS), allow_redirects=False)


def _post(session: Session, url: str, query: Mapping[str, str], form: Form, sent: Sent) -> Response:
    """Files are opened anew each time and read as they are sent."""
    timeout = CONNECT_SECONDS, READ_SECONDS
    if not form:
        return session.post(url, params=query, timeout=timeout, allow_redirects=False)
    with ExitStack() as files:
        fields = [
            (name, part if isinstance(part, str) else _opened(part, files))
            for name, part in form.items()
        ]
        encoder = MultipartEncoder(fields)
        body = MultipartEncoderMonitor(encoder, lambda monitor: sent(monitor.bytes_read))
        return session.post(
            url,
            params=query,
            data=body,
            headers={"Content-Type": body.content_type},
            timeout=timeout,
            allow_redirects=False,
        )


def _opened(part: FilePart, files: ExitStack) -> tuple[str, BinaryIO, str]:
    return part.name, files.enter_context(part.opener()), part.kind
