"""Check the values and places of options, and the answers to invalid ones."""

from base64 import b64decode
from io import BytesIO

import pytest
from fastapi.testclient import TestClient
from PIL import Image

from cutout.api.app import build_app
from cutout.pipeline import Pipeline
from cutout.settings import Settings
from cutout.storage.disk import DiskStorage
from tests.conftest import middle_is_object
from tests.options.asking import FILES, RESULTS, ask, refused
from tests.samples import picture_of
from tests.shown import told

COLOUR = "Input should be #rgb, #rgba, #rrggbb, #rrggbbaa or the CSS name of a colour: white"
MARGIN = "Input should be pixels, as 30px, or a part of the object, as 10%"
BAD = [
    ("bg-color", "#12", "colour", COLOUR),
    ("bg-color", "rgb(1,2,3)", "colour", COLOUR),
    ("crop", "maybe", "bool_parsing", "Input should be a valid boolean, unable to interpret input"),
    ("crop-margin", "10em", "margin", MARGIN),
    ("crop-margin", "-5", "margin", MARGIN),
    ("format", "gif", "enum", "Input should be 'png', 'webp', 'jpg' or 'zip'"),
    (
        *("objects", "some", "bool_parsing"),
        "Input should be a valid boolean, unable to interpret input",
    ),
    ("webp", "some", "bool_parsing", "Input should be a valid boolean, unable to interpret input"),
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


@pytest.mark.parametrize("name", ["PNG", "Png", "WEBP", "WebP"])
def test_a_format_may_be_in_any_case(client: TestClient, name: str) -> None:
    expected = told(ask(client, {"format": name.lower()}))
    assert told(ask(client, {"format": name})) == expected
    assert told(ask(client, {}, {"format": name})) == expected


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
    assert told(ask(client, mode, SAID)) == told(ask(client, mode | SAID))
    for name, value in SAID.items():
        in_the_form = told(ask(client, mode, {name: value}))
        assert in_the_form == told(ask(client, {**mode, name: value})), name


def test_the_query_wins(client: TestClient) -> None:
    both = told(ask(client, {"bg-color": "red"}, {"bg-color": "blue"}))
    assert both == told(ask(client, {"bg-color": "red"}))
    picture = picture_of(ask(client, {"crop": "false"}, {"crop": "true"}))
    assert picture.size == (200, 160)


def test_an_empty_one_is_absent(client: TestClient) -> None:
    nothing = dict.fromkeys(SAID, "")
    plain, red = told(ask(client, {})), told(ask(client, {"bg-color": "red"}))
    assert told(ask(client, nothing)) == plain
    assert told(ask(client, {}, nothing)) == plain
    assert told(ask(client, nothing, {"bg-color": "red"})) == red


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
    assert told(result) == told(ask(client, query))
