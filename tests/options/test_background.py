"""`image-bg` and `url-bg` through the public door, and every text in which they fail."""

from collections.abc import Callable, Iterator
from hashlib import md5
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from cutout.api.app import build_app
from cutout.choices import Mode
from cutout.errors import PictureError, StorageError, TooSlowError, of_background
from cutout.options import Background, Options, Source
from cutout.pictures import Alpha, Picture
from cutout.pipeline import Pipeline
from cutout.settings import MIB, Settings
from cutout.storage.disk import DiskStorage
from cutout.timing import Clock, Deadline
from tests.conftest import middle_is_object
from tests.fetch.servers import answer, serving
from tests.samples import gradient, jpeg, picture_of, png, png_header
from tests.shown import told

RESULTS, UPLOADS = "/v1/results", "/v1/uploads"
CONTENT = png(gradient(200, 160))
GREEN, BLUE = (0, 128, 0), (0, 0, 255)


def plain(colour: tuple[int, ...] = GREEN, size: tuple[int, int] = (80, 80)) -> bytes:
    return png(Image.new("RGBA" if len(colour) == 4 else "RGB", size, colour))


def ask(
    client: TestClient,
    background: bytes | None = None,
    data: dict[str, str] | None = None,
    mode: str = "fg-image",
) -> dict[str, Any]:
    """The only result of a picture of 200 x 160 pixels."""
    files: dict[str, Any] = {"image": ("img.png", CONTENT)}
    if background is not None:
        files["image-bg"] = ("bg.png", background)
    answer = client.post(RESULTS, params={"mode": mode}, files=files, data=data)
    assert answer.status_code == 200, answer.text
    result: dict[str, Any]
    (result,) = answer.json()["results"]
    assert result["name"] == "img.png"
    assert result["md5"] == md5(CONTENT, usedforsecurity=False).hexdigest()
    return result


def corner(result: dict[str, Any]) -> list[int]:
    """The pixel at (5, 5), where the object is not."""
    picture = picture_of(result)
    assert picture.size == (200, 160)
    found: list[int] = np.asarray(picture)[5, 5].tolist()
    return found


def failure(result: dict[str, Any]) -> str:
    assert result["status"]["code"] == "failure", result["status"]
    assert result["entities"] == []
    message: str = result["status"]["message"]
    return message


@pytest.fixture
def open_client(settings: Settings) -> Iterator[TestClient]:
    """A server that downloads from this machine."""
    own = settings.model_copy(update={"allow_private_network": True})
    with TestClient(build_app(Pipeline(own, middle_is_object, DiskStorage(own)))) as client:
        yield client


@pytest.mark.parametrize("size", [(80, 80), (200, 160), (1000, 10), (3, 900)])
def test_a_file(client: TestClient, size: tuple[int, int]) -> None:
    result = ask(client, plain(size=size))
    assert corner(result) == list(GREEN)
    middle = np.asarray(picture_of(result))[80, 100]
    assert np.array_equal(middle, np.asarray(gradient(200, 160))[80, 100])


def test_an_address(open_client: TestClient) -> None:
    with serving(answer(plain())) as server:
        url = server.url("/bg.png?crop=true&format=webp")
        assert corner(ask(open_client, data={"url-bg": url})) == list(GREEN)


def test_both_by_address_in_a_form_without_files(open_client: TestClient) -> None:
    """Neither of them escaped, as Swift's sample sends them."""
    with serving(answer(CONTENT)) as front, serving(answer(plain())) as back:
        body = f"url={front.url('/a.png?b=c&crop=1')}&url-bg={back.url('/d.png?e=f&g=h')}"
        headers = {"content-type": "application/x-www-form-urlencoded"}
        (result,) = open_client.post(RESULTS, content=body, headers=headers).json()["results"]
    assert b"/a.png?b=c&crop=1 " in front.requests[0]
    assert b"/d.png?e=f&g=h " in back.requests[0]
    assert corner(result) == list(GREEN)


def test_an_upload(client: TestClient) -> None:
    upload = client.post(UPLOADS, params={"type": "image/png"}).json()
    form = upload["upload"]
    assert client.post(form["url"], data=form["fields"], files={"file": plain()}).status_code == 204
    assert corner(ask(client, data={"url-bg": upload["url"]})) == list(GREEN)


def test_the_file_wins_over_the_address(client: TestClient) -> None:
    assert corner(ask(client, plain(), {"url-bg": "http://192.0.2.1/"})) == list(GREEN)


@pytest.mark.parametrize("name", ["bg", ""])
def test_a_part_without_a_type_or_a_name(client: TestClient, name: str) -> None:
    body = b"".join(
        b'--b\r\nContent-Disposition: form-data; name="%b"%b\r\n\r\n%b\r\n' % each
        for each in (
            (b"image", b'; filename="img.png"', CONTENT),
            (b"image-bg", f'; filename="{name}"'.encode() if name else b"", plain()),
        )
    )
    headers = {"content-type": "multipart/form-data; boundary=b"}
    answer = client.post(RESULTS, content=body + b"--b--\r\n", headers=headers)
    (result,) = answer.json()["results"]
    assert corner(result) == list(GREEN)


def test_empty_fields_are_absent(client: TestClient) -> None:
    nothing = {"url": "", "image-bg": "", "url-bg": " "}
    assert told(ask(client, data=nothing)) == told(ask(client))
    assert ask(client, b"", {"url-bg": ""})["status"]["code"] == "failure", "a named, empty file"


def test_holes_show_the_colour(client: TestClient) -> None:
    glass = plain((*GREEN, 0))
    assert corner(ask(client, glass, {"bg-color": "blue"})) == list(BLUE)
    assert corner(ask(client, plain(), {"bg-color": "blue"})) == list(GREEN)
    assert corner(ask(client, glass))[3] == 0


def test_a_turned_photo_is_turned_upright(client: TestClient) -> None:
    """Use a photo whose upper half is blue as stored, and whose right half is when upright."""
    exif = Image.Exif()
    exif[0x0112] = 6
    stored = Image.new("RGB", (160, 200), GREEN)
    stored.paste(BLUE, (0, 0, 160, 100))
    picture = np.asarray(picture_of(ask(client, jpeg(stored, exif=exif)))).astype(int)
    assert np.abs(picture[5, 5] - GREEN).max() < 8
    assert np.abs(picture[5, 194] - BLUE).max() < 8


def test_a_mask_has_no_use_for_it(client: TestClient) -> None:
    mask = ask(client, mode="fg-mask")
    assert ask(client, plain(), mode="fg-mask") == mask
    assert ask(client, b"broken", mode="fg-mask") == mask, "it isn't even looked at"
    assert ask(client, data={"url-bg": "http://192.0.2.1/"}, mode="fg-mask") == mask


BROKEN = "Can not load background image."
KIND = "Unsupported background file type. Only JPEG and PNG images are accepted."
LIMIT = "Max allowed resolution: 4096x4096"
WHOLE = plain(size=(300, 300))
FAILURES = [
    (b"", BROKEN),
    (WHOLE[:20], BROKEN),
    (WHOLE[: len(WHOLE) // 2], BROKEN),
    (jpeg(gradient(300, 300))[:-400], BROKEN),
    (b"GIF89a", KIND),
    (b"RIFF0000WEBP", KIND),
    (plain(size=(4097, 8)), f"Background resolution is too big: 4097x8. {LIMIT}"),
    (plain(size=(8, 4097)), f"Background resolution is too big: 8x4097. {LIMIT}"),
    (
        png_header(178956971, 1),
        "Background resolution is too big: exceeds limit of 178956970 pixels.",
    ),
]


@pytest.mark.parametrize(("content", "message"), FAILURES)
def test_what_is_wrong_with_the_file(client: TestClient, content: bytes, message: str) -> None:
    assert failure(ask(client, content)) == message


def test_sides_of_4096_pass(client: TestClient) -> None:
    for size in ((4096, 8), (8, 4096)):
        assert corner(ask(client, plain(size=size))) == list(GREEN)


def test_a_file_under_16_mb_passes_and_of_16_mb_fails(client: TestClient) -> None:
    under = plain() + bytes(16 * MIB - 1 - len(plain()))
    assert corner(ask(client, under)) == list(GREEN)
    message = "Background file is too big. The size must be less than 16 MB."
    assert failure(ask(client, under + b"\0")) == message


def test_a_large_one_behind_an_address(open_client: TestClient, settings: Settings) -> None:
    with serving(answer(bytes(settings.max_file_bytes))) as server:
        found = failure(ask(open_client, data={"url-bg": server.url()}))
    assert found == "Background file is too big. The size must be less than 16 MB."


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("http://169.254.169.254/latest/", "Can not download background image from the URL."),
        ("ftp://a.example/b", "Can not download background image from the URL."),
        (
            "upload:x",
            "There is no such background upload. It may be incomplete, or older than a day.",
        ),
    ],
)
def test_what_is_wrong_with_the_address(client: TestClient, url: str, message: str) -> None:
    assert failure(ask(client, data={"url-bg": url})) == message


def test_no_address_leads_inside(settings: Settings) -> None:
    own = settings.model_copy(update={"download_ports": frozenset(range(1, 65536))})
    with (
        TestClient(build_app(Pipeline(own, middle_is_object))) as client,
        serving(answer(plain())) as server,
    ):
        for host in ("localhost", "127.0.0.1", "[::ffff:127.0.0.1]", "2130706433"):
            found = failure(ask(client, data={"url-bg": server.url(host=host)}))
            assert found == "Can not download background image from the URL."
    assert server.connections == 0


def test_a_failed_answer_behind_the_address(open_client: TestClient) -> None:
    with serving(answer(b"", "404 Not Found")) as server:
        found = failure(ask(open_client, data={"url-bg": server.url()}))
    assert found == "Can not download background image from the URL."


def test_the_pictures_own_failure_comes_first(client: TestClient) -> None:
    files = {"image": ("img.png", CONTENT[:30]), "image-bg": ("bg.png", b"GIF89a")}
    (result,) = client.post(RESULTS, files=files).json()["results"]
    assert failure(result) == "Can not load image."


def test_a_background_alone_is_no_picture(client: TestClient) -> None:
    for files, data in (({"image-bg": plain()}, {}), ({}, {"url-bg": "http://192.0.2.1/"})):
        answer = client.post(RESULTS, files=files, data=data)
        assert answer.status_code == 422
        assert answer.json() == {"detail": "Missing image or url field."}


@pytest.mark.parametrize("content", [b"GIF89a", png_header(5000, 1)])
def test_a_bad_header_is_seen_before_the_network_runs(settings: Settings, content: bytes) -> None:
    def segment(_picture: Picture) -> Alpha:
        raise AssertionError("the network ran in vain")

    options = Options(background=Background(picture=Source(content, "bg")))
    with pytest.raises(PictureError, match=r"[Bb]ackground"):
        Pipeline(settings, segment).cut_out(Source(CONTENT, "a"), options)


@pytest.mark.parametrize("error", [TooSlowError, StorageError])
def test_what_is_nobodys_fault_blames_nobody(error: Callable[[], PictureError]) -> None:
    with pytest.raises(PictureError) as caught, of_background():
        raise error()
    assert caught.type is error


def test_the_log_says_which_it_was(client: TestClient, capsys: pytest.CaptureFixture[str]) -> None:
    ask(client, b"GIF89a")
    assert '"outcome": "UnsupportedBackground"' in capsys.readouterr().out


def test_the_pipelines_own_door(settings: Settings) -> None:
    """Bytes and options in, a file out; no request around it."""
    pipeline = Pipeline(settings, middle_is_object)
    options = Options(background=Background(picture=Source(plain(), "bg")))
    file = pipeline.cut_out(Source(CONTENT, "a"), options)
    assert file.startswith(b"\x89PNG")
    with pytest.raises(TooSlowError):
        pipeline.cut_out(Source(CONTENT, "a"), Options(Mode.FG_MASK), Clock(Deadline.after(0)))
