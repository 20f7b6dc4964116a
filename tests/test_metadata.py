"""Nothing of the input but its pixels and its ICC profile is in the output: no place, no words."""

from base64 import b64decode
from collections.abc import Callable
from io import BytesIO
from struct import pack

import pytest
from fastapi.testclient import TestClient
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tests.decode.test_decode import SRGB
from tests.samples import gradient, jpeg, png, png_chunk

MARK = b"somewhere-private"
POSITION = {1: "N", 2: (48.0, 51.0, 24.0), 3: "E", 4: (2.0, 21.0, 8.0), 27: MARK}


def exif() -> Image.Exif:
    found = Image.Exif()
    found[0x010E] = MARK.decode()
    found.get_ifd(0x8825).update(POSITION)
    return found


def laden_jpeg() -> bytes:
    content = jpeg(exif=exif(), xmp=b"<x>" + MARK + b"</x>", comment=MARK, icc_profile=SRGB)
    extra = b"".join(
        pack(">BBH", 0xFF, kind, len(MARK) + 2) + MARK for kind in (0xE0, 0xE3, 0xED, 0xEE, 0xEF)
    )
    return content[:2] + extra + content[2:] + MARK


def laden_png() -> bytes:
    words = PngInfo()
    words.add_text("Comment", MARK.decode())
    words.add_text("Author", MARK.decode(), zip=True)
    words.add_itxt("XML:com.adobe.xmp", MARK.decode())
    content = png(pnginfo=words, exif=exif(), icc_profile=SRGB)
    chunks = png_chunk(b"tIME", MARK[:7]) + png_chunk(b"prVt", MARK)
    return content[:33] + chunks + content[33:] + MARK


def false_profile() -> bytes:
    return jpeg(icc_profile=MARK * 20)


def words_behind_a_profile() -> bytes:
    return png(gradient(), icc_profile=SRGB + MARK)


def chunk_names(content: bytes) -> set[bytes]:
    names, at = set(), 8
    while at < len(content):
        names.add(content[at + 4 : at + 8])
        at += 12 + int.from_bytes(content[at : at + 4], "big")
    return names


@pytest.mark.parametrize("mode", ["fg-image", "fg-image-shadow", "fg-mask"])
@pytest.mark.parametrize("make", [laden_jpeg, laden_png, false_profile, words_behind_a_profile])
def test_the_output_says_nothing_of_where_it_is_from(
    client: TestClient, mode: str, make: Callable[[], bytes]
) -> None:
    content = make()
    if make in {laden_jpeg, laden_png}:
        assert content.count(MARK) >= 5
    reply = client.post("/v1/results", params={"mode": mode}, files={"image": content})
    (result,) = reply.json()["results"]
    assert result["status"]["code"] == "ok", result["status"]
    made = b64decode(result["entities"][0]["image"])
    assert chunk_names(made) <= {b"IHDR", b"iCCP", b"IDAT", b"IEND"}
    picture = Image.open(BytesIO(made))
    assert set(picture.info) <= {"icc_profile"}
    assert picture.info.get("icc_profile") in {None, SRGB}
