"""Server-side request forgery: each of `bypasses` by the service's own door, against listeners that
count who comes."""

import gzip
import socket
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from time import monotonic
from typing import Any

import pytest
from fastapi.testclient import TestClient

from cutout.api.app import build_app
from cutout.fetch import target
from cutout.pipeline import Pipeline
from cutout.settings import Settings
from tests.conftest import middle_is_object
from tests.fetch.bypasses import BYPASSES, NAMES, PUBLIC
from tests.fetch.servers import Server, answer, serving
from tests.samples import jpeg

ALL_PORTS = Settings(download_ports=frozenset(range(1, 65536)), refusal_seconds=0)
REFUSED = {"code": "failure", "message": "Can not download image from the URL."}


class Watch:
    """Listeners on loopback, and every address that anyone tried to connect to."""

    def __init__(self, listeners: list[Server], tried: list[Any]) -> None:
        self.listeners, self.tried = listeners, tried
        self.port = listeners[0].port

    @property
    def connections(self) -> int:
        return sum(each.connections for each in self.listeners)


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    tried: list[Any] = []
    connect = socket.socket.connect

    def note(self: socket.socket, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6}:
            tried.append(address)
            if not address[0].startswith(("127.", "::1")):
                raise ConnectionRefusedError  # a test asks nobody outside
        connect(self, address)

    real = socket.getaddrinfo

    def getaddrinfo(host: str, port: int, *rest: Any, **named: Any) -> Any:
        if host in NAMES:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port)) for a in NAMES[host]]
        if host.endswith(".example"):
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return real(host, port, *rest, **named)

    with ExitStack() as stack:
        listeners = [stack.enter_context(serving(answer(jpeg())))]
        if socket.has_ipv6:
            again = serving(answer(jpeg()), address="::1", port=listeners[0].port)
            listeners.append(stack.enter_context(again))
        monkeypatch.setattr(socket.socket, "connect", note)
        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
        yield Watch(listeners, tried)


@cache
def client(settings: Settings = ALL_PORTS) -> TestClient:
    """Return a client of the service, which remembers nothing of one request in the next."""
    return TestClient(build_app(Pipeline(settings, middle_is_object)))


def status_of(url: str, settings: Settings = ALL_PORTS) -> Any:
    """Return the service's status for the picture at the URL."""
    form = {"url": (None, url)}  # multipart: what is sent is not looked at on the way
    reply = client(settings).post("/v1/results", files=form)
    assert reply.status_code == 200, reply.text
    (result,) = reply.json()["results"]
    assert result["md5"] == "d41d8cd98f00b204e9800998ecf8427e", "bytes came from there"
    return result["status"]


def test_there_are_at_least_sixty() -> None:
    assert len(set(BYPASSES)) == len(BYPASSES) >= 60


def test_the_listener_would_be_reached(watch: Watch) -> None:
    """The control: without the guard, the first of them gets the picture."""
    unguarded = ALL_PORTS.model_copy(update={"allow_private_network": True})
    url = f"http://127.0.0.1:{watch.port}/"
    reply = client(unguarded).post("/v1/results", data={"url": url})
    assert reply.json()["results"][0]["status"]["code"] == "ok"
    assert watch.connections == 1


@pytest.mark.parametrize("url", BYPASSES)
def test_none_of_them_gets_in(watch: Watch, url: str) -> None:
    assert status_of(url.replace("PORT", str(watch.port))) == REFUSED
    assert watch.connections == 0, "the listener was reached"
    assert watch.tried == [], "somebody was asked for a connection"


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 Other", "307 T", "308 P"])
def test_no_redirect_gets_in(watch: Watch, monkeypatch: pytest.MonkeyPatch, status: str) -> None:
    """The first server counts as a public one; where it leads is judged for real."""
    real = target.is_public
    monkeypatch.setattr(target, "is_public", lambda a: str(a) == "127.0.0.3" or real(a))
    leads: Callable[[str], str] = lambda url: url.replace("PORT", str(watch.port))  # noqa: E731
    for url in BYPASSES:
        if set(url) & set("\r\n\0") or not url.isascii():
            continue  # no header can hold it
        redirect = answer(b"", status, f"Location: {leads(url)}")
        with serving(redirect, address="127.0.0.3") as outer:
            assert status_of(outer.url(host="127.0.0.3")) == REFUSED, url
            assert outer.connections >= 1, "the redirect itself was not asked for"
        elsewhere = [address for address in watch.tried if address[0] != "127.0.0.3"]
        assert elsewhere == [], url
    assert watch.connections == 0


def test_a_name_that_changes_between_check_and_connection(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: public when it is checked, loopback for whoever asks again."""
    asked = 0
    real = socket.getaddrinfo

    def rebind(host: str, port: int, *rest: Any, **named: Any) -> Any:
        nonlocal asked
        if host != "rebind.example":
            return real(host, port, *rest, **named)
        asked += 1
        address = PUBLIC if asked == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", rebind)
    assert status_of(f"http://rebind.example:{watch.port}/") == REFUSED
    assert asked == 1, "the name was asked for again"
    assert watch.tried == [(PUBLIC, watch.port)], "not the address that was checked"
    assert watch.connections == 0


def test_a_port_that_is_not_for_the_web(watch: Watch) -> None:
    default = Settings(refusal_seconds=0)
    for port in (22, 25, 6379, 8080, 9001, watch.port):
        assert status_of(f"http://{PUBLIC}:{port}/", default) == REFUSED
    assert watch.tried == []


def test_a_host_that_exists_and_one_that_does_not_fail_alike(watch: Watch) -> None:
    """Neither the words nor the time tell them apart."""
    settings = ALL_PORTS.model_copy(update={"refusal_seconds": 0.3})
    urls = [
        f"http://127.0.0.1:{watch.port}/",  # somebody listens
        "http://127.0.0.1:1/",  # nobody does
        f"http://loopback.example:{watch.port}/",  # a name within
        "http://no-such-name.example/",  # a name of nothing
        "gopher://127.0.0.1/",  # a scheme that nobody serves
    ]
    for url in urls:
        start = monotonic()
        assert status_of(url, settings) == REFUSED
        assert monotonic() - start >= 0.3, f"{url} was refused sooner than others"
    assert watch.tried == []


@pytest.mark.parametrize("status", ["200 OK", "302 Found"])
def test_a_body_that_unpacks_to_a_hundred_megabytes_stays_packed(status: str) -> None:
    bomb = gzip.compress(bytes(100 << 20))
    unguarded = ALL_PORTS.model_copy(update={"allow_private_network": True})
    head = ("Location: http://127.0.0.1:1/", "Content-Encoding: gzip")
    with serving(answer(bomb, status, *head)) as server:
        tracemalloc.start()
        url = server.url(host="127.0.0.1")
        reply = client(unguarded).post("/v1/results", data={"url": url})
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert reply.json()["results"][0]["status"]["code"] == "failure"
    assert peak < 50 << 20, f"the body was unpacked: {peak >> 20} MB"
