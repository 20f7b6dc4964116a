"""Run a published Python client, its fixed host name led to a port of this machine.

`python pointed.py PORT removebg KEY file|url|base64 SOURCE` runs the library, `python pointed.py
PORT removebg-cli ARGUMENT ...` the command.
"""

import socket
import sys
from base64 import b64encode
from importlib import import_module
from pathlib import Path
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
    key, kind, source = arguments
    library = import_module("removebg").RemoveBg(key, "error.log")
    if kind == "file":
        library.remove_background_from_img_file(source)
    elif kind == "url":
        library.remove_background_from_img_url(source)
    else:
        content = b64encode(Path(source).read_bytes()).decode()
        library.remove_background_from_base64_img(content)
else:
    sys.argv[1:] = arguments
    import_module("removebg_cli").main()
