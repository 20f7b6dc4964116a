"""Check what the options make of a picture, through the public API."""

from base64 import b64decode

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from cutout.api.app import build_app
from cutout.pictures import Alpha, Picture
from cutout.pipeline import Pipeline
from cutout.settings import Settings
from tests.options.asking import ask
from tests.samples import gradient, picture_of
from tests.shown import told

OBJECT = (100, 80)  # the middle half


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
    assert told(ask(client, {"bg-color": "transparent"})) == told(ask(client, {}))


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
    assert told(ask(client, {"crop-margin": "20px"})) == told(ask(client, {}))


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
    assert told(ask(client, {"format": "png"})) == told(ask(client, {}))


def test_a_link_to_a_webp(client: TestClient) -> None:
    (inline,) = ask(client, {"format": "webp"})["entities"]
    (linked,) = ask(client, {"format": "webp", "representation": "url"})["entities"]
    assert (linked["format"], linked["representation"]) == ("WEBP", "url")
    assert linked["image"].endswith(".webp")
    answer = client.get(linked["image"])
    assert answer.headers["content-type"] == "image/webp"
    assert answer.content == b64decode(inline["image"])


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
    assert told(ask(client, mode | USUAL_SHADOW)) == told(ask(client, mode))


@pytest.mark.parametrize("mode", ["fg-image", "fg-mask"])
def test_other_modes_have_no_use_for_a_shadow(client: TestClient, mode: str) -> None:
    query = {"shadow-opacity": "1", "shadow-softness": "1", "shadow-angle": "70", "mode": mode}
    assert told(ask(client, query)) == told(ask(client, {"mode": mode}))


def test_a_mask_has_no_use_for_a_colour(client: TestClient) -> None:
    mode = {"mode": "fg-mask"}
    assert told(ask(client, mode | {"bg-color": "red"})) == told(ask(client, mode))
