"""`objects`: how large the answer is and where the objects are, by request or for everybody."""

from collections.abc import Iterator

import numpy as np
import pytest
from fastapi.testclient import TestClient

from cutout.api.app import build_app
from cutout.pipeline import Pipeline
from cutout.settings import Settings
from cutout.storage.disk import DiskStorage
from tests.conftest import middle_is_object
from tests.options.asking import ask
from tests.samples import picture_of
from tests.shown import told


def test_objects(client: TestClient) -> None:
    result = told(ask(client, {"objects": "true"}))
    assert list(result) == ["status", "name", "md5", "width", "height", "entities"]
    assert (result["width"], result["height"]) == (200, 160)
    image, objects = result["entities"]
    assert image == told(ask(client, {}))["entities"][0]
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


SHADOW = {"objects": "true", "mode": "fg-image-shadow"}


def pixels_of(box: list[float], size: tuple[int, int]) -> np.ndarray:
    """Return left, top, right and bottom of a box, in pixels of a picture."""
    left, top, width, height = box
    return np.rint(np.multiply((left, top, left + width, top + height), size * 2)).astype(int)


def test_with_the_shadow_s_box_a_client_can_crop_as_the_server_does(client: TestClient) -> None:
    whole = ask(client, SHADOW)
    assert list(whole) == ["status", "name", "md5", "width", "height", "shadow", "entities"]
    boxes = [whole["entities"][1]["objects"][0]["box"], whole["shadow"]]
    (left, top, *_), (*_, right, bottom) = (
        pick([pixels_of(box, (200, 160)) for box in boxes], axis=0).tolist()
        for pick in (np.min, np.max)
    )
    cropped = ask(client, SHADOW | {"crop": "true"})
    part = picture_of(whole).crop((left, top, right, bottom))
    assert bottom > pixels_of(boxes[0], (200, 160))[3], "there is no shadow below the object"
    assert part.size == picture_of(cropped).size
    assert part.tobytes() == picture_of(cropped).tobytes()
    inner = pixels_of(boxes[1], (200, 160)) - (left, top, left, top)
    assert (pixels_of(cropped["shadow"], part.size) == inner).all()


@pytest.mark.parametrize(
    "query",
    [
        SHADOW | {"shadow-opacity": "0"},
        {**SHADOW, "mode": "fg-image"},
        {**SHADOW, "objects": "false"},
    ],
)
def test_no_box_without_a_visible_shadow(client: TestClient, query: dict[str, str]) -> None:
    assert "shadow" not in ask(client, query)


@pytest.fixture
def telling(settings: Settings) -> Iterator[TestClient]:
    """A server whose owner has switched the objects on."""
    own = settings.model_copy(update={"objects": True})
    with TestClient(build_app(Pipeline(own, middle_is_object, DiskStorage(own)))) as client:
        yield client


def test_a_setting_tells_everybody_of_objects(client: TestClient, telling: TestClient) -> None:
    assert told(ask(telling, {})) == told(ask(client, {"objects": "true"}))
    assert told(ask(telling, {"objects": "false"})) == told(ask(client, {}))


@pytest.mark.parametrize("value", ["on", "true", "1"])
def test_how_the_setting_is_switched_on(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    assert not Settings().objects
    monkeypatch.setenv("CUTOUT_OBJECTS", value)
    assert Settings().objects
