"""The HTTP transport of a download: pinned to an address, verified against a name."""

from collections.abc import Generator

from requests import PreparedRequest, Response, Session
from requests_toolbelt.adapters.host_header_ssl import HostHeaderSSLAdapter

from cutout.transport.connections import WATCHED_POOLS


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
