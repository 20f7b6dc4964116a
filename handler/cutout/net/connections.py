"""Open connections with urllib3 that are reported to the cutoff as soon as they are made."""

import logging
import socket

import certifi
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection

from cutout.net.limits import current_cutoff

# urllib3's warnings of broken headers and of certificates for other names hold the URL or the host,
# and Lambda's runtime writes warnings to the log
logging.getLogger("urllib3").setLevel(logging.ERROR)


class WatchedHTTPConnection(HTTPConnection):
    """Report the socket as soon as it is connected."""

    def _new_conn(self) -> socket.socket:
        connection = super()._new_conn()
        current_cutoff.get().watch(connection)
        return connection


class WatchedHTTPSConnection(WatchedHTTPConnection, HTTPSConnection):
    """Report the socket before the TLS handshake."""


class WatchedHTTPPool(HTTPConnectionPool):
    """Make watched plain connections."""

    ConnectionCls = WatchedHTTPConnection


class WatchedHTTPSPool(HTTPSConnectionPool):
    """Make watched TLS connections."""

    ConnectionCls = WatchedHTTPSConnection


WATCHED_POOLS: dict[str, type] = {"http": WatchedHTTPPool, "https": WatchedHTTPSPool}
"""Value for a pool manager's `pool_classes_by_scheme`."""


def watched_pools() -> PoolManager:
    """Return pools of watched connections that trust certifi's authorities."""
    pools = PoolManager(ca_certs=certifi.where())
    pools.pool_classes_by_scheme = WATCHED_POOLS
    return pools
