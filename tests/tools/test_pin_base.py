import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
import requests

from tools.pin_base import DOCKERFILE, bases, digest_of, pinned

OLD, NEW = ("sha256:" + letter * 64 for letter in "ab")
TOKEN = "anonymous"  # noqa: S105
LAMBDA = ("public.ecr.aws", "lambda/python", "3.13")
SERVER = ("public.ecr.aws", "docker/library/python", "3.13-slim")


class Registry(BaseHTTPRequestHandler):
    """A registry that asks for a token, as public ECR does."""

    def do_GET(self) -> None:
        body = json.dumps({"token": TOKEN}).encode()
        self.send_response(200 if "scope=aws" in self.path else 400)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_HEAD(self) -> None:
        allowed = self.headers.get("Authorization") == f"Bearer {TOKEN}"
        index = "image.index" in self.headers.get("Accept", "")
        self.send_response(200 if allowed and index else 401)
        realm = f"http://{self.headers['Host']}/token/"
        self.send_header("WWW-Authenticate", f'Bearer realm="{realm}",service="a",scope="aws"')
        if self.path == "/v2/lambda/python/manifests/3.13":
            self.send_header("Docker-Content-Digest", NEW)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Tests need no access log."""


@pytest.fixture
def registry() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Registry) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_the_registry_is_asked_with_a_token(registry: str) -> None:
    assert digest_of(registry, "lambda/python", "3.13", "http") == NEW


def test_without_a_digest_nothing_is_pinned(registry: str) -> None:
    with pytest.raises(ValueError, match="states no digest"):
        digest_of(registry, "lambda/python", "3.14", "http")


def test_a_registry_that_is_away_is_an_error() -> None:
    with pytest.raises(requests.RequestException):
        digest_of("127.0.0.1:9", "lambda/python", "3.13", "http")


def test_every_base_gets_its_digest_and_nothing_else_changes() -> None:
    text = DOCKERFILE.read_text()
    assert bases(text) == {LAMBDA, SERVER}
    first = pinned(text, {LAMBDA: OLD, SERVER: NEW})
    assert first.count(f"FROM public.ecr.aws/lambda/python:3.13@{OLD}") == 2
    assert "@" + OLD + " AS build" in first
    assert f"ARG SERVER_BASE=public.ecr.aws/docker/library/python:3.13-slim@{NEW}\n" in first
    assert pinned(first, {LAMBDA: NEW, SERVER: OLD}) == pinned(text, {LAMBDA: NEW, SERVER: OLD})
    assert bases(first) == bases(text)
    assert first.replace(f"@{OLD}", "").replace(f"@{NEW}", "") == text
