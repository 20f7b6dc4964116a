"""Memory of a request with a picture in base64, of which 16 may come at once."""

import json
import tracemalloc
from base64 import b64encode
from urllib.parse import urlencode

import pytest
from fastapi.testclient import TestClient

from cutout.api.app import build_app
from cutout.api.removebg import fields
from cutout.api.removebg.fields import decoded
from cutout.pictures import Alpha, Picture
from cutout.pipeline import Pipeline
from cutout.settings import Settings
from tests.api.removebg.asking import PICTURE, REMOVEBG, form_of
from tests.conftest import middle_is_object

LARGE = PICTURE + bytes(3_000_000)
TEXT = b64encode(LARGE)
BODIES = {
    "application/json": json.dumps({"image_file_b64": TEXT.decode()}).encode(),
    "application/x-www-form-urlencoded": urlencode({"image_file_b64": TEXT}).encode(),
    "multipart/form-data; boundary=b": form_of(("image_file_b64", None, TEXT)),
}


@pytest.mark.parametrize("kind", BODIES)
def test_a_picture_being_processed_has_no_text_beside_it(kind: str) -> None:
    alive: list[int] = []

    def segment(picture: Picture) -> Alpha:
        found = tracemalloc.take_snapshot().filter_traces(
            [tracemalloc.Filter(inclusive=True, filename_pattern=fields.__file__)]
        )
        alive.append(sum(each.size for each in found.traces))
        return middle_is_object(picture)

    client = TestClient(build_app(Pipeline(Settings(), segment)))
    tracemalloc.start()
    try:
        answer = client.post(REMOVEBG, content=BODIES[kind], headers={"Content-Type": kind})
    finally:
        tracemalloc.stop()
    assert answer.status_code == 200, answer.text
    assert alive[0] < 1.1 * len(LARGE)


def test_base64_is_decoded_with_few_copies() -> None:
    text = b"data:image/png;base64," + TEXT
    tracemalloc.start()
    try:
        assert decoded(text) == LARGE
        assert tracemalloc.get_traced_memory()[1] < 3.1 * len(text)
    finally:
        tracemalloc.stop()
