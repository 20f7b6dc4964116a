"""Ports on loopback that nobody listens on, and that the system gives to nobody else."""

import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import cycle, islice

FIRST = 11_000
"""Browsers refuse some ports below."""
LAST = 32_767
"""Linux takes higher ones for connections, and for servers that name none, so that such a port may
be taken between its choice and the start of the server that it was chosen for."""
PROCESSES = 32
"""Test processes with ports of their own."""
EACH = (LAST + 1 - FIRST) // PROCESSES


def free_ports(count: int) -> list[int]:
    """Return different ports, none of which this process has chosen lately."""
    ports: list[int] = []
    with ExitStack() as held:
        for port in islice(_own_ports, EACH):
            try:
                held.enter_context(socket.create_server(("127.0.0.1", port)))
            except OSError:
                continue
            ports.append(port)
            if len(ports) == count:
                return ports
    raise OSError("No port is free.")


def _ports_of_this_process() -> Iterator[int]:
    """Return this process's ports in an endless cycle that starts at a random one."""
    process = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % PROCESSES
    own = range(FIRST + process * EACH, FIRST + (process + 1) * EACH)
    return islice(cycle(own), secrets.randbelow(EACH), None)


_own_ports = _ports_of_this_process()
