"""What a browser is made to send to a server on a loopback address."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from starlette.responses import PlainTextResponse

from cutout.api.middleware import LoopbackGuard
from cutout.request_errors import ForeignHostError, ForeignOriginError
from cutout.settings import Settings
from tests.local_server import LocalServer
from tests.samples import jpeg

KEY = "a-key-of-20-letters."
EVIL = "https://evil.example"
NAMED, SHOP = "cutout.example", "https://shop.example"
SECONDS = 60


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    """One without keys and names of its own."""
    folder = str(tmp_path_factory.mktemp("storage"))
    with LocalServer(CUTOUT_STORAGE_DIR=folder, CUTOUT_API_KEYS="") as running:
        yield running


def ask(server: LocalServer, method: str, path: str, **headers: str) -> requests.Response:
    """Headers are named with underscores; a post to the results carries a picture."""
    files = {"image": jpeg()} if (method, path) == ("POST", "/v1/results") else None
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with requests.Session() as session:
        session.trust_env = False
        url = server.url + path
        return session.request(method, url, headers=named, files=files, timeout=SECONDS)


@pytest.mark.parametrize("path", ["/", "/v1/version", "/v1/modes", "/docs", "/nowhere"])
def test_a_rebound_name_reads_nothing(server: LocalServer, path: str) -> None:
    reply = ask(server, "GET", path, Host=f"evil.example:{server.port}")
    assert (reply.status_code, reply.json()) == (421, ForeignHostError.body())
    assert "CUTOUT_ALLOWED_HOSTS" in reply.json()["detail"]


def test_a_client_of_removebg_reads_the_refusal_in_its_own_form(server: LocalServer) -> None:
    reply = ask(server, "GET", "/v1.0/account", Host="api.remove.bg")
    (told,) = reply.json()["errors"]
    assert (reply.status_code, told["code"]) == (421, "misdirected_request")
    assert "CUTOUT_ALLOWED_HOSTS" in told["title"]
    assert reply.headers["X-RateLimit-Limit"]


@pytest.mark.parametrize("path", ["/v1/uploads", "/v1/results"])
def test_a_rebound_name_sends_nothing(server: LocalServer, path: str) -> None:
    origin = f"http://evil.example:{server.port}"
    reply = ask(server, "POST", path, Host=f"evil.example:{server.port}", Origin=origin)
    assert reply.status_code == 421


@pytest.mark.parametrize("host", ["127.0.0.1:{port}", "localhost:{port}", "[::1]:{port}"])
def test_this_machine_has_several_names(server: LocalServer, host: str) -> None:
    named = host.format(port=server.port)
    for path in ("/v1/uploads", "/v1/results"):
        reply = ask(server, "POST", path, Host=named, Origin=f"http://{named}")
        assert reply.status_code == 200, reply.text


@pytest.mark.parametrize("origin", [EVIL, "null", "http://192.168.1.5:3000"])
@pytest.mark.parametrize(
    "path", ["/v1/uploads", "/v1/uploads/", "/img-bg-removal/v1/uploads", "/v1/uploads/token"]
)
def test_a_page_from_elsewhere_sends_nothing(server: LocalServer, path: str, origin: str) -> None:
    reply = ask(server, "POST", path, Origin=origin)
    assert (reply.status_code, reply.json()) == (403, ForeignOriginError.body())
    assert "CUTOUT_ALLOWED_ORIGINS" in reply.json()["detail"]
    assert reply.headers["access-control-allow-origin"] == "*", "its developer can't read why"


@pytest.mark.parametrize("origin", ["http://localhost:3000", "https://127.0.0.1:5173"])
def test_a_front_end_on_this_machine_sends_and_reads(server: LocalServer, origin: str) -> None:
    for path in ("/v1/uploads", "/v1/results"):
        reply = ask(server, "POST", path, Origin=origin)
        assert reply.status_code == 200, reply.text
        assert reply.headers["access-control-allow-origin"] == "*"


def test_a_page_from_elsewhere_may_read_and_have_pictures_cut_out(server: LocalServer) -> None:
    """As ever: the reference API is open to every page."""
    assert ask(server, "GET", "/v1/version", Origin=EVIL).status_code == 200
    assert ask(server, "POST", "/v1/results", Origin=EVIL).status_code == 200


def test_a_client_that_is_no_browser_sends_no_origin(server: LocalServer) -> None:
    assert ask(server, "POST", "/v1/results").status_code == 200


@pytest.mark.parametrize(("origin", "status"), [("http://localhost:3000", 200), (EVIL, 403)])
def test_only_pages_of_this_machine_pass_a_preflight(
    server: LocalServer, origin: str, status: int
) -> None:
    asked = {"Access_Control_Request_Method": "POST", "Access_Control_Request_Headers": "X-API-KEY"}
    assert ask(server, "OPTIONS", "/v1/results", Origin=origin, **asked).status_code == 200
    reply = ask(server, "OPTIONS", "/v1/uploads", Origin=origin, **asked)
    assert reply.status_code == status
    assert ("access-control-allow-origin" in reply.headers) == (status == 200)


def test_refusals_are_logged_by_their_reason(server: LocalServer) -> None:
    ask(server, "GET", "/", Host="evil.example")
    ask(server, "POST", "/v1/uploads", Origin=EVIL)
    log = server.log()
    assert '"status": 421, "outcome": "ForeignHost"' in log
    assert '"status": 403, "outcome": "ForeignOrigin"' in log
    assert "evil" not in log


def test_with_keys_any_page_may_send_that_has_one(tmp_path: Any) -> None:
    with LocalServer(CUTOUT_STORAGE_DIR=str(tmp_path), CUTOUT_API_KEYS=KEY) as keyed:
        preflight = {"Origin": EVIL, "Access_Control_Request_Method": "POST"}
        for path in ("/v1/results", "/v1/uploads"):
            assert ask(keyed, "POST", path, Origin=EVIL, X_API_KEY=KEY).status_code == 200
            assert ask(keyed, "POST", path, Origin=EVIL).status_code == 401
            assert ask(keyed, "OPTIONS", path, **preflight).status_code == 200
        assert ask(keyed, "GET", "/", Host="evil.example").status_code == 421


def test_the_settings_let_names_and_origins_in(tmp_path: Any) -> None:
    names = {
        "CUTOUT_ALLOWED_HOSTS": f"{NAMED}, b.example [2001:db8::1]",
        "CUTOUT_ALLOWED_ORIGINS": f"{SHOP} null",
    }
    with LocalServer(CUTOUT_STORAGE_DIR=str(tmp_path), CUTOUT_API_KEYS="", **names) as server:
        for host, status in (
            (NAMED, 200),
            ("B.example:443", 200),
            ("[2001:db8::1]:80", 200),
            (f"a.{NAMED}", 421),
        ):
            assert ask(server, "GET", "/v1/version", Host=host).status_code == status, host
        for origin, status in ((SHOP, 200), ("null", 200), (f"{SHOP}:8443", 403), (EVIL, 403)):
            assert ask(server, "POST", "/v1/uploads", Origin=origin).status_code == status, origin
        own = {"Host": NAMED, "Origin": f"https://{NAMED}"}
        assert ask(server, "POST", "/v1/uploads", **own).status_code == 200, "its own page"


def status_of(
    guard_settings: Settings, server: tuple[str, int | None] | None, **headers: str
) -> int:
    """The answer to a POST that arrives at this address of the server."""
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    guard = LoopbackGuard(PlainTextResponse("let in"), guard_settings, keyed=False)
    named = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": "POST", "path": "/v1/uploads", "headers": named}
    asyncio.run(guard({**scope, "server": server}, receive, send))
    status: int = sent[0]["status"]
    return status


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.53", "::1", "::ffff:127.0.0.1"])
def test_a_loopback_address_is_guarded(address: str) -> None:
    at = (address, 8000)
    assert status_of(Settings(), at, Host="localhost:8000") == 200
    assert status_of(Settings(), at, Host="evil.example") == 421
    assert status_of(Settings(), at, Host="localhost:8000", Origin=EVIL) == 403


@pytest.mark.parametrize(
    "server",
    [None, ("10.0.0.5", 8000), ("fd00::5", 8000), ("testserver", 80), ("/run/cutout.sock", None)],
)
def test_other_addresses_are_not(server: tuple[str, int | None] | None) -> None:
    assert status_of(Settings(), server, Host="evil.example", Origin=EVIL) == 200


def test_a_request_of_http_1_0_has_no_host() -> None:
    assert status_of(Settings(), ("127.0.0.1", 8000)) == 200
    assert status_of(Settings(), ("127.0.0.1", 8000), Origin="null") == 403


BROKEN = ["", ":80", "a b", "[::1", "localhost@evil.example", "a/localhost"]


@pytest.mark.parametrize("host", BROKEN)
def test_a_broken_host_is_a_foreign_one(host: str) -> None:
    assert status_of(Settings(), ("127.0.0.1", 8000), Host=host) == 421


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "http://",
        "http://localhost.evil.example",
        "http://evil.example#localhost",
        "http://localhost@evil.example",
        "ftp://localhost",
        "chrome-extension://localhost",
    ],
)
def test_an_origin_that_only_looks_like_this_machine(origin: str) -> None:
    assert status_of(Settings(), ("127.0.0.1", 8000), Host="localhost", Origin=origin) == 403


@pytest.mark.parametrize("origin", [EVIL, "null", "chrome-extension://abc"])
def test_a_star_allows_every_origin_and_no_host(origin: str) -> None:
    everybody = Settings(allowed_origins=frozenset({"*"}))
    at = ("127.0.0.1", 8000)
    assert status_of(everybody, at, Host="localhost", Origin=origin) == 200
    assert status_of(everybody, at, Host="evil.example", Origin=origin) == 421


def test_a_star_allows_every_host_and_no_other_origin() -> None:
    every_name = Settings(allowed_hosts=frozenset({"*"}))
    at = ("127.0.0.1", 8000)
    assert status_of(every_name, at, Host="a.example", Origin="https://a.example") == 200
    assert status_of(every_name, at, Host="a.example", Origin=EVIL) == 403
