"""Send a picture to the routes for clients of remove.bg, and read the answer."""

from io import BytesIO
from typing import Any
from zipfile import ZipFile

import numpy as np
from fastapi.testclient import TestClient
from httpx2 import Response
from PIL import Image

from cutout.pictures import Alpha, Picture, Pixels
from tests.samples import gradient, png

REMOVEBG, ACCOUNT = "/v1.0/removebg", "/v1.0/account"
PICTURE = png(gradient(200, 160))
FILES = {"image_file": ("picture.png", PICTURE)}
JSON = {"Accept": "application/json"}
SIDE = 256


def differs_from_corner(picture: Picture) -> Alpha:
    """A segmenter without a network: foreground is what differs from the upper left pixel."""
    small = np.asarray(picture.flattened.resize((SIDE, SIDE), Image.Resampling.BOX), np.int16)
    different = np.abs(small - small[0, 0]).max(axis=2) > 40
    alpha: Alpha = different.astype(np.uint8) * np.uint8(255)
    return alpha


def ask(client: TestClient, **fields: str) -> Response:
    """The answer to a picture of 200 x 160 pixels, which has to be a good one."""
    answer = client.post(REMOVEBG, files=FILES, data=fields)
    assert answer.status_code == 200, answer.text
    return answer


def refused(client: TestClient, **fields: str) -> dict[str, str]:
    """The only error of a request with a picture."""
    return error_of(client.post(REMOVEBG, files=FILES, data=fields), 400)


def error_of(answer: Response, status: int) -> dict[str, str]:
    """The only error of an answer, which has to be in remove.bg's form."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    (error,) = answer.json()["errors"]
    assert all(isinstance(each, str) for each in error.values()), error
    assert set(error) <= {"title", "code", "detail"}
    found: dict[str, str] = error
    return found


def image_of(content: bytes) -> Image.Image:
    """A file's picture, decoded."""
    image = Image.open(BytesIO(content))
    image.load()
    return image


def pixels_of(content: bytes) -> Pixels:
    """A file's pixels."""
    return np.asarray(image_of(content))


def parts_of(content: bytes) -> tuple[Image.Image, Image.Image]:
    """The two pictures in a ZIP."""
    with ZipFile(BytesIO(content)) as archive:
        assert archive.namelist() == ["color.jpg", "alpha.png"]
        assert all(each.compress_type == 0 for each in archive.infolist())
        return image_of(archive.read("color.jpg")), image_of(archive.read("alpha.png"))


def numbers(answer: Response, *names: str) -> tuple[int, ...]:
    """Headers that are whole numbers."""
    return tuple(int(answer.headers[name]) for name in names)


def size_of(answer: Response) -> tuple[int, ...]:
    """Return the width and height in the headers."""
    return numbers(answer, "X-Width", "X-Height")


def foreground_of(answer: Response) -> tuple[int, ...]:
    """Left, top, width and height."""
    return numbers(answer, *(f"X-Foreground-{each}" for each in ("Left", "Top", "Width", "Height")))


def form_of(*parts: tuple[str, str | None, bytes], boundary: str = "b") -> bytes:
    """A multipart body, written by hand: name, file name and content of each part."""
    lines = []
    for name, file, content in parts:
        filename = "" if file is None else f'; filename="{file}"'
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{filename}\r\n\r\n'
        lines += [head.encode(), content, b"\r\n"]
    return b"".join([*lines, f"--{boundary}--\r\n".encode()])


def any_json(answer: Response) -> Any:
    """The JSON of a good answer."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    return answer.json()
