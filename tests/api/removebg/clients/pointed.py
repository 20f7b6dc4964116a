"""Run a published Python client, its fixed host name led to a port of this machine.

`python pointed.py PORT removebg KEY PICTURE` runs the library, `python pointed.py PORT removebg-cli
ARGUMENT ...` the command.
"""

import socket
import sys
from importlib import import_module
from typing import Any

HOST = "api.remove.bg"
real = socket.getaddrinfo
port, client, *arguments = sys.argv[1:]


def getaddrinfo(host: str, _port: int, *rest: Any, **named: Any) -> list[Any]:
    """Resolve their name to our server, and nothing else."""
    if host == HOST:
        return real("127.0.0.1", int(port), *rest, **named)
    raise OSError(f"a test asks for {host}")


vars(socket)["getaddrinfo"] = getaddrinfo
if client == "removebg":
    key, picture = arguments
    import_module("removebg").RemoveBg(key, "error.log").remove_background_from_img_file(picture)
else:
    sys.argv[1:] = arguments
    import_module("removebg_cli").main()
