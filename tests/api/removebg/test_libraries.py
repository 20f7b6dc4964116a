"""What libraries send, built as their published source builds it, and what each reads back."""

from base64 import b64decode, b64encode

import pytest

from tests.api.removebg.asking import PICTURE, image_of, parts_of
from tests.api.removebg.wire import (
    AS_JSON,
    PHOTO,
    Post,
    as_json,
    fields,
    multipart,
    named,
    urlencoded,
)

RUBY = {"User-Agent": "remove-bg-ruby-2.2.1"}
PHP = {"User-Agent": "Mtownsend/RemoveBg (github.com/mtownsend5512/remove-bg)"}
READ_BY_THE_GEM = (
    *("X-Type", "X-Width", "X-Height", "X-Credits-Charged"),
    *("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"),
)


def base64(content: bytes) -> str:
    return b64encode(content).decode()


def test_the_gem_with_a_file(post: Post) -> None:
    boundary = "-----------RubyMultipartPost-5c4b3a2918070f6e5d4c3b2a19080706"
    head = (
        f'; filename="photo.png"\r\nContent-Length: {len(PICTURE)}\r\nContent-Type: image/png'
        "\r\nContent-Transfer-Encoding: binary"
    )
    file = (named("image_file", head), PICTURE)
    body, headers = multipart(*fields(format="zip", size="auto"), file, boundary=boundary)
    answer = post(body, {**headers, **RUBY})
    assert answer.status_code == 200, answer.text
    assert "application/zip" in answer.headers["Content-Type"]
    assert all(answer.headers[name] for name in READ_BY_THE_GEM)


def test_the_gem_with_an_address(post: Post, address: str) -> None:
    body, headers = urlencoded(format="zip", image_url=address, size="auto")  # sorted by name
    answer = post(body, {**headers, **RUBY})
    assert answer.status_code == 200, answer.text
    assert "application/zip" in answer.headers["Content-Type"]
    assert [each.size for each in parts_of(answer.content)] == [(200, 160)] * 2
    assert all(answer.headers[name] for name in READ_BY_THE_GEM)


def test_the_gem_is_told_what_is_wrong(post: Post) -> None:
    body, headers = urlencoded(image_url="http://127.0.0.1:1/gone.jpg", size="auto")
    answer = post(body, {**headers, **RUBY})
    assert answer.status_code == 400
    title = answer.json()["errors"][0]["title"]
    assert title.startswith("Failed to download image from given image_url: http://127.0.0.1:1/")


def test_php_names_a_jpeg_png(post: Post) -> None:
    wrong = named("image_file", '; filename="photo.png"\r\nContent-Type: image/png')
    sent = fields(size="auto", crop="1")
    body, headers = multipart(
        (wrong, PHOTO), *sent, boundary="5f0c1f6a4f3a0b9c8d7e6f5a4b3c2d1e0f9a8b7c"
    )
    assert image_of(post(body, {**headers, **PHP}).content).size == (100, 82)


def test_php_with_an_address(post: Post, address: str) -> None:
    body, headers = urlencoded(image_url=address, size="auto", crop="1")
    answer = post(body, {**headers, **PHP})
    assert image_of(answer.content).size == (100, 82)


def test_php_with_base64_wants_base64(post: Post) -> None:
    body, headers = urlencoded(image_file_b64=base64(PHOTO), size="auto")
    answer = post(body, {**headers, **PHP, **AS_JSON})
    file = b64decode(answer.json()["data"]["result_b64"])
    assert image_of(file).size == (200, 160)


def test_php_joins_the_texts_of_the_error(post: Post) -> None:
    body, headers = urlencoded(size="auto")
    (error,) = post(body, {**headers, **PHP}).json()["errors"]
    assert " - ".join(error.values()).startswith("No image given - missing_source - Please")


def test_the_npm_package_with_a_file(post: Post) -> None:
    boundary = "--------------------------218461532765934617854123"
    head = named("image_file", '; filename="photo.jpg"\r\nContent-Type: image/jpeg')
    sent = fields(size="preview", type="auto", crop="false")
    body, headers = multipart(*sent, (head, PHOTO), boundary=boundary)
    answer = post(body, {**headers, **AS_JSON})
    assert image_of(b64decode(answer.json()["data"]["result_b64"])).size == (200, 160)


@pytest.mark.parametrize("by_address", [False, True], ids=["base64", "address"])
def test_the_npm_package_with_json(post: Post, address: str, by_address: bool) -> None:
    source = {"image_url": address} if by_address else {"image_file_b64": base64(PICTURE)}
    body, headers = as_json({"size": "preview", "type": "auto", "crop": False, **source})
    answer = post(body, {**headers, **AS_JSON})
    assert answer.headers["Content-Type"].startswith("application/json")
    assert image_of(b64decode(answer.json()["data"]["result_b64"])).size == (200, 160)


def test_the_npm_package_is_told_what_is_wrong(post: Post) -> None:
    body, headers = as_json({"size": "preview", "type": "auto", "crop": False})
    answer = post(body, {**headers, **AS_JSON})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["title"] == "No image given"


def test_the_pypi_package_gives_the_file_no_type(post: Post) -> None:
    file = (named("image_file", '; filename="photo.jpg"'), PHOTO)
    sent = fields(size="regular", bg_color="white")
    body, headers = multipart(*sent, file, boundary="c2a4b1b1d9d84c7c86e2bd1eb7f5d0ef")
    assert image_of(post(body, headers).content).format == "JPEG"


def test_the_pypi_package_with_an_address(post: Post, address: str) -> None:
    body, headers = urlencoded(image_url=address, size="regular")
    assert image_of(post(body, headers).content).format == "PNG"


def test_the_pypi_package_with_base64(post: Post) -> None:
    body, headers = urlencoded(image_file_b64=base64(PHOTO), size="regular")
    assert image_of(post(body, headers).content).format == "PNG"


def test_removd_reads_bytes_for_its_json(post: Post) -> None:
    sent = {
        "image_file_b64": base64(PHOTO),
        "size": "preview",
        "channels": "alpha",
        "bg_color": "00000000",
        "format": "auto",
        "type": "auto",
    }
    body, headers = as_json(sent)
    answer = post(body, {**headers, "Accept": "*/*"})
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert image_of(answer.content).mode == "L"
