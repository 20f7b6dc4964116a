"""`quality-hint`: how sure the networks are, and what an empty picture is answered with."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
from fastapi.testclient import TestClient
from PIL import Image

from cutout.api.app import build_app
from cutout.pictures import Alpha, Look, Picture
from cutout.pipeline import Pipeline
from cutout.segment.network import Network
from cutout.settings import Settings
from tests.conftest import middle_is_object
from tests.options.asking import ask
from tests.samples import picture_of, png


class Unsure:
    """A network that tells its doubt."""

    def __call__(self, picture: Picture) -> Alpha:
        return self.look(picture).alpha

    def look(self, picture: Picture) -> Look:
        return Look(middle_is_object(picture), 0.0712345678)


def smudge(_: Picture) -> Alpha:
    faint = np.zeros((1024, 1024), np.uint8)
    faint[400:600, 400:600] = 100
    return faint


@contextmanager
def serving(settings: Settings, segment: Callable[[Picture], Alpha]) -> Iterator[TestClient]:
    with TestClient(build_app(Pipeline(settings, segment))) as client:
        yield client


def test_it_is_told_on_request_alone(client: TestClient) -> None:
    plain = ask(client, {})
    assert ask(client, {"quality-hint": "false"}) == plain
    told = ask(client, {"quality-hint": "true"})
    assert ask(client, {}, {"quality-hint": "true"}) == told
    quality = told.pop("quality")
    assert told == plain
    assert set(quality) == {"hint", "undecided"}
    assert quality["hint"] == "fine"
    assert 0 <= quality["undecided"] < 0.12


def test_the_networks_disagreement(settings: Settings) -> None:
    with serving(settings, Unsure()) as client:
        quality = ask(client, {"quality-hint": "true"})["quality"]
    assert (quality["hint"], quality["disagreement"]) == ("unsure", 0.071235)


def test_a_smudge_is_nothing(settings: Settings) -> None:
    query = {"quality-hint": "true", "objects": "true", "crop": "true"}
    with serving(settings, smudge) as client:
        for mode in ("fg-image", "fg-image-shadow", "fg-mask"):
            result = ask(client, query | {"mode": mode})
            assert result["quality"]["hint"] == "found nothing"
            assert result["entities"][1]["objects"] == []
            picture = picture_of(result)
            assert picture.size == (200, 160), "it is not cropped"
            assert not np.asarray(picture).any(), "something is left of the smudge"


def test_blank_pictures_have_no_object(settings: Settings, network: Network) -> None:
    rng = np.random.default_rng(1)
    blank = {each: np.full((120, 160, 3), each, np.uint8) for each in (0, 128, 255)}
    blank[1] = rng.integers(0, 12, (120, 160, 3), dtype=np.uint8)
    with serving(settings, network) as client:
        for name, pixels in blank.items():
            answer = client.post(
                "/v1/results?quality-hint=true&objects=true&crop=true",
                files={"image": png(Image.fromarray(pixels))},
            )
            (result,) = answer.json()["results"]
            assert result["quality"]["hint"] == "found nothing", name
            assert result["entities"][1]["objects"] == []
            assert (result["width"], result["height"]) == (160, 120)
