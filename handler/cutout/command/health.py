"""Ask this machine's server whether it answers: ``python -m cutout.command.health``.

It is the health check of the server image. The port is the environment's ``PORT``, or 8000.
"""

import os
import sys
from http.client import OK, HTTPConnection, HTTPException

HOST, PORT = "127.0.0.1", "8000"
SECONDS = 4.0


def is_healthy(port: int) -> bool:
    """Return whether the server answers on a port. No proxy is used, whatever the environment."""
    connection = HTTPConnection(HOST, port, timeout=SECONDS)
    try:
        connection.request("GET", "/v1/version")
        return connection.getresponse().status == OK
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(not is_healthy(int(os.environ.get("PORT", PORT))))
