"""The HTTP transport: pinned to an address, verified against a name, watched by a deadline."""

import socket

from requests import PreparedRequest
from requests_toolbelt.adapters.host_header_ssl import HostHeaderSSLAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from handler.fetch.deadline import current_deadline


class WatchedHTTPConnection(HTTPConnection):
    """Reports its socket to the deadline as soon as it is connected."""

    def _new_conn(self) -> socket.socket:
        connection = super()._new_conn()
        current_deadline.get().watch(connection)
        return connection


class WatchedHTTPSConnection(HTTPSConnection):
    """The same, before the TLS handshake."""

    def _new_conn(self) -> socket.socket:
        connection = super()._new_conn()
        current_deadline.get().watch(connection)
        return connection


class WatchedHTTPPool(HTTPConnectionPool):
    """Plain connections."""

    ConnectionCls = WatchedHTTPConnection


class WatchedHTTPSPool(HTTPSConnectionPool):
    """TLS connections."""

    ConnectionCls = WatchedHTTPSConnection


class PinnedAdapter(HostHeaderSSLAdapter):  # type: ignore[misc]  # the toolbelt is untyped
    """For one request to one server: the URL holds the checked address, `server_name` is what the
    certificate must be for and what is sent as SNI (which the toolbelt's adapter leaves out, and
    without which content networks refuse to answer)."""

    def __init__(self, server_name: str) -> None:
        super().__init__()
        self.poolmanager.pool_classes_by_scheme = {
            "http": WatchedHTTPPool,
            "https": WatchedHTTPSPool,
        }
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
