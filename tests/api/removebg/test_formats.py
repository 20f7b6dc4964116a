"""`format`, `channels` and `bg_*`: what the file is, and what is in it."""

from io import BytesIO

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image, ImageCms

from tests.api.removebg.asking import (
    FILES,
    REMOVEBG,
    ask,
    image_of,
    parts_of,
    pixels_of,
    refused,
    size_of,
)
from tests.samples import gradient, jpeg, png

PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
SEEN = np.asarray(gradient(200, 160)).astype(int)
TYPES = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp", "zip": "application/zip"}


@pytest.mark.parametrize("kind", TYPES)
def test_the_type_is_told(client: TestClient, kind: str) -> None:
    assert ask(client, format=kind).headers["content-type"] == TYPES[kind]


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({}, "PNG"),
        ({"bg_color": "00000000"}, "PNG"),
        ({"bg_color": "81d4fa77"}, "PNG"),
        ({"bg_color": "ffff00ff"}, "JPEG"),
        ({"bg_color": "white"}, "JPEG"),
        ({"channels": "alpha"}, "JPEG"),
        ({"channels": "alpha", "bg_color": "00000000"}, "JPEG"),
    ],
)
@pytest.mark.parametrize("given", ["auto", ""])
def test_auto_is_decided_by_the_result(
    client: TestClient, fields: dict[str, str], kind: str, given: str
) -> None:
    assert image_of(ask(client, format=given, **fields).content).format == kind


@pytest.mark.parametrize("kind", ["jpeg", "gif", "PNG8", "png,jpg"])
def test_other_formats(client: TestClient, kind: str) -> None:
    assert refused(client, format=kind) == {
        "code": "invalid_format",
        "title": "Invalid format parameter given",
    }


def test_a_png_hides_nothing(client: TestClient) -> None:
    pixels = pixels_of(ask(client, format="png").content)
    assert pixels.shape == (160, 200, 4)
    assert not pixels[pixels[..., 3] == 0].any()
    opaque = pixels[..., 3] == 255
    assert opaque.any()
    assert np.array_equal(pixels[opaque][:, :3], SEEN[opaque])


def test_a_png_on_a_colour_keeps_its_alpha_channel(client: TestClient) -> None:
    pixels = pixels_of(ask(client, format="png", bg_color="red").content)
    assert pixels.shape == (160, 200, 4)
    assert pixels[..., 3].min() == 255
    assert tuple(pixels[0, 0, :3]) == (255, 0, 0)


@pytest.mark.parametrize("size", [(200, 160), (100, 90)])
def test_a_transparent_background_hides_nothing(client: TestClient, size: tuple[int, int]) -> None:
    background = png(Image.new("RGBA", size, (255, 0, 0, 0)))
    files = FILES | {"bg_image_file": ("b.png", background)}
    pixels = pixels_of(client.post(REMOVEBG, files=files).content)
    clear = pixels[..., 3] == 0
    assert clear.any()
    assert not pixels[clear].any()


def test_half_a_colour_is_everywhere(client: TestClient) -> None:
    pixels = pixels_of(ask(client, bg_color="81d4fa77").content)
    assert tuple(pixels[0, 0]) == (0x81, 0xD4, 0xFA, 0x77)


@pytest.mark.parametrize("text", ["f00", "#f00", "f00f", "ff0000", "#ff0000ff", "red", "Red"])
def test_colours(client: TestClient, text: str) -> None:
    red, green, blue = pixels_of(ask(client, bg_color=text).content)[0, 0]
    assert red > 245
    assert max(green, blue) < 10


@pytest.mark.parametrize("text", ["ff", "#12345", "nocolour", "rgb(1,2,3)"])
def test_other_colours(client: TestClient, text: str) -> None:
    assert refused(client, bg_color=text)["code"] == "invalid_bg_color"


def test_a_jpeg_without_a_background_is_white(client: TestClient) -> None:
    image = image_of(ask(client, format="jpg").content)
    assert image.mode == "RGB"
    assert min(np.asarray(image)[0, 0]) > 250


@pytest.mark.parametrize(("kind", "form"), [("png", "PNG"), ("auto", "JPEG"), ("jpg", "JPEG")])
def test_the_matte_is_grey_without_a_profile(client: TestClient, kind: str, form: str) -> None:
    files = {"image_file": ("a", jpeg(gradient(200, 160), icc_profile=PROFILE))}
    answer = client.post(REMOVEBG, files=files, data={"format": kind, "channels": "alpha"})
    image = image_of(answer.content)
    assert (image.format, image.mode, image.size) == (form, "L", (200, 160))
    assert "icc_profile" not in image.info
    assert np.asarray(image)[80, 100] > 250
    assert np.asarray(image)[0, 0] < 5


@pytest.mark.parametrize("kind", ["png", "jpg", "webp"])
def test_the_profile_comes_along(client: TestClient, kind: str) -> None:
    files = {"image_file": ("a", jpeg(gradient(200, 160), icc_profile=PROFILE, comment=b"words"))}
    answer = client.post(REMOVEBG, files=files, data={"format": kind})
    image = image_of(answer.content)
    assert image.info["icc_profile"][36:40] == b"acsp"
    assert b"words" not in answer.content


def test_other_channels(client: TestClient) -> None:
    assert refused(client, channels="rgb")["title"] == "Invalid value for parameter 'channels'"


def test_a_zip_holds_the_whole_picture_and_the_alpha(client: TestClient) -> None:
    colour, alpha = parts_of(ask(client, format="zip").content)
    whole = pixels_of(ask(client, format="png").content)
    assert (colour.format, colour.mode, colour.size) == ("JPEG", "RGB", (200, 160))
    assert "progressive" not in colour.info
    assert (alpha.format, alpha.mode, alpha.size) == ("PNG", "L", (200, 160))
    assert np.array_equal(np.asarray(alpha), whole[..., 3])
    background = np.asarray(alpha) == 0
    difference = np.abs(np.asarray(colour).astype(int) - SEEN)
    assert difference[background].mean() < 4, "the background is the picture's own"


def together(content: bytes) -> Image.Image:
    """As the official clients put the parts together: the grey picture as the colours' alpha."""
    colour, alpha = parts_of(content)
    image = colour.convert("RGBA")
    image.putalpha(alpha)
    return image


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"crop": "true", "crop_margin": "30px"},
        {"scale": "90%"},
        {"shadow_type": "drop"},
        {"bg_color": "81d4fa77"},
        {"bg_color": "lime"},
    ],
    ids=str,
)
def test_a_zip_put_together_looks_like_the_png(client: TestClient, fields: dict[str, str]) -> None:
    made = together(ask(client, format="zip", **fields).content)
    whole = image_of(ask(client, format="png", **fields).content).convert("RGBA")
    for ground in ("black", "white"):
        seen = [
            np.asarray(Image.alpha_composite(Image.new("RGBA", whole.size, ground), each), int)
            for each in (made, whole)
        ]
        assert np.abs(seen[0] - seen[1]).mean() < 3


def test_a_background_picture_fills_the_canvas(client: TestClient) -> None:
    ground = Image.new("RGB", (50, 200), "red")
    ground.paste("blue", (0, 80, 50, 120))
    files = FILES | {"bg_image_file": ("b.png", png(ground))}
    answer = client.post(REMOVEBG, files=files, data={"format": "jpg", "roi": "0% 0% 1% 1%"})
    assert answer.status_code in (200, 400)
    answer = client.post(REMOVEBG, files=files)
    image = image_of(answer.content)
    assert (image.format, image.size) == ("JPEG", (200, 160))
    assert np.asarray(image)[5, 5].argmax() == 2, "its middle, scaled up four times, is seen"


def test_a_background_of_the_same_size_is_not_scaled(client: TestClient) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (160, 200, 3), np.uint8)
    files = FILES | {"bg_image_file": ("b.png", png(Image.fromarray(noise)))}
    answer = client.post(REMOVEBG, files=files, data={"format": "png"})
    assert np.array_equal(pixels_of(answer.content)[0, :, :3], noise[0])


def test_webp_in(client: TestClient) -> None:
    file = BytesIO()
    gradient(200, 160).save(file, "WEBP")
    answer = client.post(REMOVEBG, files={"image_file": ("a", file.getvalue())})
    assert answer.status_code == 200
    assert size_of(answer) == (200, 160)


def test_exif_orientation_is_applied(client: TestClient) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    files = {"image_file": ("a", jpeg(gradient(200, 160), exif=exif))}
    assert size_of(client.post(REMOVEBG, files=files)) == (160, 200)
