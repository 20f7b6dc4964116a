"""The function in AWS's own runtime, from API Gateway's event to its answer."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.e2e.emulator import Emulator
from tests.events.answers import (
    EXPECTED,
    ROOT,
    Answer,
    answer_here,
    assert_as_expected,
    call_here,
    event,
)
from tools.events.gateway import payload_v2
from tools.events.samples import post_file

PHOTOS = ROOT / "tests" / "photos"
OPAQUE = 250
TRANSPARENT = 5


def post(photo: Path, mode: str) -> dict[str, Any]:
    """The event of a client that sends a photo."""
    request = post_file(photo.read_bytes(), photo.name, "image/jpeg", query=f"mode={mode}")
    return payload_v2(request)


@pytest.mark.parametrize("name", EXPECTED)
def test_every_sample_event(function: Emulator, name: str) -> None:
    assert_as_expected(name, Answer(function.invoke(event(name))))


@pytest.mark.parametrize("name", ["version.json", "modes.json", "error-unknown-mode.json"])
def test_answers_as_in_this_process(function: Emulator, name: str) -> None:
    there, here = Answer(function.invoke(event(name))), answer_here(name)
    assert (there.status, there.text) == (here.status, here.text)


@pytest.mark.parametrize(
    ("mode", "bands"), [("fg-image", "RGBA"), ("fg-image-shadow", "RGBA"), ("fg-mask", "L")]
)
def test_a_photo_in_each_mode(function: Emulator, mode: str, bands: str) -> None:
    answer = Answer(function.invoke(post(PHOTOS / "astronaut.jpg", mode)))
    image = answer.image
    assert image.mode == bands
    assert image.size == (512, 512)
    alpha = np.asarray(image)[..., -1] if bands == "RGBA" else np.asarray(image)
    assert alpha[256, 200] > OPAQUE  # her suit
    assert alpha[8, 8] < TRANSPARENT  # the flag behind her


def test_a_photo_that_is_no_square_keeps_its_shape(function: Emulator) -> None:
    answer = Answer(function.invoke(post(PHOTOS / "chelsea.jpg", "fg-mask")))
    assert answer.image.size == (451, 300)
    assert answer.result["name"] == "chelsea.jpg"


def test_the_picture_is_the_one_made_in_this_process(function: Emulator) -> None:
    sent = post(PHOTOS / "coffee.jpg", "fg-image")
    there, here = Answer(function.invoke(sent)), call_here(sent)
    assert there.result["md5"] == here.result["md5"]
    difference = np.asarray(there.image).astype(int) - np.asarray(here.image).astype(int)
    # The number of threads differs, and with it the order of the network's sums.
    assert np.abs(difference).mean() < 1


def test_a_failure_does_not_end_the_function(function: Emulator) -> None:
    broken = Answer(function.invoke(event("failure-corrupted-image.json")))
    assert broken.result["entities"] == []
    assert Answer(function.invoke(event("version.json"))).status == 200


def test_a_request_over_the_limit_of_lambda_is_refused(function: Emulator) -> None:
    with pytest.raises(ValueError, match="takes no request"):
        function.invoke({"body": "x" * (6 * 1024 * 1024)})
