"""The routes on a separate local server, whose worker processes do the work, with keys on."""

from collections.abc import Iterator

import pytest
import requests

from tests.api.removebg.asking import ACCOUNT, PICTURE, REMOVEBG, image_of, parts_of
from tests.local_server import LocalServer

KEY = "the-key-of-the-tests"
HOST = {"Host": "api.remove.bg", "X-Api-Key": KEY}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with LocalServer(CUTOUT_API_KEYS=KEY, CUTOUT_ALLOWED_HOSTS="api.remove.bg") as server:
        yield server.url


def test_a_picture_under_their_name(url: str) -> None:
    files = {"image_file": ("a.png", PICTURE)}
    answer = requests.post(url + REMOVEBG, files=files, headers=HOST, timeout=60)
    assert answer.status_code == 200, answer.text
    assert image_of(answer.content).size == (200, 160)
    zipped = requests.post(
        url + REMOVEBG, files=files, data={"format": "zip"}, headers=HOST, timeout=60
    )
    assert [each.size for each in parts_of(zipped.content)] == [(200, 160)] * 2


def test_a_broken_picture(url: str) -> None:
    files = {"image_file": ("a.png", PICTURE[:300])}
    answer = requests.post(url + REMOVEBG, files=files, headers=HOST, timeout=60)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "failed_to_read_image"


def test_the_account(url: str) -> None:
    assert requests.get(url + ACCOUNT, headers=HOST, timeout=60).status_code == 200
    assert requests.get(url + ACCOUNT, timeout=60).status_code == 403
