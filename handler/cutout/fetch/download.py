"""Download the file at a URL, within limits of address, time and size."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from time import sleep

from requests import PreparedRequest, RequestException, Response, Session, Timeout
from requests.exceptions import ConnectionError as ConnectError
from requests_toolbelt.adapters.host_header_ssl import HostHeaderSSLAdapter
from urllib3.exceptions import HTTPError

from cutout.errors import DownloadError, FileTooBigError
from cutout.fetch.target import Target, addresses, file_name, parse_target, redirected
from cutout.net.connections import WATCHED_POOLS
from cutout.net.limits import Cutoff, exceeds
from cutout.options import Source
from cutout.settings import Settings
from cutout.timing import Deadline


class OneHopSession(Session):
    """Send one request without proxies, .netrc or redirects.

    Requests prepares the next request even when told not to follow, and for that reads and unpacks
    the redirect's whole body: 300 kB can become 1 GB.
    """

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False

    def resolve_redirects(self, *_: object, **__: object) -> Generator[Response, None, None]:
        """Disable redirect handling."""
        yield from ()


class PinnedAdapter(HostHeaderSSLAdapter):  # type: ignore[misc]  # the toolbelt is untyped
    """Connect to a checked address and verify the certificate against a name.

    The URL holds the address. `server_name` is the name in the certificate, and is sent as SNI,
    which the toolbelt's adapter omits and content networks require.
    """

    def __init__(self, server_name: str) -> None:
        super().__init__()
        self.poolmanager.pool_classes_by_scheme = WATCHED_POOLS
        self._server_name = server_name

    def build_connection_pool_key_attributes(
        self,
        request: PreparedRequest,
        verify: bool | str,
        cert: str | tuple[str, str] | None = None,
    ) -> tuple[dict[str, object], dict[str, object]]:
        """Return the pool's settings; a hook of requests."""
        host, pool = super().build_connection_pool_key_attributes(request, verify, cert)
        if host["scheme"] == "https":
            pool |= {"server_hostname": self._server_name, "assert_hostname": self._server_name}
        return host, pool


CHUNK_BYTES = 64 * 1024
MIN_CONNECT_SECONDS = 1.0
HEADERS = {
    "User-Agent": "cutout-lambda",
    "Accept": "image/png, image/jpeg, */*;q=0.5",
    "Accept-Encoding": "identity",  # pictures are compressed already, and encodings may be bombs
}


def download(url: str, settings: Settings, deadline: Deadline) -> Source:
    """Return the file at `url`; raise `DownloadError` or `FileTooBigError`.

    The name is resolved and every address checked before each connection, also after each redirect.
    All of it together ends at `deadline`, or after `settings.download_seconds`.
    """
    end = deadline.within(settings.download_seconds)
    with _reported_late(end.within(settings.refusal_seconds)):
        try:
            with Cutoff(end):
                return _follow(url, settings, end)
        except TimeoutError as error:
            raise DownloadError from error


@contextmanager
def _reported_late(earliest: Deadline) -> Iterator[None]:
    """Report no failure before `earliest`, which hides DNS timing.

    It differs by milliseconds between a name in a private network and one that doesn't exist.
    """
    try:
        yield
    except DownloadError:
        sleep(earliest.remaining())
        raise


def _follow(url: str, settings: Settings, end: Deadline) -> Source:
    target = parse_target(url, settings)
    for _ in range(settings.download_redirects + 1):
        with OneHopSession() as session, _open(session, target, settings, end) as response:
            if response.is_redirect:
                target = redirected(target, _location(session, response), settings)
                continue
            if response.status_code != 200:
                raise DownloadError
            return Source(_read(response, settings, end), file_name(url))
    raise DownloadError


def _open(session: OneHopSession, target: Target, settings: Settings, end: Deadline) -> Response:
    """Return the response's head, from the first address that accepts the connection.

    Each address gets its share of the time for connection and TLS. Otherwise, one that never
    answers, such as an IPv6 address without a route, would use up the time of the others.
    """
    session.mount(f"{target.scheme}://", PinnedAdapter(target.host))
    refusal: Exception | None = None
    found = addresses(target, settings, end.remaining_or_raise())
    for tried, address in enumerate(found):
        left = end.remaining_or_raise()
        share = max(left / (len(found) - tried), MIN_CONNECT_SECONDS)
        try:
            return session.get(
                target.pinned(address),
                headers=HEADERS | {"Host": target.host_header},
                timeout=(min(share, left), left),
                allow_redirects=False,
                stream=True,
                verify=settings.download_ca_bundle or True,
            )
        except (ConnectError, Timeout) as error:
            refusal = error
        except (RequestException, HTTPError, ValueError) as error:
            raise DownloadError from error
    raise DownloadError from refusal


def _location(session: OneHopSession, response: Response) -> str:
    try:
        return session.get_redirect_target(response) or ""
    except ValueError as error:  # neither ASCII nor UTF-8
        raise DownloadError from error


def _read(response: Response, settings: Settings, end: Deadline) -> bytes:
    if exceeds(response.headers, settings.max_file_bytes - 1):
        raise FileTooBigError(settings.max_file_bytes)
    content = bytearray()
    try:
        for chunk in response.raw.stream(CHUNK_BYTES, decode_content=False):
            content += chunk
            if len(content) >= settings.max_file_bytes:
                raise FileTooBigError(settings.max_file_bytes)
    except (HTTPError, OSError, ValueError) as error:  # ValueError: a chunk of negative length
        raise DownloadError from error
    end.remaining_or_raise()  # a shut socket looks like the end of a body of unknown length
    return bytes(content)
