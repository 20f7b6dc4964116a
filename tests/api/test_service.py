"""Whole requests: what the rooms' own tests can't see."""

import socket
import subprocess
import sys
from hashlib import md5
from pathlib import Path
from threading import Event, Thread
from time import sleep
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from cutout.api.app import build_app
from cutout.pipeline import Pipeline
from cutout.settings import Settings
from tests.conftest import middle_is_object
from tests.fetch.servers import answer, serving
from tests.samples import gradient, jpeg, picture_of, png
from tests.shown import told

RESULTS = "/v1/results"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def open_client() -> TestClient:
    """A service that may reach loopback."""
    settings = Settings(allow_private_network=True)
    return TestClient(build_app(Pipeline(settings, middle_is_object)))


def result_of(client: TestClient, **request: Any) -> dict[str, Any]:
    """The only result of a post."""
    reply = client.post(RESULTS, **request)
    assert reply.status_code == 200, reply.text
    result: dict[str, Any]
    (result,) = reply.json()["results"]
    return result


def test_a_picture_behind_a_url(open_client: TestClient) -> None:
    content = jpeg()
    with serving(answer(content)) as server:
        result = result_of(open_client, data={"url": server.url("/a/photo.jpg?size=l")})
    assert result["status"] == {"code": "ok", "message": "Success"}
    assert result["name"] == "photo.jpg"
    assert result["md5"] == md5(content, usedforsecurity=False).hexdigest()
    assert picture_of(result).size == (64, 48)


def test_a_download_leaves_time_for_the_picture() -> None:
    """The file would come before the request's own deadline."""

    def later(connection: socket.socket, request: bytes) -> None:
        sleep(1)
        answer(jpeg())(connection, request)

    own = Settings(allow_private_network=True, request_seconds=10, processing_seconds=9.5)
    client = TestClient(build_app(Pipeline(own, middle_is_object)))
    with serving(later) as server:
        result = result_of(client, data={"url": server.url()})
    assert result["status"]["message"] == "Can not download image from the URL."


def test_a_file_behind_a_url_that_is_no_picture(open_client: TestClient) -> None:
    with serving(answer(b"<html>")) as server:
        result = result_of(open_client, data={"url": server.url("/a.jpg")})
    assert result["status"]["message"].startswith("Unsupported file type.")
    assert result["md5"] == md5(b"<html>", usedforsecurity=False).hexdigest()


def test_a_turned_picture_comes_back_upright_with_its_profile(client: TestClient) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "secret"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    stored = gradient().transpose(Image.Transpose.ROTATE_90)
    content = jpeg(stored, exif=exif, icc_profile=profile, comment=b"secret", quality=95)
    picture = picture_of(result_of(client, files={"image": content}))
    assert picture.size == (64, 48)
    assert picture.info == {"icc_profile": profile}, "metadata of the input is in the output"
    seen = np.asarray(picture.convert("RGB"), np.float32)[16:32, 20:44]
    wanted = np.asarray(gradient(), np.float32)[16:32, 20:44]
    assert np.abs(seen - wanted).mean() < 3


def test_holes_of_the_input_stay_holes(client: TestClient) -> None:
    image = gradient().convert("RGBA")
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    picture = picture_of(result_of(client, files={"image": png(image)}))
    inside = np.s_[16:32, 20:44]
    wanted = np.asarray(image.getchannel("A"))
    assert np.array_equal(np.asarray(picture.getchannel("A"))[inside], wanted[inside])


def test_what_lies_hidden_in_holes_does_not_matter(client: TestClient) -> None:
    """Neither in the colours of the answer nor in its alpha."""
    holes = Image.radial_gradient("L").resize((200, 160)).point(lambda value: 255 - value)
    holes.paste(0, (0, 0, 200, 40))
    results = []
    for hidden in ("black", "white", "lime"):
        image = gradient(200, 160)
        image.paste(hidden, (0, 0, 200, 40))
        image.putalpha(holes)
        results.append(told(result_of(client, files={"image": png(image)})))
    assert results[0]["entities"] == results[1]["entities"] == results[2]["entities"]


def test_errors_may_be_read_by_any_page_too(client: TestClient) -> None:
    for content in (b"", bytes(33 * 1024**2)):
        headers = {"Origin": "https://shop.example"}
        reply = client.post(RESULTS, content=content, headers=headers)
        assert reply.status_code in {413, 422}
        assert reply.headers["access-control-allow-origin"] == "*"


def test_a_slow_download_does_not_keep_others_waiting(open_client: TestClient) -> None:
    asked, go_on = Event(), Event()

    def wait(*_: object) -> None:
        asked.set()
        go_on.wait(10)

    with serving(wait) as server:
        data = {"url": server.url()}
        slow = Thread(target=open_client.post, args=(RESULTS,), kwargs={"data": data})
        slow.start()
        assert asked.wait(10)
        result = result_of(open_client, files={"image": jpeg()})
        assert slow.is_alive(), "the upload was served after the download only"
        go_on.set()
        slow.join(20)
    assert result["status"]["code"] == "ok"


FIELDS = st.sampled_from(["image", "url", "image-bg", "url-bg", "", "ä", "a" * 300])
TEXT = st.text(max_size=40)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    parts=st.lists(st.tuples(FIELDS, st.none() | TEXT, st.binary(max_size=60)), max_size=4),
    cut=st.integers(0, 30),
    charset=st.sampled_from(["", "; charset=utf-8", "; charset=utf-7", "; charset=punycode"]),
    query=st.sampled_from(["", "mode=fg-mask", "mode=", "mode=a&mode=b", "%ff=%ff"]),
)
def test_no_form_is_answered_with_a_5xx(
    client: TestClient,
    parts: list[tuple[str, str | None, bytes]],
    cut: int,
    charset: str,
    query: str,
) -> None:
    body = b""
    for name, file_name, content in parts:
        disposition = f'form-data; name="{name}"'
        if file_name is not None:
            disposition += f'; filename="{file_name}"'
        head = f"--b\r\nContent-Disposition: {disposition}\r\n\r\n"
        body += head.encode("utf-8", "surrogatepass") + content + b"\r\n"
    body += b"--b--\r\n"
    headers = {"content-type": f"multipart/form-data; boundary=b{charset}"}
    reply = client.post(f"{RESULTS}?{query}", content=body[: len(body) - cut], headers=headers)
    assert reply.status_code in {200, 400, 422}, (reply.status_code, reply.text)


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    whole=st.sampled_from([jpeg(), jpeg(progressive=True), png(), png(gradient().convert("P"))]),
    changes=st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), min_size=1, max_size=8),
)
def test_damaged_pictures_are_ok_or_a_failure(
    client: TestClient, whole: bytes, changes: list[tuple[float, int]]
) -> None:
    content = bytearray(whole)
    for where, value in changes:
        content[int(where * len(content))] = value
    result = result_of(client, files={"image": bytes(content)})
    assert result["status"]["code"] in {"ok", "failure"}
    assert result["status"]["message"] != "Processing failed", "a fault of ours"


START = """
import sys
def audit(event, arguments):
    if event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+"):
        sys.exit(f"opened for writing: {arguments[0]}")
    if event in ("socket.connect", "socket.getaddrinfo", "os.mkdir", "os.rename", "os.remove"):
        sys.exit(f"{event}: {arguments}")
sys.addaudithook(audit)
import cutout.aws
"""


def test_a_cold_start_writes_no_file_and_asks_no_network() -> None:
    command = [sys.executable, "-B", "-c", START]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
