"""Open sessions of requests that trust no server: no redirects, no cookies, bounded in time."""

from collections.abc import Generator, Mapping
from http.cookiejar import DefaultCookiePolicy
from socket import AF_INET, SOCK_STREAM, fromfd

from requests import PreparedRequest, Response, Session
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, ProxyManager
from urllib3.connection import HTTPConnection

from cutout import __version__
from cutout.net.connections import WatchedHTTPConnection, WatchedHTTPSConnection
from cutout.net.limits import current_cutoff


class ApiSession(Session):
    """Share a session among threads, which is safe because it never changes: it keeps no cookie.

    Responses are streamed and redirects not followed. Even where it is told not to follow, requests
    prepares the next request, and reads and unpacks the whole body of the redirect for that. The
    environment's proxies, certificates and `.netrc` apply as usual.
    """

    def __init__(self, headers: Mapping[str, str], connections: int) -> None:
        super().__init__()
        self.stream = True
        self.headers.update({"User-Agent": f"cutout/{__version__}", "Accept-Encoding": "gzip"})
        self.headers.update(headers)
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        for scheme in ("http://", "https://"):
            self.mount(scheme, _Adapter(connections))

    def resolve_redirects(self, *_: object, **__: object) -> Generator[Response, None, None]:
        """Yield nothing."""
        yield from ()


def anonymous(request: PreparedRequest) -> PreparedRequest:
    """Add no credentials.

    As a request's `auth`, this keeps requests from looking for credentials in `.netrc` and the URL.
    """
    return request


class _EachRequest(HTTPConnection):
    """Report the socket of a reused connection to the cutoff of the new request."""

    def putrequest(
        self,
        method: str,
        url: str,
        skip_host: bool = False,
        skip_accept_encoding: bool = False,
    ) -> None:
        if self.sock is not None:
            with fromfd(self.sock.fileno(), AF_INET, SOCK_STREAM) as plain:  # TLS has no `dup`
                current_cutoff.get().watch(plain)
        super().putrequest(method, url, skip_host, skip_accept_encoding)


class _HTTPConnection(_EachRequest, WatchedHTTPConnection):
    pass


class _HTTPSConnection(_EachRequest, WatchedHTTPSConnection):
    pass


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _HTTPConnection


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _HTTPSConnection


POOLS: dict[str, type] = {"http": _HTTPPool, "https": _HTTPSPool}


class _Adapter(HTTPAdapter):
    """Report every connection to the current cutoff, including those through HTTP proxies."""

    def __init__(self, connections: int) -> None:
        super().__init__(pool_maxsize=connections)
        self.poolmanager.pool_classes_by_scheme = POOLS

    def proxy_manager_for(self, proxy: str, **options: object) -> object:
        manager: object = super().proxy_manager_for(proxy, **options)
        if isinstance(manager, ProxyManager):  # SOCKS has connections of its own
            manager.pool_classes_by_scheme = POOLS
        return manager
