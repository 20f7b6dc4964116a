"""Send requests of unmodified clients, byte for byte, to the real server over TCP."""

import gzip
import json
from base64 import b64decode
from collections.abc import Callable, Iterator
from hashlib import md5
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from tests.compat.wire import Answer, Form, disposition, exchange, request_of
from tests.fetch.servers import answer, serving
from tests.local_server import LocalServer
from tests.samples import jpeg

PICTURE = jpeg()
POST = "POST /v1/results HTTP/1.1"
FORM = "application/x-www-form-urlencoded"

REQUESTS = [
    *(POST, "Host: {host}", "User-Agent: python-requests/2.34.2"),
    *("Accept-Encoding: gzip, deflate, br, zstd", "Accept: */*", "Connection: keep-alive"),
    *("Content-Length: {length}", "Content-Type: {kind}"),
]
AIOHTTP = [
    *(POST, "Host: {host}", "X-API-KEY: key", "Accept: */*", "Accept-Encoding: gzip, deflate"),
    *("User-Agent: Python/3.13 aiohttp/3.14.5", "Content-Length: {length}", "Content-Type: {kind}"),
]
CURL = [
    *(POST, "Host: {host}", "User-Agent: curl/7.88.1", "Accept: */*"),
    *("Content-Length: {length}", "Content-Type: {kind}"),
]
AXIOS = [
    *(POST, "Accept: application/json, text/plain, */*", "Content-Type: {kind}"),
    *("User-Agent: axios/1.7.9", "Content-Length: {length}"),
    *("Accept-Encoding: gzip, compress, deflate, br", "Host: {host}", "Connection: close"),
]
PHP = [POST, "Host: {host}", "Accept: */*", "Content-Length: {length}", "Content-Type: {kind}"]
SWIFT = [
    *(POST, "Host: {host}", "Content-Type: {kind}", "Connection: keep-alive", "Accept: */*"),
    *("User-Agent: Sample/1 CFNetwork/1498.700.2 Darwin/23.6.0", "Accept-Language: en-GB,en;q=0.9"),
    *("Accept-Encoding: gzip, deflate", "Content-Length: {length}"),
]
BROWSER = [
    *(POST, "Host: {host}", "Connection: keep-alive", "Content-Length: {length}"),
    *('sec-ch-ua: "Chromium";v="142"', "sec-ch-ua-mobile: ?0", "User-Agent: Mozilla/5.0"),
    *("X-API-KEY: key", "Content-Type: {kind}", "Accept: */*", "Origin: https://shop.example"),
    *("Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: cors", "Sec-Fetch-Dest: empty"),
    *("Referer: https://shop.example/", "Accept-Encoding: gzip, deflate, br, zstd"),
]
JPEG_TYPE = "Content-Type: image/jpeg"
NAMED = disposition("image", "img.jpg")
EMPTY = [([disposition(name)], b"") for name in ("url", "image-bg", "url-bg")]

FILES: dict[str, tuple[list[str], Form, list[tuple[list[str], bytes]]]] = {
    "requests: no type on the part": (
        REQUESTS,
        Form("2c3b9a3a1bd4e8a5f0d5e6c7b8a90123"),
        [([NAMED], PICTURE)],
    ),
    "aiohttp: type first, length inside": (
        AIOHTTP,
        Form("7b1e0f3b52a34c13a5b0f3e7a8cbb5ed"),
        [([JPEG_TYPE, NAMED, f"Content-Length: {len(PICTURE)}"], PICTURE)],
    ),
    "curl": (
        CURL,
        Form("------------------------d74496d66958873e"),
        [([NAMED, JPEG_TYPE], PICTURE)],
    ),
    "curl: an empty header line": (
        [*CURL[:4], "X-API-KEY:", *CURL[4:]],
        Form("------------------------d74496d66958873e"),
        [([NAMED, JPEG_TYPE], PICTURE)],
    ),
    "axios with form-data": (
        AXIOS,
        Form("--------------------------515890814546601021194782"),
        [([NAMED, JPEG_TYPE], PICTURE)],
    ),
    "php: no extension, octet-stream": (
        PHP,
        Form("------------------------5f2c8e1b7a9d4c36"),
        [([disposition("image", "image"), "Content-Type: application/octet-stream"], PICTURE)],
    ),
    "swift: no type, no line end at the last boundary": (
        SWIFT,
        Form("Boundary-E621E1F8-C36C-495A-93FC-0C247A3E6E5F", end=""),
        [([NAMED], PICTURE)],
    ),
    "third parties: empty fields beside": (
        REQUESTS,
        Form("2c3b9a3a1bd4e8a5f0d5e6c7b8a90123"),
        [*EMPTY, ([NAMED, JPEG_TYPE], PICTURE)],
    ),
    "browsers": (
        BROWSER,
        Form("----WebKitFormBoundaryABlUGV8n5wq3DhF9"),
        [([NAMED, JPEG_TYPE], PICTURE)],
    ),
    "browsers: lower-case header names, as a proxy of HTTP/2 hands them on": (
        [
            BROWSER[0],
            *(
                each.partition(":")[0].lower() + ":" + each.partition(":")[2]
                for each in BROWSER[1:]
            ),
        ],
        Form("----WebKitFormBoundaryABlUGV8n5wq3DhF9"),
        [([NAMED, JPEG_TYPE], PICTURE)],
    ),
}

Exchange = Callable[..., Answer]


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with LocalServer(CUTOUT_ALLOW_PRIVATE_NETWORK="true", CUTOUT_API_KEYS="") as running:
        yield running


@pytest.fixture
def send(server: LocalServer) -> Exchange:
    def send(lines: list[str], body: bytes, kind: str, expects_100: bool = False) -> Answer:
        host = f"127.0.0.1:{server.port}"
        request = request_of(lines, body, host=host, kind=kind)
        return exchange(server.port, request, expects_100)

    return send


def result_of(found: Answer) -> dict[str, Any]:
    assert found.status == 200, found.body[:300]
    assert found.headers["content-type"] == "application/json"
    result: dict[str, Any]
    packed = found.headers.get("content-encoding") == "gzip"
    (result,) = json.loads(gzip.decompress(found.body) if packed else found.body)["results"]
    return result


def assert_cut_out(found: Answer, name: str) -> None:
    """Read `results[0].entities[0].image`, as the reference API's sample clients do."""
    result = result_of(found)
    assert result["status"]["code"] == "ok", result["status"]
    image = Image.open(BytesIO(b64decode(result["entities"][0]["image"], validate=True)))
    assert (image.format, image.mode, image.size) == ("PNG", "RGBA", (64, 48))
    assert result["md5"] == md5(PICTURE, usedforsecurity=False).hexdigest()
    assert result["name"] == name


@pytest.mark.parametrize("name", FILES)
def test_a_file(send: Exchange, name: str) -> None:
    lines, form, parts = FILES[name]
    kind = f"multipart/form-data; boundary={form.boundary}"
    found = send(lines, form.body(*parts), kind)
    assert_cut_out(found, "image" if name.startswith("php") else "img.jpg")
    if name.startswith("browsers"):
        assert found.headers["access-control-allow-origin"] == "*"


def test_curl_that_waits_to_be_told_to_go_on(send: Exchange) -> None:
    """As it does for bodies of 1 MB and more."""
    form = Form("------------------------d74496d66958873e")
    body = form.body(([NAMED, JPEG_TYPE], PICTURE))
    kind = f"multipart/form-data; boundary={form.boundary}"
    assert_cut_out(send([*CURL, "Expect: 100-continue"], body, kind, True), "img.jpg")


def escaped(url: str) -> bytes:
    return b"url=" + url.encode().replace(b":", b"%3A").replace(b"/", b"%2F").replace(
        b"?", b"%3F"
    ).replace(b"=", b"%3D").replace(b"&", b"%26")


URLS: dict[str, tuple[list[str], Callable[[str], bytes], str]] = {
    "requests": (REQUESTS, escaped, FORM),
    "aiohttp": (AIOHTTP, escaped, FORM),
    "swift: not escaped": (SWIFT, lambda url: f"url={url}".encode(), FORM),
    "curl": (
        CURL,
        lambda url: Form("------------------------d7").body(([disposition("url")], url.encode())),
        "multipart/form-data; boundary=------------------------d7",
    ),
    "axios with form-data": (
        AXIOS,
        lambda url: Form("--------------------------5158").body(
            ([disposition("url")], url.encode())
        ),
        "multipart/form-data; boundary=--------------------------5158",
    ),
    "php": (
        PHP,
        lambda url: Form("------------------------5f").body(([disposition("url")], url.encode())),
        "multipart/form-data; boundary=------------------------5f",
    ),
}


@pytest.mark.parametrize("name", URLS)
def test_a_url(send: Exchange, name: str) -> None:
    lines, body, kind = URLS[name]
    with serving(answer(PICTURE)) as pictures:
        found = send(lines, body(pictures.url("/a/b.jpg?c=d&e=f")), kind)
    assert_cut_out(found, "b.jpg")
    assert pictures.requests[0].startswith(b"GET /a/b.jpg?c=d&e=f HTTP/1.1\r\n")


@pytest.mark.parametrize("header", ["X-API-KEY", "X-RapidAPI-Key", "A4A-CLIENT-APP-ID"])
def test_a_browsers_preflight(send: Exchange, header: str) -> None:
    lines = [
        *("OPTIONS /v1/results HTTP/1.1", "Host: {host}", "Connection: keep-alive", "Accept: */*"),
        *(
            "Access-Control-Request-Method: POST",
            f"Access-Control-Request-Headers: {header.lower()}",
        ),
        *("Origin: https://shop.example", "User-Agent: Mozilla/5.0", "Sec-Fetch-Mode: cors"),
    ]
    found = send(lines, b"", "")
    assert found.status == 200
    assert found.headers["access-control-allow-origin"] in {"*", "https://shop.example"}
    assert header.lower() in found.headers["access-control-allow-headers"].lower()
    assert "POST" in found.headers["access-control-allow-methods"]


def test_a_failure_as_adapters_match_it(send: Exchange) -> None:
    form = Form("2c3b9a3a1bd4e8a5f0d5e6c7b8a90123")
    kind = f"multipart/form-data; boundary={form.boundary}"
    result = result_of(send(REQUESTS, form.body(([NAMED], b"\xff\xd8\xff")), kind))
    assert result["status"] == {"code": "failure", "message": "Can not load image."}
    assert result["entities"] == []
