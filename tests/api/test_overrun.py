"""Steps that overrun their request's deadline."""

from threading import Event, Thread
from time import monotonic

import pytest
from fastapi.testclient import TestClient

from cutout.api.app import build_app
from cutout.pictures import Alpha, Picture
from cutout.pipeline import Pipeline
from cutout.settings import Settings
from tests.api.test_large import FILES, RESULTS, result_of, serve
from tests.conftest import middle_is_object


class Stuck:
    """A segmenter that takes as long as it is told to for its first picture."""

    def __init__(self) -> None:
        self.entered, self.go_on = Event(), Event()

    def __call__(self, picture: Picture) -> Alpha:
        if not self.entered.is_set():
            self.entered.set()
            self.go_on.wait(20)
        return middle_is_object(picture)


def test_a_step_that_overruns_is_answered_in_time_and_blocks_nobody(settings: Settings) -> None:
    stuck, start = Stuck(), monotonic()
    with serve(settings.model_copy(update={"request_seconds": 1.0}), stuck) as client:
        late = result_of(client.post(RESULTS, files=FILES))
        assert monotonic() - start < 5, "the answer waited for the step"
        assert "took too long" in late["status"]["message"]
        assert late["name"] == "img.jpg"
        stuck.go_on.set()
        assert result_of(client.post(RESULTS, files=FILES))["status"]["code"] == "ok"


def test_who_waits_for_another_picture_waits_no_longer_than_the_deadline(
    settings: Settings,
) -> None:
    stuck = Stuck()
    with serve(settings.model_copy(update={"request_seconds": 2.0}), stuck) as client:
        first = Thread(target=client.post, args=(RESULTS,), kwargs={"files": FILES})
        first.start()
        assert stuck.entered.wait(10)
        start = monotonic()
        second = result_of(client.post(RESULTS, files=FILES))
        assert 1 < monotonic() - start < 6
        assert "took too long" in second["status"]["message"]
        stuck.go_on.set()
        first.join(10)


@pytest.mark.parametrize(
    ("route", "status", "field"), [(RESULTS, 200, "image"), ("/v1.0/removebg", 503, "image_file")]
)
def test_a_request_that_comes_too_late_ends_no_instance(
    settings: Settings, route: str, status: int, field: str
) -> None:
    """Nothing hangs where nothing was begun, as after a cold start as long as the gateway waits."""
    late = settings.model_copy(update={"request_seconds": 0.0})
    pipeline = Pipeline(late, middle_is_object)
    answer = TestClient(build_app(pipeline)).post(route, files={field: FILES["image"]})
    assert answer.status_code == status
    assert "took too long" in answer.text
    assert not pipeline.overran.is_set()
