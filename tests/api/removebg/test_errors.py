"""Section 5 of the contract: every error, in its form."""

from base64 import b64encode
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from PIL import Image

from cutout.api.app import build_app
from cutout.errors import StorageError, TooSlowError
from cutout.pictures import Alpha, Picture
from cutout.pipeline import Pipeline
from cutout.settings import Settings
from tests.api.removebg.asking import (
    FILES,
    PICTURE,
    REMOVEBG,
    differs_from_corner,
    error_of,
    form_of,
    refused,
)
from tests.conftest import middle_is_object
from tests.fetch.servers import answer as answered
from tests.fetch.servers import serving
from tests.samples import gradient, png, png_header

URL = "http://127.0.0.1:1/a.png"


def posted(client: TestClient, content: bytes) -> dict[str, str]:
    return error_of(client.post(REMOVEBG, files={"image_file": ("a.jpg", content)}), 400)


def test_no_source(client: TestClient) -> None:
    assert error_of(client.post(REMOVEBG), 400) == {
        "code": "missing_source",
        "title": "No image given",
        "detail": "Please provide the source image in the image_url, image_file or image_file_b64 "
        "parameter.",
    }


@pytest.mark.parametrize("name", ["image_url", "image_file_b64"])
def test_two_sources(client: TestClient, name: str) -> None:
    error = refused(client, **{name: URL})
    assert error["code"] == "multiple_sources"
    assert error["title"].startswith("Multiple image sources given: ")


def test_two_backgrounds(client: TestClient) -> None:
    error = refused(client, bg_color="red", bg_image_url=URL)
    assert error["code"] == "multiple_bg_sources"
    answer = client.post(
        REMOVEBG, files=FILES | {"bg_image_file": ("b", PICTURE)}, data={"bg_color": "red"}
    )
    assert error_of(answer, 400) == error


@pytest.mark.parametrize(
    "text",
    [
        *("no address", "ftp://a.example/b.png", "file:///etc/passwd", "a", "http://", "http:///x"),
        *("http://exa mple.com/x.jpg", "https://[::1", "http://a.example:99999/", "http://a\0b/"),
        "http://a.example/" + 8192 * "a",
    ],
)
def test_addresses_that_are_none(client: TestClient, text: str) -> None:
    assert error_of(client.post(REMOVEBG, data={"image_url": text}), 400) == {
        "code": "invalid_image_url",
        "title": "Invalid image_url: Please provide a valid URL.",
    }
    assert refused(client, bg_image_url=text)["code"] == "invalid_bg_image_url"


def test_downloads_that_fail(client: TestClient) -> None:
    assert error_of(client.post(REMOVEBG, data={"image_url": URL}), 400) == {
        "code": "failed_image_download",
        "title": f"Failed to download image from given image_url: {URL}",
    }
    assert refused(client, bg_image_url=URL)["code"] == "failed_bg_download"


@pytest.mark.parametrize("content", [PICTURE[:500], b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\nno"])
def test_a_broken_picture(client: TestClient, content: bytes) -> None:
    assert posted(client, content) == {
        "code": "failed_to_read_image",
        "title": "There was an error reading the image.",
    }


FORM = form_of(("image_file", "a", PICTURE))
BROKEN = {
    "no end": (FORM[:-20], "The last boundary is missing."),
    "another boundary": (FORM.replace(b"--b", b"--c"), "There is no boundary."),
    "LF": (FORM.replace(b"\r\n", b"\n"), "Did not find CR at end of boundary (3)"),
    "folded header": (
        FORM.replace(b"; filename", b";\r\n filename"),
        "Found invalid character 32 in header at 57",
    ),
    "no JSON": (b"{'size': 1}", "Expecting property name enclosed in double quotes: "),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_form(client: TestClient, case: str) -> None:
    body, detail = BROKEN[case]
    kind = "application/json" if case == "no JSON" else "multipart/form-data; boundary=b"
    error = error_of(client.post(REMOVEBG, content=body, headers={"Content-Type": kind}), 400)
    assert (error["code"], error["title"]) == (
        "invalid_request",
        "There was an error parsing the body",
    )
    assert error["detail"].startswith(detail)


@pytest.mark.parametrize("text", ["!no base64!", f"!!!!{b64encode(png()).decode()}"])
def test_broken_base64(client: TestClient, text: str) -> None:
    answer = client.post(REMOVEBG, data={"image_file_b64": text})
    assert error_of(answer, 400)["code"] == "failed_to_read_image"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"GIF89a", "gif"),
        (b"\0\0\0\x20ftypisom" + bytes(99), "mp4"),
        (b"\0\0\0\x20ftypheic" + bytes(99), "heic"),
        (b"\0\0\0\x20ftypavif" + bytes(99), "avif"),
        (b"nothing known", "unknown"),
    ],
)
def test_another_type(client: TestClient, content: bytes, kind: str) -> None:
    assert posted(client, content) == {
        "code": "invalid_file_type",
        "title": "Invalid file type",
        "detail": f"Expected jpg/png/webp, received {kind}",
    }


def test_a_broken_background(client: TestClient) -> None:
    for content, code in (
        (PICTURE[:500], "failed_to_read_image"),
        (b"GIF89a", "invalid_file_type"),
    ):
        answer = client.post(REMOVEBG, files=FILES | {"bg_image_file": ("b", content)})
        assert error_of(answer, 400)["code"] == code


def test_too_large_a_file() -> None:
    own = Settings(max_file_bytes=2 << 20, max_request_bytes=3 << 20)
    client = TestClient(build_app(Pipeline(own, middle_is_object)))
    for size in (2 << 20, 4 << 20):
        assert posted(client, PICTURE + bytes(size)) == {
            "code": "file_too_large",
            "title": "File too large",
            "detail": "File exceeds limit of 2MB",
        }
    files = FILES | {"bg_image_file": ("b", PICTURE + bytes(2 << 20))}
    assert error_of(client.post(REMOVEBG, files=files), 400)["code"] == "file_too_large"


@pytest.mark.parametrize("size", [(4097, 1), (9000, 9000), (100_000, 100_000)])
def test_too_many_pixels(client: TestClient, size: tuple[int, int]) -> None:
    error = posted(client, png_header(*size))
    assert (error["code"], error["title"]) == ("resolution_too_high", "Image resolution too high")
    assert "maximum supported input resolution is 4096x4096 pixels" in error["detail"]


def test_nothing_found(settings: Settings) -> None:
    client = TestClient(build_app(Pipeline(settings, differs_from_corner)))
    error = posted(client, png(Image.new("RGB", (200, 160), "white")))
    assert error == {
        "code": "unknown_foreground",
        "title": "Could not identify foreground in image. For details and recommendations see "
        "https://www.remove.bg/supported-images.",
    }


@pytest.mark.parametrize(
    ("failure", "status"), [(TooSlowError(), 503), (StorageError(), 503), (RuntimeError(), 500)]
)
def test_faults_of_ours(settings: Settings, failure: Exception, status: int) -> None:
    def fails(_picture: Picture) -> Alpha:
        raise failure

    client = TestClient(build_app(Pipeline(settings, fails)))
    answer = client.post(REMOVEBG, files=FILES)
    assert error_of(answer, status)["title"]
    assert ("Retry-After" in answer.headers) is (status == 503)


def test_a_busy_server() -> None:
    app = build_app(Pipeline(Settings(waiting=0, request_seconds=0), middle_is_object))
    answer = TestClient(app).post(REMOVEBG, files=FILES)
    error = error_of(answer, 503)
    assert error["code"] == "unavailable"
    assert answer.headers["Retry-After"] == "5"


@pytest.fixture
def picture_url() -> Iterator[str]:
    with serving(answered(png(gradient(200, 160)))) as server:
        yield server.url("/a.png")


def test_an_address(settings: Settings, picture_url: str) -> None:
    own = settings.model_copy(update={"allow_private_network": True})
    client = TestClient(build_app(Pipeline(own, middle_is_object)))
    assert client.post(REMOVEBG, data={"image_url": picture_url}).status_code == 200
    answer = client.post(REMOVEBG, files=FILES, data={"bg_image_url": picture_url})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/jpeg"
