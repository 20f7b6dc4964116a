"""API Gateway's events, made safe for the adapter."""

from typing import Any


def without_ports(event: dict[str, Any]) -> dict[str, Any]:
    """The event without the headers from which Mangum reads the server's port. It does so with
    `int()` and `split(":")`, which a client can make fail, and nothing here asks for it."""
    cleaned = dict(event)
    for name in ("headers", "multiValueHeaders"):
        headers = event.get(name)
        if headers:
            cleaned[name] = {key: value for key, value in headers.items() if not _tells_port(key)}
    return cleaned


def _tells_port(name: str) -> bool:
    return name.lower() in ("host", "x-forwarded-port")
