"""Users' first commands, and every sample event through a container of its own."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from hashlib import md5
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.events.answers import EVENTS, EXPECTED, Answer, assert_as_expected
from tests.image.sam import Sam
from tests.samples import PHOTOS
from tools.local_template import write

pytestmark = pytest.mark.image

PHOTO = PHOTOS / "coffee.jpg"
DIGEST = md5(PHOTO.read_bytes(), usedforsecurity=False).hexdigest()
SECONDS = 60


@pytest.fixture(scope="module")
def api(sam: Sam, built: Path) -> Iterator[str]:
    """Provide the API with the template's addition for binary bodies."""
    with sam.api(write(built)) as url:
        yield url


def test_the_templates_are_valid(sam: Sam) -> None:
    for template in ("template.yaml", "benchmarks/aws/template.yaml"):
        assert "is a valid SAM Template" in sam.run("validate", "--lint", "--template", template)


@pytest.mark.parametrize("name", EXPECTED)
def test_every_sample_event(sam: Sam, built: Path, name: str) -> None:
    assert_as_expected(name, Answer(sam.invoke(built, EVENTS / name)))


def assert_whole(found: Any) -> None:
    """The answer of the photo whose bytes all arrived."""
    (result,) = found["results"]
    assert result["md5"] == DIGEST, "the upload was changed on its way"
    assert result["status"]["code"] == "ok"
    assert result["name"] == PHOTO.name


@pytest.mark.parametrize("mode", ["fg-image", "fg-mask"])
def test_an_upload_by_requests(api: str, mode: str) -> None:
    with PHOTO.open("rb") as file:
        reply = requests.post(
            f"{api}/v1/results", params={"mode": mode}, files={"image": file}, timeout=SECONDS
        )
    assert reply.status_code == 200, reply.text[:300]
    assert_whole(reply.json())


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
def test_an_upload_by_curl(api: str) -> None:
    command = ["curl", "-sS", "--noproxy", "*", "-F", f"image=@{PHOTO}", f"{api}/v1/results"]
    assert_whole(json.loads(subprocess.run(command, check=True, capture_output=True).stdout))


def test_plain_answers(api: str) -> None:
    assert requests.get(f"{api}/v1/version", timeout=SECONDS).text.startswith("v1.")
    assert requests.get(f"{api}/v1/modes", timeout=SECONDS).json()[0] == "fg-image"
    assert requests.post(f"{api}/v1/results", timeout=SECONDS).status_code == 422
