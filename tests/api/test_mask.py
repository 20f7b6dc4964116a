"""A mask beside the photo: the answer has its alpha."""

from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from cutout.api.app import build_app
from cutout.pictures import Alpha, Picture
from cutout.pipeline import Pipeline
from cutout.settings import MIB, Settings
from tests.samples import gradient, jpeg, picture_of, png

RESULTS = "/v1/results"
SIZE = (96, 80)
PHOTO = jpeg(gradient(*SIZE), quality=95)


def no_network(_picture: Picture) -> Alpha:
    raise AssertionError("the networks were asked")


@pytest.fixture
def client() -> TestClient:
    return TestClient(build_app(Pipeline(Settings(), no_network)))


def two_objects() -> Alpha:
    """Two boxes with soft edges on their left."""
    alpha = np.zeros(SIZE[::-1], np.uint8)
    alpha[20:60, 16:40], alpha[30:50, 60:80] = 255, 255
    alpha[20:60, 12:16], alpha[30:50, 58:60] = (50, 100, 150, 200), (90, 180)
    return alpha


MASK = two_objects()


def ask(
    client: TestClient, mask: Alpha | bytes, photo: bytes = PHOTO, /, **parameters: Any
) -> dict[str, Any]:
    """Return the only result, for parameters whose names have `_` instead of `-`."""
    named = {name.replace("_", "-"): each for name, each in parameters.items()}
    content = mask if isinstance(mask, bytes) else png(Image.fromarray(mask))
    reply = client.post(RESULTS, params=named, files={"image": photo, "mask": content})
    assert reply.status_code == 200, reply.text
    result: dict[str, Any]
    (result,) = reply.json()["results"]
    return result


def pixels(result: dict[str, Any]) -> np.ndarray[Any, np.dtype[np.uint8]]:
    assert result["status"]["code"] == "ok", result["status"]
    return np.asarray(picture_of(result))


def test_the_alpha_is_the_mask_bit_for_bit(client: TestClient) -> None:
    noise = np.random.default_rng(1).integers(0, 256, MASK.shape, np.uint8)
    for mask in (MASK, noise, np.full_like(MASK, 90)):
        assert np.array_equal(pixels(ask(client, mask))[..., 3], mask)
        assert np.array_equal(pixels(ask(client, mask, mode="fg-mask")), mask)


def test_a_photo_with_holes_of_its_own_gets_the_masks_alpha(client: TestClient) -> None:
    image = gradient(*SIZE)
    image.putalpha(Image.linear_gradient("L").resize(SIZE))
    assert np.array_equal(pixels(ask(client, MASK, png(image)))[..., 3], MASK)


def test_a_turned_photo_has_an_upright_mask(client: TestClient) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    stored = gradient(*SIZE).transpose(Image.Transpose.ROTATE_90)
    found = pixels(ask(client, MASK, jpeg(stored, exif=exif)))
    assert np.array_equal(found[..., 3], MASK)


def test_edges_get_the_objects_colours(client: TestClient) -> None:
    """The photo is a red box on blue, blended by the mask."""
    share = MASK[..., np.newaxis] / 255
    photo = np.rint(share * (255, 0, 0) + (1 - share) * (0, 0, 255)).astype(np.uint8)
    found = pixels(ask(client, MASK, png(Image.fromarray(photo))))
    soft = (MASK >= 100) & (MASK < 255)
    assert found[soft][:, 0].min() > 200
    assert photo[soft][:, 0].min() < 120


def test_options_apply(client: TestClient) -> None:
    cropped = ask(client, MASK, crop="true", objects="true")
    assert (cropped["width"], cropped["height"]) == (68, 40)
    assert len(cropped["entities"][1]["objects"]) == 2
    on_white = pixels(ask(client, MASK, bg_color="white"))
    assert on_white.shape == (80, 96, 3)
    assert (on_white[0, 0] == 255).all()
    shadow = pixels(ask(client, MASK, mode="fg-image-shadow"))[..., 3]
    assert (shadow >= MASK).all()
    assert (shadow > MASK).any()
    region = pixels(ask(client, MASK, roi="0% 0% 50% 100%", mode="fg-mask"))
    assert np.array_equal(region[:, :48], MASK[:, :48])
    assert not region[:, 48:].any()
    small = pixels(ask(client, MASK, width=48, mode="fg-mask"))
    bounded = pixels(ask(client, MASK, max_side=48, mode="fg-mask"))
    assert small.shape == bounded.shape == (40, 48)


def test_a_large_jpeg_for_a_small_answer_keeps_the_masks_edges(client: TestClient) -> None:
    """The photo could be decoded at a quarter of its size, the mask not."""
    large = np.kron(MASK, np.ones((8, 8), np.uint8))
    found = pixels(ask(client, large, jpeg(gradient(768, 640)), max_side=96))
    assert found.shape == (80, 96, 4)
    assert np.abs(found[..., 3].astype(int) - MASK).max() < 70
    assert np.array_equal(found[..., 3] > 127, MASK > 127)


def test_a_smaller_mask_is_enlarged(client: TestClient) -> None:
    small = np.asarray(Image.fromarray(MASK).resize((48, 40), Image.Resampling.BOX))
    found = pixels(ask(client, small, mode="fg-mask"))
    assert found.shape == MASK.shape
    assert (found[24:56, 20:36] == 255).all()
    assert not found[:, 84:].any()


def test_a_smaller_mask_keeps_the_photos_holes(client: TestClient) -> None:
    image = gradient(*SIZE)
    image.putalpha(
        Image.fromarray(np.where(np.arange(96) < 30, 0, 255).astype(np.uint8)[None].repeat(80, 0))
    )
    found = pixels(ask(client, np.full((40, 48), 255, np.uint8), png(image), mode="fg-mask"))
    assert not found[:, :30].any()
    assert (found[:, 30:] == 255).all()


@pytest.mark.parametrize("size", [(97, 80), (96, 81), (48, 38), (80, 96)])
def test_another_size_is_a_400(client: TestClient, size: tuple[int, int]) -> None:
    reply = client.post(RESULTS, files={"image": PHOTO, "mask": png(Image.new("L", size))})
    assert reply.status_code == 400
    assert reply.json() == {
        "detail": f"The mask of {size[0]}x{size[1]} pixels does not fit the picture of 96x80. "
        "Send one of the same size, or a smaller one of the same proportions."
    }


@pytest.mark.parametrize("size", [(48, 39), (48, 41), (95, 79)])
def test_a_pixel_of_rounding_is_none(client: TestClient, size: tuple[int, int]) -> None:
    assert pixels(ask(client, png(Image.new("L", size, 255)))).shape == (80, 96, 4)


def test_a_bad_mask_is_named(client: TestClient) -> None:
    def message(content: bytes) -> str:
        files = {"image": ("a.jpg", PHOTO), "mask": ("m.png", content)}
        (result,) = client.post(RESULTS, files=files).json()["results"]
        assert (result["status"]["code"], result["entities"]) == ("failure", [])
        return str(result["status"]["message"])

    assert message(b"") == "Can not load mask image."
    assert message(png(Image.fromarray(MASK))[:60]) == "Can not load mask image."
    assert message(b"GIF89a") == (
        "Unsupported mask file type. Only JPEG and PNG images are accepted."
    )
    assert message(png(Image.new("1", (4097, 1)))) == (
        "Mask resolution is too big: 4097x1. Max allowed resolution: 4096x4096"
    )


@pytest.mark.parametrize(("size", "is_taken"), [(16 * MIB - 1, True), (16 * MIB, False)])
def test_a_masks_file_has_a_limit(client: TestClient, size: int, *, is_taken: bool) -> None:
    content = png(Image.fromarray(MASK))
    result = ask(client, content + bytes(size - len(content)))
    message = "Success" if is_taken else "Mask file is too big. The size must be less than 16 MB."
    assert result["status"]["message"] == message


@pytest.mark.parametrize(
    ("value", "hint", "undecided"),
    [(0, "found nothing", 0), (100, "unsure", 1), (255, "fine", 0)],
)
def test_the_quality_hint(client: TestClient, value: int, hint: str, undecided: float) -> None:
    mask = np.full(MASK.shape, value, np.uint8)
    result = ask(client, mask, quality_hint="true", crop="true")
    assert result["quality"] == {"hint": hint, "undecided": undecided}
    assert pixels(result).shape == (80, 96, 4)


def test_without_a_file_name_it_is_a_file(client: TestClient) -> None:
    body = b"".join(
        b'--b\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n' % (name, content)
        for name, content in ((b"image", PHOTO), (b"mask", png(Image.fromarray(MASK))))
    )
    headers = {"content-type": "multipart/form-data; boundary=b"}
    reply = client.post(RESULTS, content=body + b"--b--\r\n", headers=headers)
    (result,) = reply.json()["results"]
    assert np.array_equal(pixels(result)[..., 3], MASK)


def test_its_name_is_known(client: TestClient) -> None:
    files = {"image": PHOTO, "mask": png(Image.fromarray(MASK))}
    assert "warning" not in client.post(RESULTS, params={"mask": "1"}, files=files).headers
    assert "mask?" in client.post(RESULTS, params={"masks": "1"}, files=files).headers["warning"]


def test_the_removebg_door_ignores_it(settings: Settings) -> None:
    def everything(_picture: Picture) -> Alpha:
        return np.full((1024, 1024), 255, np.uint8)

    client = TestClient(build_app(Pipeline(settings, everything)))
    files = {"image_file": PHOTO, "mask": b"no picture"}
    reply = client.post("/v1.0/removebg", files=files, headers={"X-API-Key": "x"})
    assert reply.status_code == 200, reply.text
