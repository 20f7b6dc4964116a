"""The looks of `--watch`: which pictures are new, changed, complete, or tried again."""

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PIL import Image

from cutout.command.arguments import parse
from cutout.command.history import History
from cutout.command.outputs import choose_destination
from cutout.command.planning import Chooser
from cutout.command.progress import Progress
from cutout.command.records import Made
from cutout.command.report import Report
from cutout.command.tasks import Task
from cutout.command.watch import RETRY_SECONDS, Watcher
from tests.command.conftest import write
from tests.samples import gradient, jpeg, png


@dataclass
class Looks:
    """A watcher without a clock: a look when the test says so."""

    watcher: Watcher
    report: Report
    outcomes: list[str] = field(default_factory=list)
    """What comes of each picture, in turn: a message if it fails."""
    now: float = 0.0

    def __post_init__(self) -> None:
        self.watcher.clock = lambda: self.now

    def work(self) -> dict[str, str]:
        """One look, and an outcome for what it finds."""
        tasks = self.watcher.poll()
        for task in tasks:
            message = self.outcomes.pop(0)
            if message:
                self.report.failed(task, message)
            else:
                self.report.done(task, Made(b""), 0.0)
        self.watcher.plan_retries(tasks)
        return self._named(tasks)

    def look(self) -> dict[str, str]:
        """The pictures to process after one look, with the names of their cut-outs."""
        return self._named(self.watcher.poll())

    def look_twice(self) -> dict[str, str]:
        """Those that are complete by now. Their cut-outs are written."""
        self.watcher.poll()
        tasks = self.watcher.poll()
        for task in tasks:
            assert task.target is not None
            write(task.target)
        return self._named(tasks)

    @staticmethod
    def _named(tasks: list[Task]) -> dict[str, str]:
        return {str(each.source): str(each.target) for each in tasks}


Look = Callable[..., Looks]


@pytest.fixture
def looks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Look:
    monkeypatch.chdir(tmp_path)

    def start(*arguments: str) -> Looks:
        given = parse([*arguments, "--watch"])
        report = Report(Progress())
        chooser = Chooser(History({}), (), given.force, given.update)
        return Looks(Watcher(given, choose_destination(given), chooser, report), report)

    return start


def test_a_picture_that_still_grows_is_not_read(looks: Look) -> None:
    Path("in").mkdir()
    watched, content = looks("in", "-o", "out"), jpeg()
    for end in (10, 100, len(content)):
        write(Path("in/a.jpg"), content[:end])
        assert watched.look() == {}
    assert watched.look() == {"in/a.jpg": "out/a.png"}
    assert watched.look() == {}, "once"


def test_what_is_done_is_left_and_what_changes_is_redone(looks: Look) -> None:
    photo = write(Path("in/a.jpg"))
    write(Path("out/a.png"))
    watched = looks("in", "-o", "out")
    assert watched.look_twice() == {}
    assert watched.report.skipped == 1
    older = photo.stat().st_mtime_ns - 10**12
    os.utime(photo, ns=(older, older))
    assert watched.look_twice() == {"in/a.jpg": "out/a.png"}, "another picture, although older"
    photo.unlink()
    assert watched.look_twice() == {}


def test_pictures_of_one_name_never_share_a_cut_out(looks: Look) -> None:
    write(Path("in/a.jpg"))
    watched = looks("in", "-o", "out")
    assert watched.look_twice() == {"in/a.jpg": "out/a.png"}
    write(Path("in/a.png"), png())
    assert watched.look_twice() == {"in/a.png": "out/a.png.png"}, "the first keeps its own"
    write(Path("in/a.jpg"), jpeg(gradient(30, 20)))
    write(Path("in/a.webp"))
    write(Path("in/a.jpeg"))
    assert watched.look_twice() == {
        "in/a.jpg": "out/a.png",
        "in/a.webp": "out/a.webp.png",
        "in/a.jpeg": "out/a.jpeg.png",
    }


def test_a_cut_out_stays_its_picture_s(looks: Look) -> None:
    write(Path("two/a.jpg"))
    write(Path("two/a.png"), png())
    watched = looks("one/a.jpg", "two", "-o", "out")
    of_two = {"two/a.jpg": "out/a.jpg.png", "two/a.png": "out/a.png.png"}
    assert watched.look_twice() == of_two
    write(Path("one/a.jpg"))
    assert watched.look_twice() == {}
    assert watched.report.records["one/a.jpg"].message == (
        "Its cut-out would overwrite out/a.jpg.png, the cut-out of two/a.jpg."
    )
    Path("two/a.png").unlink()
    write(Path("two/a.png.webp"))
    assert watched.look_twice() == {"two/a.png.webp": "out/a.png.webp.png"}, "although it has gone"


def test_inputs_of_one_name_never_share_a_cut_out(looks: Look) -> None:
    for folder in ("one/photos", "two/photos", "three"):
        write(Path(folder, "a.jpg"))
    watched = looks("one/photos", "two/photos", "three", "-o", "out")
    found = watched.look_twice()
    assert found == {
        "one/photos/a.jpg": "out/one/photos/a.png",
        "two/photos/a.jpg": "out/two/photos/a.png",
        "three/a.jpg": "out/three/a.png",
    }
    write(Path("one/photos/a.png"), png())
    assert watched.look_twice() == {"one/photos/a.png": "out/one/photos/a.png.png"}


def test_a_clash_is_told_once(looks: Look) -> None:
    write(Path("one/a.jpg"))
    write(Path("two/a.jpg"))
    watched = looks("one/a.jpg", "two/a.jpg", "-o", "out")
    assert watched.look_twice() == {"one/a.jpg": "out/a.jpg.png"}
    assert watched.look_twice() == {}
    outcomes = Counter(each.outcome for each in watched.report.records.values())
    assert outcomes == {"failed": 1}


def test_cut_outs_and_doubtful_ones_are_no_pictures(looks: Look) -> None:
    write(Path("in/a.jpg"))
    watched = looks("in", "--review", "in/review")
    assert watched.look_twice() == {"in/a.jpg": "in/a-cutout.png"}
    write(Path("in/a.png"), png())
    assert watched.look_twice() == {"in/a.png": "in/a.png-cutout.png"}
    write(Path("in/review/in/b-cutout.png"))
    for name in ("a.jpg", "a.png"):
        Path("in", name).unlink()
    assert watched.look_twice() == {}, "also when their pictures have gone"


def test_an_empty_folder_and_a_missing_one(looks: Look) -> None:
    Path("in").mkdir()
    watched = looks("in", "later", "p*/*.jpg", "-o", "out")
    assert watched.look_twice() == {}
    assert list(watched.report.records) == ["later"]
    write(Path("photos/b.jpg"))
    assert watched.look_twice() == {"photos/b.jpg": "out/photos/b.png"}
    Path("later").mkdir()
    watched.look()
    assert watched.report.failures == 0, "it is there now"
    Path("later").rmdir()
    watched.look()
    assert watched.report.failures == 1


def test_a_failure_is_tried_again_a_few_times(
    looks: Look, capsys: pytest.CaptureFixture[str]
) -> None:
    photo = write(Path("in/a.jpg"))
    watched, again = looks("in", "-o", "out"), {"in/a.jpg": "out/a.png"}
    watched.outcomes = ["It is locked."] * (len(RETRY_SECONDS) + 1)
    watched.look()
    assert watched.work() == again
    for pause in RETRY_SECONDS:
        watched.now += pause - 1
        assert watched.work() == {}
        watched.now += 1
        assert watched.work() == again
    watched.now += 10**6
    assert watched.work() == {}, "given up"
    assert capsys.readouterr().err == "in/a.jpg: It is locked.\n", "said once"
    write(photo, jpeg(gradient(30, 20)))
    watched.outcomes = ["It is locked.", "It is empty.", ""]
    watched.look()
    assert watched.report.failures == 1, "until it is tried again"
    assert watched.work() == again
    for pause in RETRY_SECONDS[:2]:
        assert watched.report.failures == 1
        watched.now += pause
        assert watched.work() == again
    assert watched.report.failures == 0
    watched.now += 10**6
    assert watched.work() == {}
    said = ["in/a.jpg: It is locked.", "in/a.jpg: It is empty."]
    assert capsys.readouterr().err.splitlines() == said, "also of the changed picture"


def test_a_failure_that_is_away_for_a_moment_is_tried_again(looks: Look) -> None:
    write(Path("in/a.jpg"))
    watched = looks("in", "-o", "out")
    watched.outcomes = ["Input/output error.", ""]
    watched.look()
    watched.work()
    Path("in").rename("away")
    watched.now += RETRY_SECONDS[0]
    assert watched.work() == {}
    Path("away").rename("in")
    watched.look()
    assert watched.work() == {"in/a.jpg": "out/a.png"}
    assert watched.report.failures == 0


def test_a_mask_that_still_grows_or_changes(looks: Look) -> None:
    write(Path("in/a.jpg"))
    watched, again = looks("in", "-o", "out", "--mask", "in/masks"), {"in/a.jpg": "out/a.png"}
    Path("in/masks").mkdir()
    for end in (10, 100, 1000):
        write(Path("in/masks/a.png"), png()[:end])
        assert watched.look() == {}
    assert watched.look() == again
    write(Path("in/masks/a.png"), png())
    assert watched.look_twice() == again, "as a picture that changed"
    assert watched.look_twice() == {}


def test_what_is_done_is_reported_so_after_a_problem_that_passed(looks: Look) -> None:
    write(Path("in/a.jpg"))
    write(Path("masks/a.png"), png())
    watched = looks("in", "in/b.jpg", "in/b.jpg", "-o", "out", "--mask", "masks")
    watched.outcomes = [""]
    watched.look()
    watched.work()
    Path("masks").rename("away")
    watched.look()
    assert watched.report.failures == 2
    Path("away").rename("masks")
    watched.look()
    outcomes = {name: each.outcome for name, each in watched.report.records.items()}
    assert outcomes == {"in/a.jpg": "done", "in/b.jpg": "failed"}
    write(Path("masks/b.png"), png())
    write(Path("in/b.jpg"))
    watched.look()
    assert list(watched.report.records) == ["in/a.jpg"]


def test_masks_that_are_away_for_a_moment(looks: Look) -> None:
    write(Path("in/a.jpg"))
    write(Path("masks/a.png"), png())
    watched = looks("in", "-o", "out", "--mask", "masks")
    Path("masks").rename("away")
    assert watched.look_twice() == {}
    assert watched.report.failures == 1
    Path("away").rename("masks")
    assert watched.look_twice() == {"in/a.jpg": "out/a.png"}
    assert watched.report.failures == 0


def test_one_file(looks: Look) -> None:
    photo = write(Path("a.jpg"))
    watched = looks("a.jpg", "-o", "b.png")
    assert watched.look_twice() == {"a.jpg": "b.png"}
    write(photo, png(Image.new("RGB", (9, 9))))
    assert watched.look_twice() == {"a.jpg": "b.png"}
