"""Run the published Python client, its fixed host name led to a port of this machine:
`python pointed.py PORT KEY PICTURE`."""

import socket
import sys
from typing import Any

from removebg import RemoveBg  # type: ignore[import-not-found]

HOST = "api.remove.bg"
real = socket.getaddrinfo


def getaddrinfo(host: str, _port: int, *rest: Any, **named: Any) -> list[Any]:
    """Resolve their name to our server, and nothing else."""
    if host == HOST:
        return real("127.0.0.1", int(sys.argv[1]), *rest, **named)
    raise OSError(f"a test asks for {host}")


vars(socket)["getaddrinfo"] = getaddrinfo
client = RemoveBg(sys.argv[2], "error.log")
client.remove_background_from_img_file(sys.argv[3])
