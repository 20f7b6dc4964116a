"""An endpoint of container credentials, as Lambda has it under SnapStart, that rotates them, and a
Secrets Manager that knows them."""

import json
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import time
from typing import Any

import pytest

from cutout import aws_credentials, timing
from tests.fetch.servers import Reply, Server, answer, serving

TOKEN = "token-of-the-instance"  # noqa: S105
KEY = "the-key-of-a-client"
PATH = "/2021-04-23/credentials"
ACCESS_KEY = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
VARIABLES = (
    *ACCESS_KEY,
    *("AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"),
    *("AWS_CONTAINER_AUTHORIZATION_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"),
)
"""All variables that credentials come from."""


@dataclass
class Endpoint:
    """Answers with `keys`, an access key and its secret, to those who send `token`."""

    keys: tuple[str, str] = ("AKIDFIRST", "first-secret")
    session_token: str = "first-session"  # noqa: S105
    lifetime: timedelta = timedelta(hours=1)
    token: str = TOKEN
    trouble: Reply | None = None
    """What it does instead, if anything."""
    server: Server = field(init=False)

    def rotate(self, key_id: str, secret: str, session_token: str = "") -> None:
        """From now on others are valid, for long enough for a clock that is moved ahead."""
        self.lifetime = timedelta(hours=12)
        self.keys, self.session_token = (key_id, secret), session_token

    @property
    def environment(self) -> dict[str, str]:
        """Return the variables that lead to it."""
        return {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": self.server.url(PATH, host="127.0.0.1"),
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": self.token,
        }

    def document(self) -> dict[str, Any]:
        """Return the answer's JSON."""
        return {
            "AccessKeyId": self.keys[0],
            "SecretAccessKey": self.keys[1],
            "Token": self.session_token,
            "Expiration": f"{datetime.now(UTC) + self.lifetime:%Y-%m-%dT%H:%M:%SZ}",
        }

    def reply(self, connection: socket.socket, request: bytes) -> None:
        """Answers one request."""
        reply = answer(json.dumps(self.document()).encode())
        if self.trouble is not None:
            reply = self.trouble
        elif authorization(request) != self.token or not request.startswith(
            b"GET " + PATH.encode()
        ):
            reply = answer(b"{}", "403 Forbidden")
        reply(connection, request)


class Later:
    """Moves the wall clock, as time does while an instance is frozen."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._by = timedelta(0)
        outer = self

        class Clock(datetime):
            @classmethod
            def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
                assert tz is UTC
                return datetime.now(UTC) + outer._by

        monkeypatch.setattr(aws_credentials, "datetime", Clock)
        real = time
        monkeypatch.setattr(timing, "time", lambda: real() + self._by.total_seconds())

    def __call__(self, **by: float) -> None:
        self._by += timedelta(**by)


def authorization(request: bytes) -> str | None:
    """Return the header of a request."""
    found = re.search(rb"^authorization: *(.*?)\r$", request, re.MULTILINE | re.IGNORECASE)
    return found[1].decode() if found else None


@contextmanager
def endpoint() -> Iterator[Endpoint]:
    """A running endpoint for the length of the block."""
    running = Endpoint()
    with serving(running.reply) as server:
        running.server = server
        yield running


class SecretsManager:
    """Holds the API keys and refuses every role but the current one."""

    def __init__(self, role: Endpoint) -> None:
        self._role = role
        self.signed_by: list[str] = []

    def __call__(self, connection: socket.socket, request: bytes) -> None:
        found = re.search(rb"Credential=(\w+)/", request)
        self.signed_by.append(found[1].decode() if found else "")
        if self.signed_by[-1] == self._role.keys[0]:
            reply = answer(json.dumps({"SecretString": KEY}).encode())
        else:
            reply = answer(b"{}", "403 Forbidden")
        reply(connection, request)
