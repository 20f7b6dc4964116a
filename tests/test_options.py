"""Every option through the public door, and what is said of a value that there is not."""

from base64 import b64decode
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from handler.app import build_app
from handler.pictures import Alpha, Picture
from handler.pipeline import Pipeline
from handler.settings import Settings
from handler.storage.disk import DiskStorage
from tests.conftest import middle_is_object
from tests.samples import gradient, picture_of, png

RESULTS = "/v1/results"
FILES = {"image": ("img.png", png(gradient(200, 160)))}
OBJECT = (100, 80)  # the middle half
SEED_KEYS = ["status", "name", "md5", "entities"]


def ask(client: TestClient, query: dict[str, Any], form: dict[str, str] | None = None) -> Any:
    """The only result of a picture of 200 x 160 pixels."""
    answer = client.post(RESULTS, params=query, files=FILES, data=form)
    assert answer.status_code == 200, answer.text
    (result,) = answer.json()["results"]
    assert result["status"] == {"code": "ok", "message": "Success"}, result
    return result


def refused(client: TestClient, query: dict[str, Any], form: dict[str, str] | None = None) -> Any:
    """The only complaint."""
    answer = client.post(RESULTS, params=query, files=FILES, data=form)
    assert answer.status_code == 422, answer.text
    (detail,) = answer.json()["detail"]
    return detail


def near(picture: Image.Image, place: tuple[int, int], colour: tuple[int, ...]) -> bool:
    seen = np.asarray(picture)[place[1], place[0]].astype(int)
    return len(seen) == len(colour) and bool(np.abs(seen - colour).max() <= 3)


@pytest.mark.parametrize("colour", ["red", "#f00", "f00", "#ff0000", "FF0000FF"])
def test_bg_color(client: TestClient, colour: str) -> None:
    picture = picture_of(ask(client, {"bg-color": colour}))
    assert picture.mode == "RGB", "opaque pictures have no alpha"
    assert picture.size == (200, 160)
    assert near(picture, (5, 5), (255, 0, 0))
    middle = np.asarray(gradient(200, 160))[80, 100]
    assert np.array_equal(np.asarray(picture)[80, 100], middle)


def test_a_colour_that_is_glass_stays_so(client: TestClient) -> None:
    picture = picture_of(ask(client, {"bg-color": "#0000ff80"}))
    assert near(picture, (5, 5), (0, 0, 255, 128))


def test_transparent_is_as_if_nothing_was_said(client: TestClient) -> None:
    assert ask(client, {"bg-color": "transparent"}) == ask(client, {})


@pytest.mark.parametrize("query", [{"crop": "true"}, {"crop": "1"}, {"crop": "on"}])
def test_crop(client: TestClient, query: dict[str, str]) -> None:
    width, height = picture_of(ask(client, query)).size
    assert abs(width - OBJECT[0]) <= 2
    assert abs(height - OBJECT[1]) <= 2


@pytest.mark.parametrize(("margin", "pixels"), [("20", 20), ("20px", 20), ("10%", 10)])
def test_crop_margin(client: TestClient, margin: str, pixels: int) -> None:
    tight = picture_of(ask(client, {"crop": "true"})).size
    wide = picture_of(ask(client, {"crop": "true", "crop-margin": margin})).size
    assert all(abs(a - b - 2 * pixels) <= 1 for a, b in zip(wide, tight, strict=True))


def test_a_margin_alone_crops_nothing(client: TestClient) -> None:
    assert ask(client, {"crop-margin": "20px"}) == ask(client, {})


def test_crop_where_nothing_is_found(settings: Settings) -> None:
    def nobody(_picture: Picture) -> Alpha:
        return np.zeros((1024, 1024), np.uint8)

    with TestClient(build_app(Pipeline(settings, nobody))) as client:
        result = ask(client, {"crop": "true", "objects": "true"})
    assert picture_of(result).size == (200, 160)
    assert result["entities"][1]["objects"] == []


@pytest.mark.parametrize("mode", ["fg-image", "fg-image-shadow", "fg-mask"])
def test_webp(client: TestClient, mode: str) -> None:
    result = ask(client, {"format": "webp", "mode": mode})
    (entity,) = result["entities"]
    assert entity["format"] == "WEBP"
    assert entity["name"] == f"general-{mode}"
    picture = picture_of(result)
    assert picture.format == "WEBP"
    assert picture.size == (200, 160)
    there = picture_of(ask(client, {"mode": mode}))
    same = np.asarray(picture.convert(there.mode))
    if mode == "fg-mask":
        assert np.array_equal(same, np.asarray(there))
    else:
        assert np.array_equal(same[..., 3], np.asarray(there)[..., 3])


def test_png_may_be_asked_for(client: TestClient) -> None:
    assert ask(client, {"format": "png"}) == ask(client, {})


def test_a_link_to_a_webp(client: TestClient) -> None:
    (inline,) = ask(client, {"format": "webp"})["entities"]
    (linked,) = ask(client, {"format": "webp", "representation": "url"})["entities"]
    assert (linked["format"], linked["representation"]) == ("WEBP", "url")
    assert linked["image"].endswith(".webp")
    answer = client.get(linked["image"])
    assert answer.headers["content-type"] == "image/webp"
    assert answer.content == b64decode(inline["image"])


def test_objects(client: TestClient) -> None:
    result = ask(client, {"objects": "true"})
    assert list(result) == ["status", "name", "md5", "width", "height", "entities"]
    assert (result["width"], result["height"]) == (200, 160)
    image, objects = result["entities"]
    assert image == ask(client, {})["entities"][0]
    assert set(objects) == {"kind", "name", "objects"}
    assert objects["kind"] == "objects"
    (found,) = objects["objects"]
    assert np.abs(np.array(found["box"]) - (0.25, 0.25, 0.5, 0.5)).max() < 0.02
    (classes,) = found["entities"]
    assert classes == {"kind": "classes", "classes": {"object": pytest.approx(1, abs=0.05)}}


def test_objects_of_a_cropped_picture_are_within_it(client: TestClient) -> None:
    result = ask(client, {"objects": "true", "crop": "true"})
    assert (result["width"], result["height"]) == picture_of(result).size
    assert result["entities"][1]["objects"][0]["box"] == [0, 0, 1, 1]


@pytest.fixture
def telling(settings: Settings) -> Iterator[TestClient]:
    """A server whose owner has switched the objects on."""
    own = settings.model_copy(update={"objects": True})
    with TestClient(build_app(Pipeline(own, middle_is_object, DiskStorage(own)))) as client:
        yield client


def test_a_setting_tells_everybody_of_objects(client: TestClient, telling: TestClient) -> None:
    assert ask(telling, {}) == ask(client, {"objects": "true"})
    assert ask(telling, {"objects": "false"}) == ask(client, {})


@pytest.mark.parametrize("value", ["on", "true", "1"])
def test_how_the_setting_is_switched_on(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    assert not Settings().objects
    monkeypatch.setenv("CUTOUT_OBJECTS", value)
    assert Settings().objects


def darkness(client: TestClient, query: dict[str, str]) -> int:
    picture = picture_of(ask(client, {"mode": "fg-image-shadow", **query}))
    alpha = np.asarray(picture)[..., 3].astype(int)
    bare = np.asarray(picture_of(ask(client, {})))[..., 3]
    return int((alpha - bare).sum())


def test_shadow_opacity(client: TestClient) -> None:
    spent = [darkness(client, {"shadow-opacity": each}) for each in ("0", "0.3", "0.73", "1")]
    assert spent[0] == 0
    assert spent == sorted(set(spent))


def test_shadow_softness(client: TestClient) -> None:
    spent = [darkness(client, {"shadow-softness": each}) for each in ("0", "0.5", "1")]
    assert spent == sorted(set(spent))


def test_shadow_angle(client: TestClient) -> None:
    def beside(angle: str) -> tuple[int, int]:
        query = {"mode": "fg-image-shadow", "shadow-angle": angle}
        alpha = np.asarray(picture_of(ask(client, query)))[:, :, 3].astype(int)
        return int(alpha[:, :48].sum()), int(alpha[:, -48:].sum())

    left, right = beside("40")
    assert right > 2 * left
    left, right = beside("-40")
    assert left > 2 * right


USUAL_SHADOW = {"shadow-opacity": "0.73", "shadow-softness": "0.5", "shadow-angle": "0"}


def test_shadow_defaults(client: TestClient) -> None:
    mode = {"mode": "fg-image-shadow"}
    assert ask(client, mode | USUAL_SHADOW) == ask(client, mode)


@pytest.mark.parametrize("mode", ["fg-image", "fg-mask"])
def test_other_modes_have_no_use_for_a_shadow(client: TestClient, mode: str) -> None:
    query = {"shadow-opacity": "1", "shadow-softness": "1", "shadow-angle": "70", "mode": mode}
    assert ask(client, query) == ask(client, {"mode": mode})


def test_a_mask_has_no_use_for_a_colour(client: TestClient) -> None:
    mode = {"mode": "fg-mask"}
    assert ask(client, mode | {"bg-color": "red"}) == ask(client, mode)


COLOUR = "Input should be #rgb, #rrggbb, #rrggbbaa or the CSS name of a colour, such as white"
MARGIN = "Input should be pixels, as 30px, or a part of the object, as 10%"
BAD = [
    ("bg-color", "#12", "colour", COLOUR),
    ("bg-color", "rgb(1,2,3)", "colour", COLOUR),
    ("crop", "maybe", "bool_parsing", "Input should be a valid boolean, unable to interpret input"),
    ("crop-margin", "10em", "margin", MARGIN),
    ("crop-margin", "-5", "margin", MARGIN),
    ("format", "jpeg", "enum", "Input should be 'png' or 'webp'"),
    (
        *("objects", "some", "bool_parsing"),
        "Input should be a valid boolean, unable to interpret input",
    ),
    ("shadow-opacity", "1.01", "less_than_equal", "Input should be less than or equal to 1"),
    (
        *("shadow-opacity", "-0.01", "greater_than_equal"),
        "Input should be greater than or equal to 0",
    ),
    ("shadow-softness", "1.01", "less_than_equal", "Input should be less than or equal to 1"),
    (
        *("shadow-softness", "-1", "greater_than_equal"),
        "Input should be greater than or equal to 0",
    ),
    ("shadow-angle", "75.5", "less_than_equal", "Input should be less than or equal to 75"),
    (
        *("shadow-angle", "-76", "greater_than_equal"),
        "Input should be greater than or equal to -75",
    ),
    (
        *("shadow-angle", "steep", "float_parsing"),
        "Input should be a valid number, unable to parse string as a number",
    ),
    ("shadow-angle", "nan", "less_than_equal", "Input should be less than or equal to 75"),
]


@pytest.mark.parametrize(("name", "value", "kind", "message"), BAD)
@pytest.mark.parametrize("place", ["query", "body"])
def test_a_value_that_there_is_not(
    client: TestClient, name: str, value: str, kind: str, message: str, place: str
) -> None:
    given = {name: value}
    detail = refused(client, given) if place == "query" else refused(client, {}, given)
    assert (detail["loc"], detail["type"], detail["msg"]) == ([place, name], kind, message)
    assert detail["input"] == value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("shadow-opacity", "0"), ("shadow-opacity", "1"), ("shadow-softness", "0")),
        *(("shadow-softness", "1"), ("shadow-angle", "-75"), ("shadow-angle", "75")),
        *(("crop-margin", "9999px"), ("crop-margin", "999%")),
    ],
)
def test_at_its_limits(client: TestClient, name: str, value: str) -> None:
    ask(client, {"mode": "fg-image-shadow", "crop": "true", name: value})


SAID = {
    "bg-color": "#ff0000",
    "crop": "true",
    "crop-margin": "5%",
    "format": "webp",
    "objects": "true",
    "shadow-opacity": "0.9",
    "shadow-softness": "0.1",
    "shadow-angle": "-30",
}


def test_each_may_be_in_the_form_as_well(client: TestClient) -> None:
    mode = {"mode": "fg-image-shadow"}
    assert ask(client, mode, SAID) == ask(client, mode | SAID)
    for name, value in SAID.items():
        assert ask(client, mode, {name: value}) == ask(client, {**mode, name: value}), name


def test_the_query_wins(client: TestClient) -> None:
    assert ask(client, {"bg-color": "red"}, {"bg-color": "blue"}) == ask(
        client, {"bg-color": "red"}
    )
    picture = picture_of(ask(client, {"crop": "false"}, {"crop": "true"}))
    assert picture.size == (200, 160)


def test_an_empty_one_is_absent(client: TestClient) -> None:
    nothing = dict.fromkeys(SAID, "")
    assert ask(client, nothing) == ask(client, {})
    assert ask(client, {}, nothing) == ask(client, {})
    assert ask(client, nothing, {"bg-color": "red"}) == ask(client, {"bg-color": "red"})


@pytest.mark.parametrize(
    "body",
    [
        b"url=http%3A%2F%2F192.0.2.1%2F&bg-color=%2312",
        b"bg-color=%2312&url=http://192.0.2.1/?bg-color=white&crop=true",
    ],
)
def test_forms_without_files_have_them_too(client: TestClient, body: bytes) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = client.post(RESULTS, content=body, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["body", "bg-color"]


def test_the_log_has_the_answered_size(
    client: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = picture_of(ask(client, {"crop": "true"}))
    assert f'"width": {picture.width}, "height": {picture.height}' in capsys.readouterr().out


@pytest.mark.parametrize("query", [{"format": "webp"}, {"objects": "true"}, {"bg-color": "red"}])
def test_a_large_answer_is_the_same_json_elsewhere(
    settings: Settings, client: TestClient, query: dict[str, str]
) -> None:
    few = settings.model_copy(update={"max_answer_bytes": 2000})
    capped = TestClient(build_app(Pipeline(few, middle_is_object, DiskStorage(few))))
    first = capped.post(RESULTS, params=query, files=FILES, follow_redirects=False)
    assert first.status_code == 303, first.text
    (result,) = capped.get(first.headers["location"]).json()["results"]
    assert Image.open(BytesIO(b64decode(result["entities"][0]["image"]))).size == (200, 160)
    assert result == ask(client, query)
