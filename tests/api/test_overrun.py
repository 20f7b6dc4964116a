"""Steps that overrun their request's deadline."""

from threading import Event, Thread
from time import monotonic

from cutout.pictures import Alpha, Picture
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
