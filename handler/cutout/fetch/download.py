"""Download the file at a URL, within limits of address, time and size."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from time import sleep

from requests import PreparedRequest, RequestException, Response, Session
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
    """For one request: no proxies and no .netrc, and nothing is done about a redirect. (Requests
    prepares the next request even where it is told not to follow, and reads the whole body of the
    redirect for that, unpacked: 300 kB of it can be 1 GB.)"""

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False

    def resolve_redirects(self, *_: object, **__: object) -> Generator[Response, None, None]:
        """None."""
        yield from ()


class PinnedAdapter(HostHeaderSSLAdapter):  # type: ignore[misc]  # the toolbelt is untyped
    """For one request to one server: the URL holds the checked address, `server_name` is what the
    certificate must be for and what is sent as SNI (which the toolbelt's adapter leaves out, and
    without which content networks refuse to answer)."""

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
        """Requests' hook for the pool's settings."""
        host, pool = super().build_connection_pool_key_attributes(request, verify, cert)
        if host["scheme"] == "https":
            pool |= {"server_hostname": self._server_name, "assert_hostname": self._server_name}
        return host, pool


REDIRECTS = frozenset({301, 302, 303, 307, 308})
CHUNK_BYTES = 64 * 1024
HEADERS = {
    "User-Agent": "cutout-lambda",
    "Accept": "image/png, image/jpeg, */*;q=0.5",
    "Accept-Encoding": "identity",  # a picture is compressed already; what unpacks may be a bomb
}


def download(url: str, settings: Settings, deadline: Deadline) -> Source:
    """The file at `url`; raises `DownloadError` or `FileTooBigError`.

    The name is resolved and every address checked before each connection, also after each
    redirect. The end, `deadline` or `settings.download_seconds` from now, holds for all of it
    together.
    """
    end = deadline.within(settings.download_seconds)
    with _told_late(end.within(settings.refusal_seconds)):
        try:
            with Cutoff(end.remaining()) as cutoff:
                return _follow(url, settings, cutoff)
        except TimeoutError as error:
            raise DownloadError from error


@contextmanager
def _told_late(earliest: Deadline) -> Iterator[None]:
    """Holds every failure back until `earliest`: a name that leads into a private network and one
    that leads nowhere differ in the resolver's milliseconds, and these are nobody's business."""
    try:
        yield
    except DownloadError:
        sleep(earliest.remaining())
        raise


def _follow(url: str, settings: Settings, cutoff: Cutoff) -> Source:
    target = parse_target(url, settings)
    for _ in range(settings.download_redirects + 1):
        with OneHopSession() as session, _open(session, target, settings, cutoff) as response:
            if response.status_code in REDIRECTS:
                target = redirected(target, _location(session, response), settings)
                continue
            if response.status_code != 200:
                raise DownloadError
            return Source(_read(response, settings, cutoff), file_name(url))
    raise DownloadError


def _open(session: OneHopSession, target: Target, settings: Settings, cutoff: Cutoff) -> Response:
    """The response's head, from the first address that takes the connection."""
    session.mount(f"{target.scheme}://", PinnedAdapter(target.host))
    refusal: Exception | None = None
    for address in addresses(target, settings, cutoff.remaining()):
        try:
            return session.get(
                target.pinned(address),
                headers=HEADERS | {"Host": target.host_header},
                timeout=cutoff.remaining(),
                allow_redirects=False,
                stream=True,
                verify=settings.download_ca_bundle or True,
            )
        except ConnectError as error:
            refusal = error
        except (RequestException, HTTPError, ValueError) as error:
            raise DownloadError from error
    raise DownloadError from refusal


def _location(session: OneHopSession, response: Response) -> str:
    try:
        return session.get_redirect_target(response) or ""
    except ValueError as error:  # neither ASCII nor UTF-8
        raise DownloadError from error


def _read(response: Response, settings: Settings, cutoff: Cutoff) -> bytes:
    if exceeds(response.headers, settings.max_file_bytes - 1):
        raise FileTooBigError(settings.max_file_bytes)
    content = bytearray()
    try:
        for chunk in response.raw.stream(CHUNK_BYTES, decode_content=False):
            content += chunk
            if len(content) >= settings.max_file_bytes:
                raise FileTooBigError(settings.max_file_bytes)
    except (HTTPError, OSError) as error:
        raise DownloadError from error
    cutoff.remaining()  # a shut socket looks like the end of a body without a length
    return bytes(content)
