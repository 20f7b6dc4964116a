"""Who asks for nothing new gets what version 1.0.0 answered, byte for byte.

`recorded/` holds its answers (revision 89b53b1) as status, content type and body. How the pixels
of a PNG are filtered and compressed is no part of the contract; so they are compared decoded.
"""

import re
from base64 import b64decode
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from tests.shown import told

RECORDED = Path(__file__).parent / "recorded"
PICTURE = (RECORDED / "picture.png").read_bytes()
RESULTS = "/v1/results"
IMAGE = re.compile(rb'"image":"([A-Za-z0-9+/=]*)"')
FILES = {"image": ("img.png", PICTURE)}
RELEASE = re.compile(rb"^(v\d+)\.\d+\.\d+$", re.MULTILINE)
EMPTY = {"url": "", "image-bg": "", "url-bg": ""}
POSTS: dict[str, tuple[str, dict[str, Any]]] = {
    "default": ("", {"files": FILES}),
    "fg-image": ("?mode=fg-image", {"files": FILES}),
    "fg-image-shadow": ("?mode=fg-image-shadow", {"files": FILES}),
    "fg-mask": ("?mode=fg-mask", {"files": FILES}),
    "base64": ("?representation=base64", {"files": FILES}),
    "empty-fields": ("", {"files": FILES, "data": EMPTY}),
    "broken": ("", {"files": {"image": ("img.png", PICTURE[:300])}}),
    "type": ("", {"files": {"image": ("img.png", b"GIF89a")}}),
    "url": ("", {"data": {"url": "http://192.0.2.1/a.jpg"}}),
    "missing": ("", {"data": {"url": ""}}),
    "missing-and-mode": ("?mode=x", {"data": {"url": ""}}),
    "mode": ("?mode=x", {"files": FILES}),
    "representation": ("?representation=x", {"files": FILES}),
}


def recorded(name: str) -> bytes:
    return (RECORDED / f"{name}.txt").read_bytes()


def split(answer: bytes) -> tuple[bytes, bytes]:
    """The text around the picture, and the picture's file."""
    image = IMAGE.search(answer)
    if image is None:
        return answer, b""
    return answer[: image.start(1)] + b"@" + answer[image.end(1) :], b64decode(image[1])


def chunks(png: bytes) -> dict[bytes, bytes]:
    """By kind, in their order; several of data are one."""
    found: dict[bytes, bytes] = {}
    at = 8
    while at < len(png):
        length = int.from_bytes(png[at : at + 4], "big")
        kind, body = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        found[kind] = found.get(kind, b"") + body
        at += 12 + length
    return found


def assert_same_png(here: bytes, there: bytes, tolerance: int) -> None:
    mine, theirs = chunks(here), chunks(there)
    assert list(mine) == list(theirs)
    assert mine.pop(b"IDAT")
    assert theirs.pop(b"IDAT")
    assert mine == theirs, "another header or profile"
    pixels = [np.asarray(Image.open(BytesIO(each)), np.int16) for each in (here, there)]
    assert pixels[0].shape == pixels[1].shape
    assert np.abs(pixels[0] - pixels[1]).max() <= tolerance


@pytest.mark.parametrize("prefix", ["", "/img-bg-removal"])
@pytest.mark.parametrize("name", POSTS)
def test_results(client: TestClient, name: str, prefix: str) -> None:
    query, form = POSTS[name]
    answer = client.post(f"{prefix}{RESULTS}{query}", **form)
    head = f"{answer.status_code} {answer.headers['content-type']}\n".encode()
    text, png = split(head + answer.content)
    wanted, picture = split(recorded(name))
    assert text == wanted
    assert bool(png) == bool(picture)
    if picture:
        # a shadow is a matrix product, whose last bit is the processor's matter as well
        assert_same_png(png, picture, tolerance=name.endswith("shadow"))


@pytest.mark.parametrize("name", ["modes", "version"])
def test_the_other_routes(client: TestClient, name: str) -> None:
    """Compare all but the release, of which only the first number is part of the contract."""
    answer = client.get(f"/v1/{name}")
    head = f"{answer.status_code} {answer.headers['content-type']}\n".encode()
    assert RELEASE.sub(rb"\1", head + answer.content) == RELEASE.sub(rb"\1", recorded(name))


def test_a_form_field_named_as_in_the_query_means_nothing(client: TestClient) -> None:
    """The seed contract has them in the query alone."""
    data = {"mode": "fg-mask", "representation": "x"}
    answer = client.post(RESULTS, files=FILES, data=data)
    (named,), (plain,) = (
        each.json()["results"] for each in (answer, client.post(RESULTS, files=FILES))
    )
    assert told(named) == told(plain)
