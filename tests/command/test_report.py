"""The bar on a terminal, and Ctrl-C."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
from pathlib import Path
from threading import Event

import pytest

from cutout.command.progress import Progress, bar_line, format_duration
from tests.command.conftest import PATIENCE_SECONDS, STAND_IN, files_in, opened, pictures_in, write
from tests.command.scripted_api import Asked, Reply, ScriptedApi, success
from tests.command.stand_in import SLOW_SECONDS, SLOW_WIDTH
from tests.command.terminal import Terminal, left_standing, wait_for
from tests.local_server import ROOT
from tests.samples import gradient, jpeg


def test_a_terminal_has_a_bar_and_a_summary(tmp_path: Path) -> None:
    for number in range(5):
        write(tmp_path / f"{number}.jpg", jpeg(gradient(900, 900)))
    write(tmp_path / "broken.jpg", b"no picture")
    terminal = Terminal(tmp_path)
    text = terminal.finish()
    assert terminal.process.returncode == 1, text
    bars = re.findall(r"\[([#-]+)\] (\d)/6", text)
    assert bars, f"no bar in {text!r}"
    failure, summary = left_standing(text)
    assert failure.startswith(f"{tmp_path}/broken.jpg: Unsupported file type."), text
    assert re.fullmatch(r"5 done, 1 failed in \d+\.\d s \(.*\)", summary), text


@pytest.mark.parametrize(
    ("arguments", "term"), [(["-q"], "xterm"), ([], "dumb")], ids=["quiet", "dumb"]
)
def test_no_bar_where_none_is_wanted(tmp_path: Path, arguments: list[str], term: str) -> None:
    write(tmp_path / "a.jpg")
    text = Terminal(tmp_path, *arguments, TERM=term).finish()
    assert text == ""


def test_a_picture_is_nothing_for_a_terminal(tmp_path: Path) -> None:
    photo = write(tmp_path / "a.jpg")
    screen, terminal = pty.openpty()
    done = subprocess.run(
        [*STAND_IN, photo, "-o", "-"],
        cwd=ROOT,
        stdout=terminal,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(terminal)
    os.close(screen)
    assert done.returncode == 2
    assert b"not writing a picture to a terminal" in done.stderr


@pytest.mark.parametrize("columns", [20, 40, 80, 200])
def test_the_bar_fits_its_line(columns: int) -> None:
    progress = Progress(1000, bytes_total=5_000_000_000)
    progress.send("a", 300, 600)
    progress.end("b", ok=True)
    progress.end("c", ok=False)
    line = bar_line(progress, columns)
    assert len(line) < columns, "the last column would break the line"
    assert "2/1000" in line
    if columns == 200:
        assert re.fullmatch(
            r"\[-{30}\] 2/1000  0\.0/5000\.0 MB sent  \S+( s each|/s)  \S+ left  1 failed", line
        ), line


def test_the_tally() -> None:
    progress = Progress(4, bytes_total=400)
    progress.start -= 100
    assert (progress.share(), progress.seconds_left()) == (0, None)
    progress.send("a", 50, 100)
    assert progress.share() == 1 / 16, "half of the work is done when a file is sent"
    progress.send("a", 100, 100)
    progress.send("a", 20, 100)
    assert progress.bytes_sent == 20, "sent again, counted once"
    progress.end("a", ok=True)
    progress.end("b", ok=False)
    assert progress.share() == 0.5
    assert progress.seconds_left() == pytest.approx(100, abs=1)
    assert progress.rate == pytest.approx(0.01, abs=0.001)


def test_the_clock() -> None:
    assert [format_duration(each) for each in (0, 0.2, 59, 60, 3599.5, 36_000)] == [
        "0:00",
        "0:01",
        "0:59",
        "1:00",
        "1:00:00",
        "10:00:00",
    ]


def interrupt(terminal: Terminal, begun: Path, go_on: Event) -> str:
    """Interrupt a run while the API works on a picture, and return what the run printed."""
    wait_for(begun)
    terminal.process.send_signal(signal.SIGINT)
    terminal.process.wait(SLOW_SECONDS / 2)
    go_on.set()
    return terminal.finish()


def test_an_interrupt_waits_for_no_server(tmp_path: Path) -> None:
    begun, go_on = tmp_path / "begun", Event()

    def hang(_asked: Asked) -> Reply:
        begun.touch()
        go_on.wait(SLOW_SECONDS)
        return success()

    for name in "ab":
        write(tmp_path / "in" / f"{name}.jpg")
    with ScriptedApi({"/v1/results": [hang]}) as server:
        terminal = Terminal(
            tmp_path / "in", "--url", server.url, NO_PROXY="127.0.0.1", no_proxy="127.0.0.1"
        )
        text = interrupt(terminal, begun, go_on)
    assert terminal.process.returncode == 130, text
    assert left_standing(text) == ["0 done, 2 not finished"], text
    assert files_in(tmp_path / "in") == {"a.jpg", "b.jpg"}


def test_an_interrupt_whose_report_can_not_be_written_waits_for_no_server(tmp_path: Path) -> None:
    begun, go_on, report = tmp_path / "begun", Event(), tmp_path / "report.json"

    def hang(_asked: Asked) -> Reply:
        report.mkdir()
        begun.touch()
        go_on.wait(SLOW_SECONDS)
        return success()

    photo = write(tmp_path / "a.jpg")
    with ScriptedApi({"/v1/results": [hang]}) as server:
        places = ["--url", server.url, "--report", report, "--quiet"]
        terminal = Terminal(photo, *places, NO_PROXY="127.0.0.1", no_proxy="127.0.0.1")
        text = interrupt(terminal, begun, go_on)
    assert terminal.process.returncode == 130, text
    assert left_standing(text) == [f"{report}: Is a directory."], text


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=str)
def test_an_interrupt_ends_it_cleanly(tmp_path: Path, sent: signal.Signals) -> None:
    photos, out, begun = tmp_path / "in", tmp_path / "out", tmp_path / "begun"
    write(photos / "a.jpg")
    write(photos / "b.jpg", jpeg(gradient(SLOW_WIDTH, 20)))
    write(photos / "c.jpg")
    report = tmp_path / "report.json"
    places = ["-o", out, "--report", report]
    terminal = Terminal(photos, *places, "--jobs", "1", TESTS_BEGUN=str(begun))
    wait_for(begun)
    terminal.process.send_signal(sent)
    terminal.process.wait(SLOW_SECONDS / 2)
    text = terminal.finish()
    assert terminal.process.returncode == 130, text
    assert pictures_in(out) == {"a.png"}, "what was done stays, and there is no part of another"
    assert opened(out / "a.png").size == (64, 48)
    (summary,) = left_standing(text)
    assert summary.startswith("1 done, 2 not finished"), text
    rows = json.loads(report.read_text())
    assert [(each["picture"], each["outcome"]) for each in rows] == [(f"{photos}/a.jpg", "done")]


@pytest.mark.parametrize("module", ["cutout.setting_types", "cutout.settings", "cutout.work"])
def test_an_interrupt_during_an_import_is_not_lost(tmp_path: Path, module: str) -> None:
    """Native code that imports a module may drop what is raised meanwhile."""
    program = f"""
import contextlib, os, signal, sys
from importlib.abc import MetaPathFinder
class Native(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == "{module}":
            with contextlib.suppress(KeyboardInterrupt):
                os.kill(os.getpid(), signal.SIGTERM)
if __name__ == "__main__":
    sys.meta_path.insert(0, Native())
    from cutout.command.main import run
    run()
"""
    photo = write(tmp_path / "a.jpg")
    done = subprocess.run(
        [sys.executable, "-c", program, photo, "-o", tmp_path / "out"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert done.returncode == 130, done.stderr
    assert "Traceback" not in done.stderr
    assert files_in(tmp_path) == {"a.jpg"}
