"""`--watch`: pictures that are added or changed while the command runs."""

import json
import os
import signal
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

import pytest
from PIL import Image

from cutout.command.arguments import parse
from cutout.command.history import HISTORY, History
from cutout.command.outputs import choose_destination
from cutout.command.planning import Chooser
from cutout.command.progress import Progress
from cutout.command.report import Report
from cutout.command.tasks import Task
from cutout.command.watch import WATCHING, Watcher
from tests.command.conftest import STAND_IN, Run, files_in, opened, write
from tests.command.stand_in import SLOW_WIDTH
from tests.local_server import ROOT, LocalServer
from tests.samples import gradient, jpeg, png

SECONDS = 120.0


class Watching:
    """The command with `--watch`, as a process of its own."""

    def __init__(self, log: Path, *arguments: object, **environment: str) -> None:
        self._log = log
        with log.open("wb") as file:
            self.process = subprocess.Popen(
                [*STAND_IN, *map(str, arguments), "--watch"],
                cwd=ROOT,
                env={**os.environ, "NO_PROXY": "127.0.0.1", **environment},
                stdin=subprocess.DEVNULL,
                stderr=file,
            )

    @property
    def lines(self) -> list[str]:
        return self._log.read_text().splitlines()

    def until(self, condition: Callable[[], object]) -> None:
        end = monotonic() + SECONDS
        while not condition():
            assert self.process.poll() is None, self.lines
            assert monotonic() < end, self.lines
            sleep(0.05)

    def stop(self, sent: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(sent)
        return self.process.wait(SECONDS)


@pytest.fixture
def watching(tmp_path: Path) -> Iterator[Callable[..., Watching]]:
    started: list[Watching] = []

    def watch(*arguments: object, **environment: str) -> Watching:
        started.append(Watching(tmp_path / "log", *arguments, **environment))
        return started[-1]

    yield watch
    for each in started:
        each.process.kill()
        each.process.wait()


def names_of(report: Path) -> dict[str, str]:
    """The outcome of each picture in a report, by its name; none while there is no report."""
    try:
        rows = json.loads(report.read_text())
    except (OSError, ValueError):
        return {}
    return {Path(row["picture"]).name: row["outcome"] for row in rows}


@pytest.mark.parametrize("where", ["here", "api"])
def test_pictures_that_come_are_cut_out(
    tmp_path: Path, watching: Callable[..., Watching], where: str
) -> None:
    photos, out, report = tmp_path / "photos", tmp_path / "out", tmp_path / "report.json"
    write(photos / "first.jpg")
    write(photos / "broken.jpg", b"no picture")
    with ExitStack() as stack:
        api = []
        if where == "api":
            server = stack.enter_context(LocalServer(CUTOUT_STORAGE_DIR=str(tmp_path / "storage")))
            api = ["--url", server.url]
        running = watching(photos, "-o", out, "--report", report, *api)
        running.until(lambda: names_of(report) == {"first.jpg": "done", "broken.jpg": "failed"})
        write(photos / "new" / "second.jpg", jpeg(gradient(30, 20)))
        write(photos / "broken.jpg", jpeg(gradient(40, 20)))
        running.until(
            lambda: "failed" not in names_of(report).values() and len(names_of(report)) == 3
        )
        code = running.stop()
    assert code == 0, running.lines
    cut_outs = {"first.png", "new/second.png", "broken.png"}
    assert files_in(out) == cut_outs | {HISTORY, f"new/{HISTORY}"}
    assert opened(out / "broken.png").size == (40, 20)
    assert running.lines[0] == WATCHING
    assert running.lines[-1] == "3 done"
    failures = [each for each in running.lines if each.startswith(f"{photos}/broken.jpg: Unsupp")]
    assert len(failures) == 1, "said once, not at every look"


def test_a_report_that_can_not_be_written_ends_nothing(
    tmp_path: Path, watching: Callable[..., Watching]
) -> None:
    photos, report = tmp_path / "photos", tmp_path / "report.json"
    write(photos / "first.jpg")
    running = watching(photos, "-o", tmp_path / "out", "--report", report)
    running.until(lambda: names_of(report))
    report.unlink()
    report.mkdir()
    write(photos / "second.jpg")
    running.until(lambda: f"{report}: Is a directory." in running.lines)
    report.rmdir()
    write(photos / "third.jpg")
    running.until(lambda: len(names_of(report)) == 3)
    assert running.stop() == 0


def test_an_interrupt_in_the_middle_of_a_picture(
    tmp_path: Path, watching: Callable[..., Watching]
) -> None:
    photos, begun = tmp_path / "photos", tmp_path / "begun"
    write(photos / "a.jpg", jpeg(gradient(SLOW_WIDTH, 20)))
    running = watching(photos, "-o", tmp_path / "out", TESTS_BEGUN=str(begun))
    running.until(begun.exists)
    assert running.stop(signal.SIGTERM) == 130
    assert running.lines[-1] == "0 done, 1 not finished"
    assert files_in(tmp_path / "out") == set()


def test_nothing_to_watch(tmp_path: Path, run: Run) -> None:
    done = run(tmp_path / "missing", "--watch")
    assert (done.code, done.err) == (1, "cutout: nothing to watch: no such file or folder\n")


@dataclass
class Looks:
    """A watcher without a clock: a look when the test says so."""

    watcher: Watcher
    report: Report

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
