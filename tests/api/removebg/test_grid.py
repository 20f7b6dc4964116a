"""Every pair of parameters' values, on a photo, a logo, a blank and noise: no fault of ours, and
every answer as the contract has it."""

from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Callable, Mapping
from itertools import combinations
from typing import NamedTuple

import numpy as np
import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from PIL import Image, ImageDraw

from cutout.api.app import build_app
from cutout.pipeline import Pipeline
from cutout.settings import Settings
from tests.api.removebg.asking import (
    REMOVEBG,
    any_json,
    differs_from_corner,
    error_of,
    foreground_of,
    image_of,
    parts_of,
    size_of,
)
from tests.api.removebg.wire import OCTETS, Sent, as_json, multipart, named, urlencoded
from tests.fetch.servers import answer as answered
from tests.fetch.servers import serving
from tests.pairwise import Row, pairwise
from tests.samples import PHOTOS, jpeg, png

SENT, ACCEPT, BACKGROUND = "how it is sent", "Accept", "what is behind"
VALUES: dict[str, list[str]] = {
    SENT: [
        *("multipart image_file", "multipart image_file_b64", "multipart image_url"),
        *("urlencoded image_file_b64", "urlencoded image_url"),
        *("json image_file_b64", "json image_url"),
    ],
    ACCEPT: ["", "*/*", "image/*", "application/json"],
    BACKGROUND: [
        *("", "bg_color 00000000", "bg_color 81d4fa77", "bg_color #fff", "bg_color nocolour"),
        *("bg_image_file", "bg_image_url", "bg_image_file broken", "bg_image_url nowhere", "both"),
    ],
    "size": [
        *("", "preview", "small", "regular", "medium", "hd", "full", "4k", "50MP", "auto", "huge"),
    ],
    "type": [
        *("", "auto", "person", "product", "car", "animal", "graphic", "graphics"),
        *("transportation", "other", "dragon"),
    ],
    "format": ["", "auto", "png", "jpg", "webp", "zip", "jpeg"],
    "channels": ["", "rgba", "alpha", "rgb"],
    "roi": ["", "0% 0% 100% 100%", "10% 10% 60% 90%", "0px 0px 9px 9px", "0% 0% 200% 1%", "x"],
    "crop": ["", "true", "false", "1", "maybe"],
    "crop_margin": ["", "0", "10%", "500px", "1px 2px 3px 4px", "1px 2px 3px"],
    "scale": ["", "original", "10%", "100%", "9%"],
    "position": ["", "original", "center", "0%", "30% 100%", "left"],
    "shadow_type": ["", "auto", "car", "3D", "drop", "none", "long"],
    "shadow_type[product]": ["", "car", "none", "long"],
    "shadow_opacity": ["", "auto", "0", "100", "101"],
    "shadow_opacity[car]": ["", "30", "101"],
    "shadow_method": ["", "latest", "legacy"],
    "type_level": ["", "none", "1", "2", "latest", "9"],
    "add_shadow": ["", "true", "0", "maybe"],
    "semitransparency": ["", "true", "false", "maybe"],
}
BAD = {
    *("huge", "jpeg", "rgb", "x", "maybe", "1px 2px 3px", "9%", "left", "long", "101", "dragon"),
    *("9", "0% 0% 200% 1%", "both", "bg_color nocolour"),
}
"""Values that are refused in every row."""
USELESS = {"bg_image_file broken", "bg_image_url nowhere"}
"""Values that are refused unless only the mask is asked for."""
TYPED: Mapping[str, object] = {"true": True, "false": False, "0": 0, "30": 30, "100": 100}
"""Values that clients write as booleans or numbers in JSON."""

ROWS = list(pairwise(VALUES))
SOUND = list(
    pairwise(
        {name: [v for v in values if v not in BAD | USELESS] for name, values in VALUES.items()}
    )
)
"""Rows without such values, so that most are answered with a picture."""


def photo() -> bytes:
    with Image.open(PHOTOS / "astronaut-160.jpg") as image:
        return jpeg(image.resize((80, 80)))


def logo() -> bytes:
    image = Image.new("RGBA", (90, 60))
    ImageDraw.Draw(image).ellipse((20, 10, 70, 50), fill=(200, 30, 30, 255))
    return png(image)


def noise() -> bytes:
    return png(Image.fromarray(np.random.default_rng(3).integers(0, 256, (70, 50, 3), np.uint8)))


BEHIND = png(Image.new("RGB", (40, 70), "teal"))
PICTURES = {
    "photo": photo(),
    "logo": logo(),
    "blank": png(Image.new("RGB", (64, 48), "white")),
    "noise": noise(),
}


FORMATS = {
    **dict.fromkeys(("", "auto"), ("PNG", "JPEG")),
    "png": ("PNG",),
    "jpg": ("JPEG",),
    "webp": ("WEBP",),
}
Fields = dict[str, str | bytes]
"""Texts, and the contents of files."""


class Sources(NamedTuple):
    """A picture, its address, and the address of the picture behind it."""

    picture: bytes
    url: str
    behind: str


def background(value: str, sources: Sources) -> Fields:
    """The fields of a row's background; bytes are files."""
    name, _, more = value.partition(" ")
    if name == "bg_color":
        return {name: more}
    if name == "bg_image_file":
        return {name: BEHIND[:60] if more else BEHIND}
    if name == "bg_image_url":
        return {name: "http://127.0.0.1:1/a.png" if more else sources.behind}
    return {"bg_color": "white", "bg_image_url": sources.behind} if name == "both" else {}


def post(client: TestClient, row: Row, sources: Sources) -> Response:
    """The answer to a row, sent as the row has it."""
    encoding, source = row[SENT].split()
    fields: Fields = {
        name: value for name, value in row.items() if name not in (SENT, ACCEPT, BACKGROUND)
    }
    fields |= background(row[BACKGROUND], sources)
    text = sources.url if source == "image_url" else b64encode(sources.picture).decode()
    fields[source] = sources.picture if source == "image_file" else text
    body, headers = BODIES[encoding](fields)
    headers |= {"Accept": row[ACCEPT], "Content-Length": str(len(body))}
    return client.post(REMOVEBG, headers=headers, content=body)


def as_parts(fields: Fields) -> Sent:
    """Every field as a part, bytes as files."""
    return multipart(
        *(
            (named(name), value.encode())
            if isinstance(value, str)
            else (named(name, f'; filename="a"{OCTETS}'), value)
            for name, value in fields.items()
        ),
        boundary="a-boundary-that-no-picture-holds",
    )


def texts(fields: Fields) -> dict[str, str]:
    """The fields where there are only texts: files are base64."""
    return {
        name: value if isinstance(value, str) else b64encode(value).decode()
        for name, value in fields.items()
    }


BODIES: Mapping[str, Callable[[Fields], Sent]] = {
    "multipart": as_parts,
    "urlencoded": lambda fields: urlencoded(**texts(fields)),
    "json": lambda fields: as_json({n: TYPED.get(v, v) for n, v in texts(fields).items()}),
}


def test_the_rows_hold_every_pair() -> None:
    for one, other in combinations(VALUES, 2):
        found = {(row[one], row[other]) for row in ROWS}
        assert len(found) == len(VALUES[one]) * len(VALUES[other])


@pytest.mark.parametrize("name", PICTURES)
def test_every_pair_of_values(settings: Settings, name: str) -> None:
    own = settings.model_copy(update={"allow_private_network": True})
    client = TestClient(build_app(Pipeline(own, differs_from_corner)))
    with serving(answered(PICTURES[name])) as server, serving(answered(BEHIND)) as behind:
        sources = Sources(PICTURES[name], server.url("/a"), behind.url("/b"))
        for row in ROWS:
            answer = post(client, row, sources)
            check(row, answer)
            if not BAD.isdisjoint(row.values()):
                assert answer.status_code == 400, row
        statuses = Counter(check(row, post(client, row, sources)) for row in SOUND)
    assert set(statuses) <= {"ok", "unknown_foreground", "roi_region_empty"}, statuses
    assert name == "blank" or statuses["ok"] > len(SOUND) / 2, statuses


def check(row: Row, answer: Response) -> str:
    """The code of an error, or "ok" for a picture as it should be."""
    assert answer.status_code in (200, 400), (row, answer.text)
    if answer.status_code == 400:
        code: str = error_of(answer, 400)["code"]
        return code
    as_text = "json" in row[ACCEPT]
    assert answer.headers["content-type"].startswith("application/json") is as_text, row
    check_file(row, answer, file_in(answer) if as_text else answer.content)
    return "ok"


def file_in(answer: Response) -> bytes:
    """The file in a JSON answer, whose box is that of the headers."""
    data = any_json(answer)["data"]
    box = tuple(data[f"foreground_{each}"] for each in ("left", "top", "width", "height"))
    assert box == foreground_of(answer)
    return b64decode(data["result_b64"])


def check_file(row: Row, answer: Response, file: bytes) -> None:
    """Compare a file with its headers and with the row."""
    width, height = size_of(answer)
    left, top, *box = foreground_of(answer)
    assert left + box[0] <= width, row
    assert top + box[1] <= height, row
    assert ("X-Type" in answer.headers) is (row["type_level"] != "none"), row
    if row["format"] == "zip":
        colour, alpha = parts_of(file)
        assert (colour.size, alpha.size) == ((width, height), (width, height)), row
        assert alpha.mode == "L", row
        return
    image = image_of(file)
    assert image.size == (width, height), row
    assert image.format in FORMATS[row["format"]], row
    if image.format != "WEBP":  # which has no grey
        assert (image.mode == "L") is (row["channels"] == "alpha"), row
    if image.format == "PNG" and image.mode == "RGBA":
        pixels = np.asarray(image)
        assert not pixels[pixels[..., 3] == 0].any(), row
