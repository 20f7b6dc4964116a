"""Send the forms of real clients, byte for byte.

Source: the second table of the API's description.
"""

import pytest
from fastapi.testclient import TestClient

from tests.samples import jpeg

PICTURE = jpeg()
BOUNDARY = "x5c4b"
MULTIPART = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}
URLENCODED = {"content-type": "application/x-www-form-urlencoded"}


def part(head: str, content: bytes = PICTURE) -> bytes:
    """One part of a multipart body, with its boundary line before and CRLF behind."""
    return f"--{BOUNDARY}\r\n{head}\r\n\r\n".encode() + content + b"\r\n"


END = f"--{BOUNDARY}--\r\n".encode()
NAMED = 'Content-Disposition: form-data; name="image"; filename="img.jpg"'

FILE_BODIES = {
    "requests: no type on the part": part(NAMED) + END,
    "aiohttp: type first, length inside": part(
        f"Content-Type: image/jpeg\r\n{NAMED}\r\nContent-Length: {len(PICTURE)}"
    )
    + END,
    "curl": part(f"{NAMED}\r\nContent-Type: image/jpeg") + END,
    "php: octet-stream": part(f"{NAMED}\r\nContent-Type: application/octet-stream") + END,
    "swift: no CRLF at the end": part(NAMED) + END.rstrip(),
    "empty fields beside": part('Content-Disposition: form-data; name="url"', b"")
    + part(NAMED)
    + part('Content-Disposition: form-data; name="image-bg"', b"")
    + part('Content-Disposition: form-data; name="url-bg"', b"")
    + END,
    "image wins over url": part('Content-Disposition: form-data; name="url"', b"http://127.0.0.1/")
    + part(NAMED)
    + END,
    "an empty file input before the real one": part(
        'Content-Disposition: form-data; name="image"; filename=""', b""
    )
    + part(NAMED)
    + END,
}


@pytest.mark.parametrize("body", FILE_BODIES.values(), ids=FILE_BODIES)
def test_file_upload(client: TestClient, body: bytes) -> None:
    answer = client.post("/v1/results", content=body, headers=MULTIPART)
    assert answer.status_code == 200, answer.text
    (result,) = answer.json()["results"]
    assert result["status"]["code"] == "ok", result["status"]
    assert result["name"] == "img.jpg"


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ('name="image"; filename="image"', "image"),
        ('name="image"', "image"),
        ('name="image"; filename=""', "image"),
        ('name="image"; filename="Größe \u200f.jpg"', "Größe \u200f.jpg"),
        ('name="image"; filename="a\\"b.jpg"', 'a"b.jpg'),
        ("name=image", "image"),
        ('name="image"; x="', "image"),
        ("name=image; filename=a.jpg; filename*=utf-8''a.jpg", "a.jpg"),
        ("name=\"image\"; filename*=utf-8''a.jpg", "a.jpg"),
        (
            "name=image; filename=_.jpg; filename*=UTF-8'de'Gr%C3%B6%C3%9fe%20%22x%22.jpg",
            'Größe "x".jpg',
        ),
        ("name=image; filename* = iso-8859-1'en'%A3.jpg; filename=_.jpg", "£.jpg"),
        ("name=image; filename=a.jpg; filename*=utf-8''%ff.jpg", "a.jpg"),
        ("name=image; filename=a.jpg; filename*=utf-7''b.jpg", "a.jpg"),
        ("name=image; filename=a.jpg; filename*=utf-8''", "a.jpg"),
        ("name=image; filename=a.jpg; filename*=b.jpg", "a.jpg"),
        ("name=image; filename=\"a; filename*=utf-8''b.jpg\"", "a; filename*=utf-8''b.jpg"),
        ('name=image; filename="a"b.jpg"; filename*=utf-8\'\'a%22b.jpg', 'a"b.jpg'),
    ],
)
def test_file_names_come_back(client: TestClient, disposition: str, name: str) -> None:
    body = part(f"Content-Disposition: form-data; {disposition}") + END
    (result,) = client.post("/v1/results", content=body, headers=MULTIPART).json()["results"]
    assert result["status"]["code"] == "ok", result["status"]
    assert result["name"] == name


@pytest.mark.parametrize("charset", ["utf-7", "punycode", "undefined", "unicode_escape", "x"])
def test_a_charset_in_the_header_breaks_nothing(client: TestClient, charset: str) -> None:
    head = 'Content-Disposition: form-data; name="image"; filename="+2AA-\\ud800.jpg"'
    headers = {"content-type": f"{MULTIPART['content-type']}; charset={charset}"}
    answer = client.post("/v1/results", content=part(head) + END, headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.json()["results"][0]["status"]["code"] == "ok"


def test_an_http_header_may_be_empty(client: TestClient) -> None:
    body = part(NAMED) + END
    answer = client.post("/v1/results", content=body, headers=MULTIPART | {"X-API-KEY": ""})
    assert answer.json()["results"][0]["status"]["code"] == "ok"


def test_an_empty_body_is_no_picture(client: TestClient) -> None:
    for headers in (MULTIPART, URLENCODED, {}):
        answer = client.post("/v1/results", content=b"", headers=headers)
        assert answer.json() == {"detail": "Missing image or url field."}, headers


def test_all_fields_empty_is_no_picture(client: TestClient) -> None:
    body = b"".join(
        part(f'Content-Disposition: form-data; name="{name}"', b"")
        for name in ("image", "url", "image-bg", "url-bg")
    )
    answer = client.post("/v1/results", content=body + END, headers=MULTIPART)
    assert answer.status_code == 422
    assert answer.json() == {"detail": "Missing image or url field."}


URL_BODIES = {
    "multipart": (
        MULTIPART,
        part('Content-Disposition: form-data; name="url"', b"http://127.0.0.1/a/b.jpg?c=d&e=f")
        + END,
    ),
    "urlencoded": (URLENCODED, b"url=http%3A%2F%2F127.0.0.1%2Fa%2Fb.jpg%3Fc%3Dd%26e%3Df"),
    "swift: not escaped": (URLENCODED, b"url=http://127.0.0.1/a/b.jpg?c=d&e=f"),
}


@pytest.mark.parametrize(("headers", "body"), URL_BODIES.values(), ids=URL_BODIES)
def test_url_in_each_encoding(client: TestClient, headers: dict[str, str], body: bytes) -> None:
    answer = client.post("/v1/results", content=body, headers=headers)
    assert answer.status_code == 200, answer.text
    (result,) = answer.json()["results"]
    assert result["status"]["message"] == "Can not download image from the URL."
    assert result["name"] == "b.jpg"
    assert result["md5"] == "d41d8cd98f00b204e9800998ecf8427e", "md5 of no bytes"


BROKEN = {
    "a zero byte in the charset": (
        {"content-type": f"multipart/form-data; boundary={BOUNDARY}; charset=\0"},
        part(NAMED) + END,
    ),
    "no boundary": ({"content-type": "multipart/form-data"}, part(NAMED) + END),
    "part without a name": (MULTIPART, part("Content-Type: image/jpeg") + END),
    "too many parts": (
        MULTIPART,
        b"".join(part('Content-Disposition: form-data; name="a"', b"1") for _ in range(33)) + END,
    ),
    "url of 64 kB and one": (URLENCODED, b"url=" + b"a" * (64 * 1024 - 3)),
}


@pytest.mark.parametrize(("headers", "body"), BROKEN.values(), ids=BROKEN)
def test_a_broken_form_is_a_400(client: TestClient, headers: dict[str, str], body: bytes) -> None:
    answer = client.post("/v1/results", content=body, headers=headers)
    assert answer.status_code == 400, answer.text
    assert answer.json() == {"detail": "There was an error parsing the body"}


def test_limits_of_a_form_from_the_inside(client: TestClient) -> None:
    many = b"".join(part('Content-Disposition: form-data; name="a"', b"1") for _ in range(32))
    answer = client.post("/v1/results", content=many + part(NAMED) + END, headers=MULTIPART)
    assert answer.status_code == 200, "32 fields and a file must pass"
    long = b"url=" + b"a" * (64 * 1024 - 4)
    assert client.post("/v1/results", content=long, headers=URLENCODED).status_code == 200


def test_a_body_that_ends_early_is_told(client: TestClient) -> None:
    answer = client.post("/v1/results", content=part(NAMED)[:-40], headers=MULTIPART)
    assert answer.status_code == 400, answer.text
