"""`--watch`: pictures that are added or changed while the command runs."""

import json
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from time import monotonic, sleep

import pytest

from cutout.command.arguments import parse
from cutout.command.history import HISTORY, History
from cutout.command.options import CommandOptions
from cutout.command.outputs import choose_destination
from cutout.command.planning import Chooser
from cutout.command.progress import Progress
from cutout.command.report import Report
from cutout.command.watch import WATCHING, Watcher, watch
from tests.command.conftest import STAND_IN, Run, files_in, opened, write
from tests.command.scripted_api import RESULTS, Reply, ScriptedApi, success
from tests.command.stand_in import SLOW_WIDTH
from tests.local_server import ROOT, LocalServer
from tests.samples import gradient, jpeg

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


def test_a_failure_is_processed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    photo, out, report = write(tmp_path / "in" / "a.jpg"), tmp_path / "out", Report(Progress())
    moments = iter(range(0, 1000, 100))

    def clock() -> float:
        if report.progress.done:
            raise KeyboardInterrupt
        return next(moments)

    refused = Reply(403, {"detail": "No credits are left."})
    with ScriptedApi({RESULTS: [refused, success()]}) as server:
        given = parse([str(photo.parent), "-o", str(out), "--watch", "--url", server.url])
        to = choose_destination(given)
        watcher = Watcher(given, to, Chooser(History({})), report, clock)
        watch(CommandOptions.given(given, to.format), given, watcher, report)
    assert report.failures == 0
    assert opened(out / "a.png").size == (64, 48)


def test_nothing_to_watch(tmp_path: Path, run: Run) -> None:
    done = run(tmp_path / "missing", "--watch")
    assert (done.code, done.err) == (1, "cutout: nothing to watch: no such file or folder\n")
