"""The page as it is sent, without a browser."""

import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from cutout.api.app import build_app
from cutout.api.page import SCRIPT, STYLE, assets
from cutout.pipeline import Pipeline
from cutout.settings import Settings
from tests.conftest import middle_is_object

PLACES = ["/", "/img-bg-removal/"]
REFERENCE = re.compile(r'"(page/[^"]+)"')


def client_of(settings: Settings) -> TestClient:
    return TestClient(build_app(Pipeline(settings, middle_is_object)), follow_redirects=False)


@pytest.mark.parametrize("place", PLACES)
def test_everything_that_the_page_names_is_there(client: TestClient, place: str) -> None:
    page = client.get(place)
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    names = REFERENCE.findall(page.text)
    assert {name.partition("?")[0] for name in names} == {f"page/{name}" for name in assets()}
    for name in names:
        found = client.get(place + name)
        assert found.status_code == 200, name
        assert found.content == assets()[name.partition("?")[0].removeprefix("page/")].content


def test_no_word_is_left_to_fill_in(client: TestClient) -> None:
    page = client.get("/").text
    assert "{{" not in page
    assert "under 16&nbsp;MB, at most 4096&nbsp;×&nbsp;4096 pixels" in page  # noqa: RUF001


def test_the_limits_are_the_settings(settings: Settings) -> None:
    own = settings.model_copy(update={"max_file_bytes": 3 << 20, "max_side": 999})
    assert "under 3&nbsp;MB, at most 999&nbsp;" in client_of(own).get("/").text


@pytest.mark.parametrize(
    ("own", "photos"),
    [
        ({}, 2),
        ({"concurrency": 4}, 5),
        ({"concurrency": 4, "waiting": 0}, 4),
        ({"lambda_memory_mb": 2560}, 8),
    ],
    ids=["one is read meanwhile", "four", "none may wait", "Lambda"],
)
def test_how_many_photos_the_page_may_send_at_once(
    settings: Settings, own: dict[str, int], photos: int
) -> None:
    page = client_of(settings.model_copy(update=own)).get("/").text
    assert f'data-at-once="{photos}"' in page


@pytest.mark.parametrize("coding", ["identity", "gzip"])
@pytest.mark.parametrize("path", ["/", "/page/page.js", "/img-bg-removal/page/cat.jpg"])
def test_head_is_a_get_without_the_body(client: TestClient, path: str, coding: str) -> None:
    headers = {"Accept-Encoding": coding}
    head = client.head(path, headers=headers)
    assert (head.status_code, head.content) == (200, b"")
    with client.stream("GET", path, headers=headers) as get:
        assert dict(head.headers) == dict(get.headers)
        assert int(get.headers["content-length"]) == len(b"".join(get.iter_raw()))


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_nothing_else_is_done_with_it(client: TestClient, method: str) -> None:
    assert client.request(method, "/").status_code == 405
    assert client.request(method, "/page/page.js").status_code == 405


@pytest.mark.parametrize(
    "name",
    [
        *("nothing.js", "index.html", "main.js", "assets.py", "__init__.py", "", "."),
        *("..%2fassets.py", "%2e%2e%2fsettings.py", "..%5c..%5cx", "%2fetc%2fpasswd"),
        *("../receive/page.py", "page.js%00", "page.js%00.jpg", "PAGE.JS"),
    ],
)
def test_only_what_the_page_names_is_there(client: TestClient, name: str) -> None:
    assert client.get(f"/page/{name}").status_code == 404


def test_what_a_browser_has_is_not_sent_again(client: TestClient) -> None:
    for path in ("/", "/page/page.css"):
        tag = client.get(path).headers["etag"]
        assert tag.startswith('W/"')
        for known in (tag, tag.removeprefix("W/"), f'"x", {tag}'):
            again = client.get(path, headers={"If-None-Match": known})
            assert (again.status_code, again.content) == (304, b""), known
            assert again.headers["etag"] == tag
        assert client.get(path, headers={"If-None-Match": '"x"'}).status_code == 200


def test_what_may_be_kept_and_for_how_long(client: TestClient) -> None:
    version = assets()[SCRIPT].version
    kept = client.get(f"/page/{SCRIPT}?v={version}").headers["cache-control"]
    assert kept == "public, max-age=31536000, immutable"
    for path in ("/", f"/page/{SCRIPT}", f"/page/{SCRIPT}?v=older"):
        assert client.get(path).headers["cache-control"] == "no-cache", path


@pytest.mark.parametrize("path", ["/", f"/page/{STYLE}", f"/page/{SCRIPT}", "/page/cat.jpg"])
def test_what_a_browser_is_told_to_forbid(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    policy = headers["content-security-policy"].split("; ")
    assert policy[0] == "default-src 'none'"
    assert {"script-src 'self'", "style-src 'self'", "connect-src 'self' https:"} <= set(policy)
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in headers["content-security-policy"]


@pytest.mark.parametrize(
    ("bucket", "origin"),
    [
        ("https://a.s3.eu-west-1.amazonaws.com", "https://a.s3.eu-west-1.amazonaws.com"),
        ("http://127.0.0.1:8333/cutout/", "http://127.0.0.1:8333"),
        ("https://name:word@s3.example/b", "https://s3.example"),
    ],
)
def test_a_browser_may_talk_to_the_bucket(settings: Settings, bucket: str, origin: str) -> None:
    own = settings.model_copy(update={"bucket_url": bucket})
    policy = client_of(own).get("/").headers["content-security-policy"].split("; ")
    assert f"connect-src 'self' {origin} https:" in policy
    docs = client_of(own).get("/docs").headers["content-security-policy"].split("; ")
    assert f"connect-src 'self' {origin}" in docs, "the API page fetches nothing from elsewhere"


def test_the_page_needs_no_key_and_shows_that_the_api_does(settings: Settings) -> None:
    own = settings.model_copy(update={"api_keys": SecretStr("sesame-open-the-door")})
    client = client_of(own)
    assert client.get("/v1/modes").status_code == 401
    assert 'data-keys="on"' in client.get("/").text
    assert client.get(f"/page/{SCRIPT}").status_code == 200
    assert 'data-keys="off"' in client_of(settings).get("/").text


def test_the_prefix_without_its_slash_leads_there_by_a_relative_address(client: TestClient) -> None:
    """Behind a gateway the app doesn't know the server's name."""
    reply = client.get("/img-bg-removal", follow_redirects=False)
    assert reply.status_code == 307
    assert reply.headers["location"] == "img-bg-removal/"


def test_the_page_is_switched_off(settings: Settings) -> None:
    client = client_of(settings.model_copy(update={"page": False}))
    root = client.get("/")
    assert (root.status_code, root.headers["location"]) == (307, "docs")
    for path in ("/page/page.js", "/img-bg-removal", "/img-bg-removal/"):
        assert client.get(path).status_code == 404, path
    assert client.get("/v1/version").status_code == 200


def test_nothing_is_loaded_from_elsewhere() -> None:
    folder = Path(__file__).parents[2] / "handler" / "cutout" / "page"
    for path in [*folder.glob("*.html"), *folder.glob("*.css"), *folder.glob("*.js")]:
        found = re.findall(r"(?:https?:)?//[\w.]+\.\w+", path.read_text("utf-8"))
        assert set(found) <= {"http://www.w3.org"}, path.name  # the name of SVG's own language
