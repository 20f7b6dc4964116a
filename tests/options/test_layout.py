"""Our own API's sizes, canvas, region, JPEG, ZIP and binary answers."""

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from cutout.api.app import build_app
from cutout.pipeline import Pipeline
from cutout.settings import Settings
from cutout.storage.disk import DiskStorage
from tests.api.removebg.asking import image_of, parts_of
from tests.conftest import middle_is_object
from tests.options.asking import FILES, RESULTS, ask, refused
from tests.samples import gradient, picture_of, png

NAMED = "Warning"


def seen(client: TestClient, **query: str) -> Image.Image:
    return picture_of(ask(client, query))


def solid(image: Image.Image) -> tuple[int, ...]:
    """The box of what is solid: left, top, right, bottom."""
    alpha = np.asarray(image.getchannel("A"))
    rows, columns = (np.flatnonzero((alpha > 127).any(axis=axis)) for axis in (1, 0))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


@pytest.mark.parametrize(
    ("query", "size"),
    [
        ({"max-side": "100"}, (100, 80)),
        ({"max-side": "200"}, (200, 160)),
        ({"max-side": "9999"}, (200, 160)),
        ({"max-side": "9" * 400}, (200, 160)),
        ({"max-megapixels": "0.008"}, (100, 80)),
        ({"max-megapixels": "1"}, (200, 160)),
        ({"width": "100"}, (100, 80)),
        ({"height": "320"}, (400, 320)),
        ({"width": "300", "height": "300"}, (300, 300)),
        ({"width": "300", "ratio": "3:1"}, (300, 100)),
        ({"ratio": "1"}, (200, 200)),
        ({"ratio": "2:1"}, (320, 160)),
        ({"ratio": "1:1", "max-side": "50"}, (50, 50)),
        ({"preset": "square"}, (200, 200)),
        ({"preset": "amazon"}, (2000, 2000)),
        ({"preset": "ebay", "width": "500", "height": "400"}, (500, 400)),
        ({"preset": "square", "width": "500"}, (500, 500)),
        ({"preset": "amazon", "height": "300"}, (300, 300)),
        ({"preset": "amazon", "ratio": "4:5"}, (1600, 2000)),
        ({"preset": "amazon", "ratio": "5:4"}, (2000, 1600)),
        ({"preset": "amazon", "ratio": "2:1", "width": "300"}, (300, 150)),
    ],
    ids=str,
)
def test_sizes(client: TestClient, query: dict[str, str], size: tuple[int, int]) -> None:
    assert seen(client, **query).size == size


@pytest.mark.parametrize(
    ("kind", "width", "height", "most"),
    [
        *(("webp", 50, "327", 16_350), ("webp", 50, "328", 16_383)),
        *(("jpg", 400, "163", 65_200), ("jpg", 400, "200", 65_500), ("zip", 400, "200", 65_500)),
    ],
)
def test_no_side_exceeds_the_format_s_limit(
    client: TestClient, kind: str, width: int, height: str, most: int
) -> None:
    files = {"image": ("a.png", png(gradient(width, 1)))}
    query = {"format": kind, "height": height, "representation": "binary"}
    content = client.post(RESULTS, params=query, files=files).content
    image = parts_of(content)[0] if kind == "zip" else image_of(content)
    assert image.width == most


def test_a_zip_shows_no_colour_hidden_by_transparency(client: TestClient) -> None:
    pixels = np.zeros((160, 200, 4), np.uint8)
    pixels[..., 0] = 255
    pixels[60:100, 80:120] = 0, 0, 255, 255
    files = {"image": ("a.png", png(Image.fromarray(pixels)))}
    query = {"format": "zip", "quality": "100", "representation": "binary"}
    colour, _ = parts_of(client.post(RESULTS, params=query, files=files).content)
    assert np.asarray(colour)[5, 5].tolist() != [254, 0, 0]
    assert abs(int(np.asarray(colour)[5, 5, 0]) - int(np.asarray(colour)[5, 5, 1])) < 8


def test_a_preset_is_white_with_the_object_in_85_percent(client: TestClient) -> None:
    image = seen(client, preset="square")
    assert image.mode == "RGB"
    pixels = np.asarray(image).astype(int)
    assert pixels[0, 0].tolist() == [255, 255, 255]
    rows, columns = (np.flatnonzero((pixels.min(axis=2) < 200).any(axis=axis)) for axis in (1, 0))
    assert columns[-1] - columns[0] == pytest.approx(170, abs=4)
    assert (columns[0] + columns[-1]) / 2 == pytest.approx(99.5, abs=2)
    assert (rows[0] + rows[-1]) / 2 == pytest.approx(99.5, abs=6)


def test_what_is_asked_for_wins_over_the_preset(client: TestClient) -> None:
    query = {"preset": "square", "bg-color": "#f00", "scale": "40%", "position": "0% 0%"}
    pixels = np.asarray(seen(client, **query))
    assert pixels[199, 199].tolist() == [255, 0, 0]
    assert pixels[10, 10].tolist() != [255, 0, 0]


def test_the_object_is_scaled_and_moved(client: TestClient) -> None:
    left, top, right, bottom = solid(seen(client, width="400", height="400", scale="50%"))
    assert (right - left, (left + right) / 2) == pytest.approx((200, 200), abs=3)
    assert (top + bottom) / 2 == pytest.approx(200, abs=3)
    left, top, right, bottom = solid(seen(client, scale="50%", position="100% 100%"))
    assert (right, bottom) == pytest.approx((200, 160), abs=1)


def test_margins_go_past_the_edge(client: TestClient) -> None:
    image = seen(client, margin="60px 10%")
    assert image.size == (100 + 20, 82 + 120)
    assert solid(image) == (10, 61, 110, 141)


def test_the_region_of_interest(client: TestClient) -> None:
    image = seen(client, roi="0% 0% 50% 100%")
    assert image.size == (200, 160)
    assert solid(image) == (50, 40, 100, 120)


def test_a_region_outside_is_a_failure(client: TestClient) -> None:
    answer = client.post(RESULTS, params={"roi": "0px 0px 999px 9px"}, files=FILES)
    status = answer.json()["results"][0]["status"]
    assert status["code"] == "failure"
    assert status["message"].startswith("The region of interest exceeds the picture.")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("roi", "0 0 1 1"),
        ("margin", "1px 2px 3px"),
        ("width", "0"),
        ("width", "4097"),
        ("height", "4097"),
        ("ratio", "11:1"),
        ("ratio", "0:1"),
        ("scale", "9%"),
        ("position", "left"),
        ("preset", "mars"),
        ("max-side", "0"),
        ("max-megapixels", "0"),
        ("max-megapixels", "nan"),
        ("quality", "0"),
        ("quality", "101"),
    ],
)
@pytest.mark.parametrize("place", ["query", "body"])
def test_values_that_there_are_not(client: TestClient, name: str, value: str, place: str) -> None:
    given = {name: value}
    detail = refused(client, given) if place == "query" else refused(client, {}, given)
    assert detail["loc"] == [place, name]


def test_boxes_are_those_of_the_answer(client: TestClient) -> None:
    result = ask(client, {"objects": "true", "margin": "50%", "max-side": "100"})
    assert (result["width"], result["height"]) == (100, 82)
    (found,) = result["entities"][1]["objects"]
    assert found["box"] == pytest.approx([0.25, 0.25, 0.5, 0.5], abs=0.02)


def test_a_jpeg_is_white_and_says_so(client: TestClient) -> None:
    answer = client.post(RESULTS, params={"format": "jpg"}, files=FILES)
    result = answer.json()["results"][0]
    assert result["entities"][0]["format"] == "JPG"
    image = picture_of(result)
    assert (image.format, image.mode) == ("JPEG", "RGB")
    assert min(np.asarray(image)[0, 0]) > 250
    assert "the object is laid on white" in answer.headers[NAMED]
    query = {"format": "jpg", "bg-color": "red"}
    assert NAMED not in client.post(RESULTS, params=query, files=FILES).headers
    half = client.post(RESULTS, params={"format": "jpg", "bg-color": "#f008"}, files=FILES)
    assert "white" in half.headers[NAMED]


def test_quality(client: TestClient) -> None:
    sizes = [
        len(ask(client, {"format": "jpg", "quality": text})["entities"][0]["image"])
        for text in ("1", "90", "100")
    ]
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[1] < sizes[2]


@pytest.mark.parametrize("how", [{"representation": "binary"}, {}])
@pytest.mark.parametrize("kind", ["png", "webp", "jpg", "zip"])
def test_the_file_itself(client: TestClient, how: dict[str, str], kind: str) -> None:
    accept = "*/*" if how else "image/*"
    answer = client.post(
        RESULTS, params={**how, "format": kind}, files=FILES, headers={"Accept": accept}
    )
    expected = {"jpg": "image/jpeg", "zip": "application/zip"}.get(kind, f"image/{kind}")
    assert answer.headers["content-type"] == expected
    if kind == "zip":
        assert parts_of(answer.content)[1].mode == "L"
    else:
        assert image_of(answer.content).size == (200, 160)


@pytest.mark.parametrize(
    "accept", ["*/*", "application/json", "application/json, image/*", "text/html, image/avif", ""]
)
def test_others_get_json(client: TestClient, accept: str) -> None:
    answer = client.post(RESULTS, files=FILES, headers={"Accept": accept})
    assert answer.json()["results"][0]["status"]["code"] == "ok"


def test_all_lines_of_the_header_accept_count(client: TestClient) -> None:
    headers = [("Accept", "image/*"), ("Accept", "application/json")]
    answer = client.post(RESULTS, files=FILES, headers=headers)
    assert answer.json()["results"][0]["status"]["code"] == "ok"


def test_a_failure_stays_json(client: TestClient) -> None:
    answer = client.post(RESULTS, files={"image": ("a", b"GIF89a")}, headers={"Accept": "image/*"})
    assert answer.status_code == 200
    assert answer.json()["results"][0]["status"]["code"] == "failure"


def test_a_large_file_is_elsewhere(tmp_path: Path) -> None:
    own = Settings(storage_dir=tmp_path, max_answer_bytes=1024)
    storage = DiskStorage(own)
    client = TestClient(build_app(Pipeline(own, middle_is_object, storage)))
    query = {"representation": "binary"}
    answer = client.post(RESULTS, params=query, files=FILES, follow_redirects=False)
    assert answer.status_code == 303
    assert image_of(client.get(answer.headers["Location"]).content).size == (200, 160)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("bg_color", "bg-color"),
        ("BG-Color", "bg-color"),
        ("bgcolor", "bg-color"),
        ("crop_margin", "crop-margin"),
        ("size", "max-megapixels"),
        ("bg_image_url", "url-bg"),
        ("channels", "mode"),
        ("max_side", "max-side"),
    ],
)
@pytest.mark.parametrize("place", ["params", "data"])
def test_a_misspelt_name_is_ignored_and_named(
    client: TestClient, name: str, meant: str, place: str
) -> None:
    given: dict[str, Any] = {place: {name: "1"}}
    answer = client.post(RESULTS, files=FILES, **given)
    assert answer.json() == client.post(RESULTS, files=FILES).json()
    wanted = f'299 - "{name} is not a parameter of this API; did you mean {meant}?"'
    assert answer.headers[NAMED] == wanted


@pytest.mark.parametrize("name", ["nonsense", "tag", 'a"b', "bg color", "x" * 200, "crop"])
def test_other_names_are_ignored_in_silence(client: TestClient, name: str) -> None:
    assert NAMED not in client.post(RESULTS, params={name: "1"}, files=FILES).headers


def webp() -> bytes:
    file = BytesIO()
    gradient(200, 160).save(file, "WEBP")
    return file.getvalue()


@pytest.mark.parametrize("on", [True, False])
def test_a_setting_lets_webp_in(on: bool) -> None:
    client = TestClient(build_app(Pipeline(Settings(webp=on), middle_is_object)))
    for files in (
        {"image": ("a", webp())},
        {"image": ("a", png(gradient())), "image-bg": ("b", webp())},
    ):
        status = client.post(RESULTS, files=files).json()["results"][0]["status"]
        assert status["code"] == ("ok" if on else "failure")


HEIC, GIF = b"\0\0\0\x20ftypheic" + bytes(99), b"GIF89a" + bytes(99)


@pytest.mark.parametrize(("content", "name"), [(HEIC, "HEIC"), (GIF, "GIF")])
def test_another_type_is_named(client: TestClient, content: bytes, name: str) -> None:
    status = client.post(RESULTS, files={"image": ("a", content)}).json()["results"][0]["status"]
    assert status["message"] == (
        f"Unsupported file type: {name}. Only JPEG and PNG images are accepted."
    )
