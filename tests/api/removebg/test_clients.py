"""What programs send, built as their published source builds it, and what each reads back."""

from base64 import b64decode, b64encode

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from pydantic import SecretStr

from cutout.api.app import build_app
from cutout.pipeline import Pipeline
from cutout.settings import Settings
from tests.api.removebg.asking import ACCOUNT, PICTURE, image_of, parts_of
from tests.api.removebg.wire import (
    AS_JSON,
    KEY,
    OCTETS,
    PHOTO,
    Post,
    as_json,
    fields,
    multipart,
    named,
)
from tests.conftest import middle_is_object

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
PAGE = {"Origin": "https://demo.example", **AS_JSON}
FROM_FIGMA = {"Origin": "null", **AS_JSON}


def picture_in(answer: Response) -> bytes:
    """The file in a JSON answer."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"].startswith("application/json")
    return b64decode(answer.json()["data"]["result_b64"])


def test_the_go_command(post: Post) -> None:
    boundary = "4d6e2fb3f61a7e2f7a8c8e9a6a4a21f0f2f3d5a6b7c8d9e0f1a2b3c4d5e6"
    photo = (named("image_file", f'; filename="photo.jpg"{OCTETS}'), PHOTO)
    body, headers = multipart(photo, *fields(format="zip", size="auto"), boundary=boundary)
    answer = post(body, {**headers, "User-Agent": "remove-bg-go-2.0.0"})
    assert answer.status_code == 200, answer.text
    assert "application/zip" in answer.headers["Content-Type"]
    colour, alpha = parts_of(answer.content)
    assert colour.mode == "RGB"
    assert alpha.mode == "L", "the command panics on anything but 8-bit grey"


def test_the_node_command_sends_every_field(post: Post) -> None:
    boundary = "--------------------------104850386028754622910412"
    head = named("image_file", '; filename="photo.jpg"\r\nContent-Type: image/jpeg')
    body, headers = multipart((head, PHOTO), *fields(**CLI_FIELDS), boundary=boundary)
    answer = post(body, {**headers, "User-Agent": "remove-bg-cli-2.0.3"})
    assert answer.status_code == 200, answer.text
    assert [each.format for each in parts_of(answer.content)] == ["JPEG", "PNG"]


@pytest.mark.parametrize("by_address", [False, True], ids=["file", "address"])
def test_the_browser_demo(post: Post, address: str, by_address: bool) -> None:
    boundary = "----WebKitFormBoundaryjwbYQ0nZlYuXTQOo"
    used = (named("image_file", '; filename="photo.jpg"\r\nContent-Type: image/jpeg'), PHOTO)
    unused = (named("image_file", f'; filename=""{OCTETS}'), b"")
    body, headers = multipart(
        *fields(api_key=KEY, image_url=address if by_address else ""),
        unused if by_address else used,
        *fields(size="regular"),
        boundary=boundary,
    )
    answer = post(body, {**headers, **PAGE})
    assert image_of(picture_in(answer)).format == "PNG"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_the_figma_plug_in(post: Post) -> None:
    body, headers = as_json({"image_file_b64": b64encode(PICTURE).decode(), "size": "auto"})
    answer = post(body, {**headers, **FROM_FIGMA})
    assert image_of(picture_in(answer)).size == (200, 160)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_the_shell_script(post: Post) -> None:
    boundary = "------------------------d74496d66958873e"
    head = named("image_file", '; filename="photo.jpg"\r\nContent-Type: image/jpeg')
    body, headers = multipart((head, PHOTO), boundary=boundary)
    answer = post(body, {**headers, "User-Agent": "curl/8.14.1", "Accept": "*/*"})
    assert image_of(answer.content).format == "PNG"


def test_gimp(post: Post) -> None:
    head = named("image_file", '; filename="a.png"\r\nContent-Type: image/png')
    body, headers = multipart((head, PICTURE), boundary="jsdjfhsaasdfadflfhahfhj")
    answer = post(body, {**headers, "Content-length": str(len(body))})
    assert image_of(answer.content).mode == "RGBA"


@pytest.mark.parametrize("by_address", [False, True], ids=["file", "address"])
def test_dot_net_quotes_the_boundary_and_no_names(
    post: Post, address: str, by_address: bool
) -> None:
    """.NET's `MultipartFormDataContent` as RemoveBg.Net and Paint.NET's plug-in use it."""
    boundary = "6f1c0d7e-6f0b-4c7e-9a7e-0c8b5a1d2e3f"
    text = "Content-Type: text/plain; charset=utf-8\r\nContent-Disposition: form-data; name="
    file = "Content-Disposition: form-data; name=image_file; "
    file += "filename=file.jpg; filename*=utf-8''file.jpg"
    source = (f"{text}image_url", address.encode()) if by_address else (file, PICTURE)
    body, _ = multipart((f"{text}size", b"auto"), source, boundary=boundary)
    kind = f'multipart/form-data; boundary="{boundary}"'
    answer = post(body, {"Content-Type": kind, "Accept": "image/*"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "image/png"
    assert image_of(answer.content).size == (200, 160)
    for name in ("X-Type", "X-Width", "X-Height", "X-Credits-Charged", "X-RateLimit-Remaining"):
        assert answer.headers[name]


@pytest.mark.parametrize("accept", ["image/*", "image/png"])
def test_connectors_put_the_file_into_json(post: Post, accept: str) -> None:
    body, headers = as_json({"image_file": b64encode(PHOTO).decode(), "size": "auto"})
    answer = post(body, {**headers, "Accept": accept})
    assert answer.headers["Content-Type"] == "image/png"


def test_a_good_key_and_a_bad_one(post: Post) -> None:
    own = Settings(api_keys=SecretStr(KEY), refusal_seconds=0)
    client = TestClient(build_app(Pipeline(own, middle_is_object)))
    assert client.get(ACCOUNT, headers={"X-Api-Key": KEY}).status_code == 200
    assert client.get(ACCOUNT, headers={"X-Api-Key": "bad"}).status_code == 403
    answer = post(b"", {"X-Api-Key": "bad"})
    assert answer.status_code == 403
    assert [set(each) for each in answer.json()["errors"]] == [{"title", "code"}]
