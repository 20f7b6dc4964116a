"""What known clients send, byte for byte in form, and what each of them reads back."""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from pydantic import SecretStr

from cutout.api.app import build_app
from cutout.pipeline import Pipeline
from cutout.settings import Settings
from tests.api.removebg.asking import ACCOUNT, PICTURE, REMOVEBG, image_of, parts_of
from tests.conftest import middle_is_object
from tests.samples import gradient, jpeg

KEY = "the-key-of-the-tests"
PHOTO = jpeg(gradient(200, 160))
CLI_FIELDS = {
    "size": "auto",
    "type": "auto",
    "type_level": "",
    "format": "zip",
    "roi": "",
    "crop": "",
    "crop_margin": "",
    "scale": "",
    "position": "",
    "channels": "rgba",
    "add_shadow": "",
    "semitransparency": "",
    "bg_color": "",
}
Post = Callable[[bytes, dict[str, str]], Response]


@pytest.fixture
def post() -> Post:
    """Post a body with headers to a server that asks for a key."""
    own = Settings(api_keys=SecretStr(KEY), refusal_seconds=0)
    client = TestClient(build_app(Pipeline(own, middle_is_object)))

    def send(body: bytes, headers: dict[str, str]) -> Response:
        return client.post(REMOVEBG, content=body, headers={"X-Api-Key": KEY, **headers})

    return send


def multipart(*parts: tuple[str, bytes], boundary: str) -> bytes:
    """Parts, each by its headers and its content."""
    lines = [f"--{boundary}\r\n{head}\r\n\r\n".encode() + body + b"\r\n" for head, body in parts]
    return b"".join([*lines, f"--{boundary}--\r\n".encode()])


def named(name: str, more: str = "") -> str:
    return f'Content-Disposition: form-data; name="{name}"{more}'


def of_type(boundary: str) -> dict[str, str]:
    return {"Content-Type": f"multipart/form-data; boundary={boundary}"}


def test_the_go_command(post: Post) -> None:
    boundary = "4d6e2fb3f61a7e2f7a8c8e9a6a4a21f0f2f3d5a6b7c8d9e0f1a2b3c4d5e6"
    octets = "\r\nContent-Type: application/octet-stream"
    body = multipart(
        (named("image_file", f'; filename="photo.jpg"{octets}'), PHOTO),
        (named("format"), b"zip"),
        (named("size"), b"auto"),
        boundary=boundary,
    )
    answer = post(body, {**of_type(boundary), "User-Agent": "remove-bg-go-2.0.0"})
    assert answer.status_code == 200
    assert "application/zip" in answer.headers["Content-Type"]
    colour, alpha = parts_of(answer.content)
    assert colour.mode == "RGB"
    assert alpha.mode == "L", "the command panics on anything but 8-bit grey"


def test_the_node_command_sends_every_field(post: Post) -> None:
    boundary = "--------------------------104850386028754622910412"
    head = named("image_file", '; filename="photo.jpg"\r\nContent-Type: image/jpeg')
    fields = [(named(name), text.encode()) for name, text in CLI_FIELDS.items()]
    body = multipart((head, PHOTO), *fields, boundary=boundary)
    answer = post(body, {**of_type(boundary), "User-Agent": "remove-bg-cli-2.0.3"})
    assert answer.status_code == 200, answer.text
    assert [each.format for each in parts_of(answer.content)] == ["JPEG", "PNG"]


def test_the_gem_with_a_file(post: Post) -> None:
    boundary = "-----------RubyMultipartPost-5c4b3a2918070f6e"
    binary = '; filename="photo.png"\r\nContent-Length: 10\r\nContent-Type: image/png'
    body = multipart(
        (named("format"), b"zip"),
        (named("size"), b"auto"),
        (named("image_file", f"{binary}\r\nContent-Transfer-Encoding: binary"), PICTURE),
        boundary=boundary,
    )
    answer = post(body, {**of_type(boundary), "User-Agent": "remove-bg-ruby-2.2.1"})
    assert answer.status_code == 200
    for name in ("X-Type", "X-Width", "X-Height", "X-Credits-Charged", "X-RateLimit-Reset"):
        assert answer.headers[name]


def test_the_browser_demo(post: Post) -> None:
    boundary = "----WebKitFormBoundaryjwbYQ0nZlYuXTQOo"
    octets = "\r\nContent-Type: application/octet-stream"
    body = multipart(
        (named("api_key"), b"x"),
        (named("image_url"), b""),
        (named("image_file", f'; filename="blob"{octets}'), PICTURE),
        (named("bg_image_file", f'; filename=""{octets}'), b""),
        (named("size"), b"regular"),
        boundary=boundary,
    )
    origin = {"Origin": "https://demo.example", "Accept": "application/json"}
    answer = post(body, {**of_type(boundary), **origin})
    assert image_of(b64decode(answer.json()["data"]["result_b64"])).format == "PNG"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_the_shell_script(post: Post) -> None:
    boundary = "------------------------d74496d66958873e"
    head = named("image_file", '; filename="photo.jpg"\r\nContent-Type: image/jpeg')
    answer = post(multipart((head, PHOTO), boundary=boundary), of_type(boundary))
    assert image_of(answer.content).format == "PNG"


def test_the_npm_package_with_base64(post: Post) -> None:
    given = {"image_file_b64": b64encode(PICTURE).decode(), "size": "regular", "crop": False}
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    answer = post(json.dumps(given).encode(), headers)
    assert answer.headers["Content-Type"].startswith("application/json")
    assert image_of(b64decode(answer.json()["data"]["result_b64"])).size == (200, 160)


def test_the_npm_package_is_told_what_is_wrong(post: Post) -> None:
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    answer = post(json.dumps({"size": "regular", "crop": False}).encode(), headers)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["title"] == "No image given"


def test_the_pypi_package_gives_the_file_no_type(post: Post) -> None:
    boundary = "c2a4b1b1d9d84c7c86e2bd1eb7f5d0ef"
    body = multipart(
        (named("size"), b"regular"),
        (named("bg_color"), b"white"),
        (named("image_file", '; filename="photo.jpg"'), PHOTO),
        boundary=boundary,
    )
    answer = post(body, of_type(boundary))
    assert image_of(answer.content).format == "JPEG"


def test_the_pypi_package_with_base64(post: Post) -> None:
    given = {"image_file_b64": b64encode(PHOTO).decode(), "size": "regular"}
    body = urlencode(given).encode()
    answer = post(body, {"Content-Type": "application/x-www-form-urlencoded"})
    assert image_of(answer.content).format == "PNG"


def test_php_names_a_jpeg_png(post: Post) -> None:
    boundary = "5f0c1f6a4f3a0b9c8d7e6f5a4b3c2d1e0f9a8b7c"
    wrong = '; filename="image.png"\r\nContent-Type: image/png\r\nContent-Length: 1'
    body = multipart(
        (named("image_file", wrong), PHOTO),
        (named("size"), b"auto"),
        (named("crop"), b"1"),
        boundary=boundary,
    )
    assert image_of(post(body, of_type(boundary)).content).size == (100, 82)


def test_removd_reads_bytes_for_its_json(post: Post) -> None:
    given = {
        "image_file_b64": b64encode(PHOTO).decode(),
        "size": "preview",
        "channels": "alpha",
        "bg_color": "00000000",
        "format": "auto",
        "type": "auto",
    }
    headers = {"Content-Type": "application/json", "Accept": "*/*"}
    answer = post(json.dumps(given).encode(), headers)
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert image_of(answer.content).mode == "L"


def test_gimp_does_not_quote_its_boundary(post: Post) -> None:
    boundary = "0123456789abcdef"
    head = named("image_file", '; filename="file.png"\r\nContent-Type: application/octet-stream')
    body = multipart((head, PICTURE), boundary=boundary)
    answer = post(body, {**of_type(boundary), "Content-length": str(len(body))})
    assert image_of(answer.content).mode == "RGBA"


@pytest.mark.parametrize("accept", ["image/*", "image/png"])
def test_clients_that_accept_pictures(post: Post, accept: str) -> None:
    given = {"image_file": b64encode(PHOTO).decode(), "size": "auto"}
    headers = {"Content-Type": "application/json", "Accept": accept}
    answer = post(json.dumps(given).encode(), headers)
    assert answer.headers["Content-Type"] == "image/png"


def test_a_good_key_and_a_bad_one(post: Post) -> None:
    own = Settings(api_keys=SecretStr(KEY), refusal_seconds=0)
    client = TestClient(build_app(Pipeline(own, middle_is_object)))
    assert client.get(ACCOUNT, headers={"X-Api-Key": KEY}).status_code == 200
    assert client.get(ACCOUNT, headers={"X-Api-Key": "bad"}).status_code == 403
    answer = post(b"", {"X-Api-Key": "bad"})
    assert [set(each) for each in answer.json()["errors"]] == [{"title", "code"}]
