import json
import logging
from typing import Any

import numpy as np
import pytest

from cutout.api.service import Service
from cutout.choices import Mode
from cutout.options import Options, Source
from cutout.pictures import Alpha, Picture
from cutout.pipeline import Pipeline
from cutout.request import PictureForm, PictureRequest
from cutout.settings import Settings
from cutout.timing import Deadline, Stages
from cutout.work import Segmenter
from tests.samples import gradient, jpeg, picture_of


def run(form: PictureForm, segment: Segmenter, mode: Mode = Mode.FG_MASK) -> dict[str, Any]:
    """The only result."""
    request = PictureRequest(form, Deadline.after(60), Options(mode))
    answer = Service(Pipeline(Settings(), segment))(request, Stages())
    result: dict[str, Any]
    (result,) = json.loads(answer.body)["results"]
    return result


def all_object(_picture: Picture) -> Alpha:
    """Everything is the object."""
    return np.full((1024, 1024), 255, np.uint8)


def test_the_segmenter_sees_the_picture_and_its_alpha_is_answered() -> None:
    seen = []

    def left_half(picture: Picture) -> Alpha:
        seen.append(picture.size)
        alpha = all_object(picture)
        alpha[:, 512:] = 0
        return alpha

    form = PictureForm(image=Source(jpeg(gradient(64, 48)), "a.jpg"))
    mask = np.asarray(picture_of(run(form, left_half)))
    assert seen == [(64, 48)]
    assert (mask[:, :30] == 255).all()
    assert (mask[:, 34:] == 0).all()


def test_a_fault_of_ours_is_answered_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    def explode(_picture: Picture) -> Alpha:
        raise RuntimeError("boom")

    with caplog.at_level(logging.ERROR):
        result = run(PictureForm(image=Source(jpeg(), "a.jpg")), explode)
    assert result["status"] == {"code": "failure", "message": "Processing failed"}
    assert "boom" in caplog.text, "the cause is lost"


def test_the_same_picture_gives_the_same_bytes() -> None:
    form = PictureForm(image=Source(jpeg(), "a.jpg"))
    for mode in Mode:
        assert run(form, all_object, mode) == run(form, all_object, mode)
