"""urllib3's connections, reported to the cutoff as soon as they are made."""

import socket

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from cutout.net.limits import current_cutoff


class WatchedHTTPConnection(HTTPConnection):
    """Reports its socket as soon as it is connected."""

    def _new_conn(self) -> socket.socket:
        connection = super()._new_conn()
        current_cutoff.get().watch(connection)
        return connection


class WatchedHTTPSConnection(HTTPSConnection):
    """The same, before the TLS handshake."""

    def _new_conn(self) -> socket.socket:
        connection = super()._new_conn()
        current_cutoff.get().watch(connection)
        return connection


class WatchedHTTPPool(HTTPConnectionPool):
    """Plain connections."""

    ConnectionCls = WatchedHTTPConnection


class WatchedHTTPSPool(HTTPSConnectionPool):
    """TLS connections."""

    ConnectionCls = WatchedHTTPSConnection


WATCHED_POOLS: dict[str, type] = {"http": WatchedHTTPPool, "https": WatchedHTTPSPool}
"""What a pool manager's `pool_classes_by_scheme` is set to."""
