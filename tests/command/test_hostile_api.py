"""An API that names addresses of its choice: for a kept answer, or for an upload."""

import ssl
from base64 import b64encode
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from cutout.command.arguments import Limits
from tests.command.conftest import Run
from tests.command.scripted_api import MODES, RESULTS, Reply, ScriptedApi, invited, success

UPLOADS = "/v1/uploads"
API = "http://api.example"
DOORS = ["an answer", "an upload"]
BASIC = "Basic " + b64encode(b"me:secret").decode()

pytestmark = pytest.mark.usefixtures("pauses")


@pytest.fixture
def through(monkeypatch: pytest.MonkeyPatch) -> Callable[[ScriptedApi], None]:
    """Sends everything by a proxy, so that any host can be named."""

    def use(proxy: ScriptedApi) -> None:
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("http_proxy", proxy.url)

    return use


@pytest.fixture
def netrc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Has a password for every host."""
    file = tmp_path / "netrc"
    file.write_text("default login me password secret\n")
    monkeypatch.setenv("NETRC", str(file))


@pytest.fixture(params=DOORS)
def door(request: pytest.FixtureRequest) -> str:
    """How the API gets the command to an address."""
    return str(request.param)


@pytest.fixture
def run(run: Run, door: str) -> Run:
    """Uploads the picture if that is the way to an address."""
    return partial(run, limits=Limits(large_bytes=100)) if door == "an upload" else run


def naming(link: str, door: str, api: str = "") -> dict[str, list[Reply]]:
    """The answers of an API that sends the command to `link`."""
    elsewhere = Reply(303, b"elsewhere", {"Location": link})
    return {
        f"{api}/v1/modes": [Reply(body=MODES)],
        f"{api}{UPLOADS}": [invited(link)],
        f"{api}{RESULTS}": [elsewhere if door == "an answer" else success()],
    }


def kept(door: str) -> list[Reply]:
    """What is at the address."""
    return [success() if door == "an answer" else Reply(204, b"")]


@pytest.mark.usefixtures("netrc")
@pytest.mark.parametrize("user", ["", "eve:pw@"])
def test_no_password_goes_to_a_host_that_the_api_names(
    run: Run, photo: Path, door: str, user: str
) -> None:
    with ScriptedApi({"/kept": kept(door)}) as bucket:
        link = bucket.url.replace("//", f"//{user}") + "/kept"
        with ScriptedApi(naming(link, door)) as server:
            done = run(photo, "--url", server.url, "--key", "sesame")
            assert {each.headers.get("authorization") for each in server.asked} == {BASIC}
        (asked,) = bucket.asked
    assert done.code == 0, done.err
    assert "authorization" not in asked.headers
    assert "sesame" not in str(asked)


@pytest.mark.usefixtures("netrc")
def test_an_api_behind_a_password_may_keep_answers_itself(run: Run, photo: Path, door: str) -> None:
    with ScriptedApi({**naming("/kept", door), "/kept": kept(door)}) as server:
        done = run(photo, "--url", server.url, "--key", "sesame")
        (asked,) = server.asked_for("/kept")
    assert done.code == 0, done.err
    assert asked.headers["authorization"] == BASIC
    assert "x-api-key" not in asked.headers


def test_a_password_in_the_url_goes_where_the_user_has_put_it(
    run: Run, photo: Path, door: str
) -> None:
    with ScriptedApi({**naming("/kept", door), "/kept": kept(door)}) as server:
        done = run(photo, "--url", server.url.replace("//", "//me:secret@"))
        assert {each.headers.get("authorization") for each in server.asked} == {BASIC}
    assert done.code == 0, done.err


def test_a_password_that_the_api_makes_up_is_not_used(run: Run, photo: Path, door: str) -> None:
    replies = {"/kept": kept(door)}
    with ScriptedApi(replies) as server:
        server.say(naming(server.url.replace("//", "//eve:pw@") + "/kept", door))
        done = run(photo, "--url", server.url)
        (asked,) = server.asked_for("/kept")
    assert done.code == 0, done.err
    assert "authorization" not in asked.headers


WRONG = {
    "ftp://bucket.example/kept": "an address that is not http or https: ftp://bucket.example/kept",
    "file:///etc/passwd": "an address that is not http or https: file:///etc/passwd",
    "httpx://bucket.example/": "an address that is not http or https: httpx://bucket.example/",
    "//[": "an invalid address: //[",
    "http://bucket.example:99999/": "an invalid address: http://bucket.example:99999/",
    "ftp://\x1b2J/": r"an address that is not http or https: ftp://\x1b2J/",
}


@pytest.mark.parametrize("link", WRONG)
def test_only_http_is_followed(run: Run, photo: Path, door: str, link: str) -> None:
    with ScriptedApi(naming(link, door)) as server:
        done = run(photo, "--url", server.url)
    assert done.code == 1
    assert done.lines[0] == f"{photo}: The server names {WRONG[link]}"


def test_an_encrypted_api_can_not_name_what_is_not(
    run: Run, photo: Path, door: str, tls: ssl.SSLContext
) -> None:
    with ScriptedApi({"/kept": kept(door)}) as bucket:
        link = f"{bucket.url}/kept"
        with ScriptedApi(naming(link, door), tls) as server:
            done = run(photo, "--url", server.url)
        assert not bucket.asked
    assert done.code == 1
    assert done.lines[0] == f"{photo}: The server names an address without encryption: {link}"


@pytest.mark.parametrize("encrypted", [True, False])
def test_an_encrypted_address_is_followed(
    run: Run, photo: Path, door: str, tls: ssl.SSLContext, encrypted: bool
) -> None:
    with ScriptedApi({"/kept": kept(door)}, tls) as bucket:
        link = f"{bucket.url}/kept"
        with ScriptedApi(naming(link, door), tls if encrypted else None) as server:
            done = run(photo, "--url", server.url)
    assert done.code == 0, done.err


NEAR = [
    "127.0.0.1",
    "127.8.8.8",
    "127.1",
    "2130706433",
    "0x7f.1",
    "0177.0.0.1",
    "127%2e0.0.1",
    "127.0.0.1.",
    "0.0.0.0",  # noqa: S104  # an address to reach
    "0",
    "localhost",
    "LOCALHOST.",
    "a.localhost",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "169.254.169.254",
    "169.254.169.254.",
    "169.254.1.1:8080",
    "[fe80::1]",
    "eve@127.0.0.1",
]
FAR = [
    "bucket.example",
    "localhost.example",
    "126.255.255.255",
    "128.0.0.1",
    "169.253.255.255",
    "169.255.0.1",
    "10.0.0.1",
    "192.168.1.1:9000",
    "[fd00::1]",
    "[fec0::1]",
]


@pytest.mark.parametrize("host", NEAR)
def test_an_api_elsewhere_can_not_name_this_machine(
    run: Run, photo: Path, door: str, through: Callable[[ScriptedApi], None], host: str
) -> None:
    link = f"http://{host}/kept"
    with ScriptedApi(naming(link, door, API)) as proxy:
        through(proxy)
        done = run(photo, "--url", API)
        assert {each.path.startswith(API) for each in proxy.asked} == {True}
    assert done.code == 1
    assert done.lines[0].startswith(f"{photo}: The server names an address of this machine")


@pytest.mark.parametrize("host", FAR)
def test_an_api_may_name_other_hosts(
    run: Run, photo: Path, door: str, through: Callable[[ScriptedApi], None], host: str
) -> None:
    link = f"http://{host}/kept"
    with ScriptedApi({**naming(link, door, API), link: kept(door)}) as proxy:
        through(proxy)
        done = run(photo, "--url", API)
        assert len(proxy.asked_for(link)) == 1
    assert done.code == 0, done.err


@pytest.mark.parametrize(
    ("api", "link"),
    [
        ("http://127.0.0.1:81", "http://localhost:82/kept"),
        ("http://localhost", "http://169.254.1.1/kept"),
        ("http://0.0.0.0:81", "http://127.0.0.1:81/kept"),
        ("http://169.254.1.1", "http://169.254.1.1:9000/kept"),
    ],
)
def test_a_local_api_may_name_local_addresses(
    run: Run, photo: Path, door: str, through: Callable[[ScriptedApi], None], api: str, link: str
) -> None:
    with ScriptedApi({**naming(link, door, api), link: kept(door)}) as proxy:
        through(proxy)
        done = run(photo, "--url", api)
    assert done.code == 0, done.err


def test_a_redirect_of_an_address_that_the_api_names_is_not_followed(
    run: Run, photo: Path, door: str
) -> None:
    moved = Reply(307, b"", {"Location": "/further"})
    with ScriptedApi({**naming("/kept", door), "/kept": [moved], "/further": kept(door)}) as server:
        done = run(photo, "--url", server.url)
        assert not server.asked_for("/further")
    assert done.code == 1
    assert done.lines[0].endswith("The server answered 307: It moved to /further")
