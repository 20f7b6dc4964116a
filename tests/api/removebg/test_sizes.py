"""`size`: an upper bound in megapixels, never an enlargement."""

import numpy as np
import pytest
from fastapi.testclient import TestClient

from cutout.api.app import build_app
from cutout.layout import Bound
from cutout.pipeline import Pipeline
from cutout.settings import Settings
from tests.api.removebg.asking import REMOVEBG, ask, image_of, numbers, pixels_of, refused, size_of
from tests.conftest import middle_is_object
from tests.samples import PHOTOS, gradient, jpeg, png

PICTURE = jpeg(gradient(2400, 1600))
SMALL = (612, 408)
SIZES = {
    **dict.fromkeys(("preview", "small", "regular"), SMALL),
    "medium": (1500, 1000),
    **dict.fromkeys(("hd", "full", "4k", "50MP", "auto"), (2400, 1600)),
}


def sized(client: TestClient, content: bytes = PICTURE, **fields: str) -> tuple[int, ...]:
    answer = client.post(REMOVEBG, files={"image_file": ("a", content)}, data=fields)
    assert answer.status_code == 200, answer.text
    if answer.headers["content-type"] != "application/zip":
        assert image_of(answer.content).size == size_of(answer)
    return size_of(answer)


@pytest.mark.parametrize("name", SIZES)
def test_upper_bounds_and_aliases(client: TestClient, name: str) -> None:
    assert sized(client, size=name) == SIZES[name]


def test_preview_is_usual(client: TestClient) -> None:
    assert sized(client) == SMALL


def test_a_setting_changes_the_usual_size() -> None:
    pipeline = Pipeline(Settings(removebg_size="full"), middle_is_object)
    assert sized(TestClient(build_app(pipeline))) == (2400, 1600)


@pytest.mark.parametrize("name", SIZES)
def test_nothing_is_enlarged(client: TestClient, name: str) -> None:
    assert size_of(ask(client, size=name)) == (200, 160)


@pytest.mark.parametrize("name", ["huge", "0.25", "preview,full", "49MP"])
def test_other_sizes(client: TestClient, name: str) -> None:
    error = refused(client, size=name)
    assert error == {"code": "invalid_size", "title": "Invalid value for parameter 'size'"}


@pytest.mark.parametrize(
    ("size", "pixels", "bounded"),
    [
        ((2400, 1600), 250_000, (612, 408)),
        ((5184, 3456), 10_000_000, (3873, 2582)),
        ((500, 500), 250_000, (500, 500)),
        ((510, 500), 250_000, (505, 495)),
        ((1, 4000), 1000, (1, 2000)),
    ],
)
def test_rounding_as_recorded(
    size: tuple[int, int], pixels: float, bounded: tuple[int, int]
) -> None:
    assert Bound(pixels).of(size) == bounded


def test_the_largest_size_is_told(client: TestClient) -> None:
    answer = client.post(REMOVEBG, files={"image_file": ("a", PICTURE)})
    assert numbers(answer, "X-Max-Width", "X-Max-Height") == (2400, 1600)


@pytest.mark.parametrize("kind", ["png", "auto", "jpg", "webp", "zip"])
def test_a_png_has_ten_megapixels_at_most(client: TestClient, kind: str) -> None:
    picture = jpeg(gradient(4096, 2731), quality=50)
    found = sized(client, picture, size="full", format=kind)
    assert found == ((3873, 2582) if kind in ("png", "auto") else (4096, 2731))


def test_a_setting_admits_larger_pictures() -> None:
    client = TestClient(build_app(Pipeline(Settings(max_side=8192), middle_is_object)))
    picture = jpeg(gradient(6400, 4000), quality=50)
    bounded = {"full": (6325, 3953), "50MP": (6400, 4000)}
    for size, expected in bounded.items():
        assert sized(client, picture, size=size, format="jpg") == expected


def test_small_answers_show_the_same_as_large_ones(client: TestClient) -> None:
    """A JPEG is decoded smaller for a small answer, turned upright or not."""
    for exif in (None, 6):
        tags = gradient().getexif()
        if exif:
            tags[0x0112] = exif
        large = jpeg(gradient(4000, 3000), exif=tags)
        small, whole = (
            client.post(REMOVEBG, files={"image_file": ("a", large)}, data={"size": size})
            for size in ("preview", "hd")
        )
        expected = image_of(whole.content).resize(image_of(small.content).size)
        assert np.abs(pixels_of(small.content) - np.asarray(expected, np.int16)).mean() < 1
        assert numbers(small, "X-Max-Width") == numbers(whole, "X-Max-Width")


def test_a_png_with_holes_is_shrunk_as_well(client: TestClient) -> None:
    picture = gradient(1500, 1200).convert("RGBA")
    picture.paste((0, 0, 0, 0), (600, 500, 800, 700))
    answer = client.post(REMOVEBG, files={"image_file": ("a", png(picture))})
    assert size_of(answer) == (559, 447)
    found = pixels_of(answer.content)
    assert found[223, 260, 3] == 0
    assert not found[found[..., 3] == 0].any()


def test_the_photo_is_small_enough_to_stay(client: TestClient) -> None:
    photo = (PHOTOS / "astronaut-160.jpg").read_bytes()
    assert sized(client, photo, size="hd") == image_of(photo).size
