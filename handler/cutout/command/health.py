"""Ask this machine's server whether it answers: ``python -m cutout.command.health``.

It is the health check of the server image. The address is the environment's ``HOST`` and ``PORT``,
or 127.0.0.1 and 8000.
"""

import os
import sys
from http.client import OK, HTTPConnection, HTTPException

HOST, PORT = "127.0.0.1", "8000"
OWN = {"": HOST, "0.0.0.0": HOST, "::": "::1"}  # noqa: S104  # nothing listens here
"""Addresses at which this machine reaches a server that listens on all of them."""
SECONDS = 4.0


def is_healthy(port: int, host: str = HOST) -> bool:
    """Return whether a server that listens on `host` answers.

    No proxy is used, whatever the environment.
    """
    connection = HTTPConnection(OWN.get(host, host), port, timeout=SECONDS)
    try:
        connection.request("GET", "/v1/version")
        return connection.getresponse().status == OK
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(not is_healthy(int(os.environ.get("PORT", PORT)), os.environ.get("HOST", HOST)))
