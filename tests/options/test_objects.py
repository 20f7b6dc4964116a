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
