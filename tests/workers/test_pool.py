"""Worker processes: results, errors, and replacements for those that hang or crash."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from functools import partial
from math import inf
from multiprocessing import util
from multiprocessing.connection import Connection
from os import kill
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from cutout.errors import ResolutionTooBigError, TooSlowError
from cutout.timing import Deadline, Stages
from cutout.workers.pool import WorkerDiedError, Workers
from tests.local_server import ROOT
from tests.workers.jobs import (
    Context,
    Do,
    Meet,
    build,
    die_while_building,
    fail_to_build,
    hang_the_first_time,
)

FOREVER = Deadline(inf)
START_SECONDS = 120


@pytest.fixture
def workers() -> Iterator[Workers[Context]]:
    with closing(Workers(build, 1)) as started:
        yield started


def do(workers: Workers[Context], name: str, deadline: Deadline | None = None) -> object:
    return workers(Do(name), deadline or Deadline.after(START_SECONDS), Stages())


def test_a_job_runs_in_another_process_that_stays(workers: Workers[Context]) -> None:
    first, second = do(workers, "pid", FOREVER), do(workers, "pid")
    assert first == second
    assert Path(f"/proc/{first}").exists()


def test_large_results_come_whole(workers: Workers[Context]) -> None:
    assert do(workers, "megabytes") == bytes(64 << 20)


def test_the_job_has_the_time_of_its_deadline(workers: Workers[Context]) -> None:
    workers.wait()
    left = do(workers, "seconds", Deadline.after(7))
    assert isinstance(left, float)
    assert 5 < left <= 7
    assert do(workers, "seconds", FOREVER) == inf


def test_the_time_of_each_stage_is_added(workers: Workers[Context]) -> None:
    stages = Stages()
    stages.milliseconds["work"] = 1e6
    workers(Do("nap"), Deadline.after(START_SECONDS), stages)
    assert stages.milliseconds["work"] >= 1e6 + 1000


def test_an_error_of_a_picture_comes_as_it_is(workers: Workers[Context]) -> None:
    with pytest.raises(ResolutionTooBigError, match=r"5000x4000\. Max allowed resolution: 4096"):
        do(workers, "explain")


def test_an_error_of_ours_says_where_it_came_from(workers: Workers[Context]) -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        do(workers, "divide")
    assert "jobs.py" in caught.value.__notes__[0]
    assert "ZeroDivisionError" in caught.value.__notes__[0]


def test_an_error_that_can_not_be_sent_is_told(workers: Workers[Context]) -> None:
    with pytest.raises(RuntimeError, match="OwnError: one and two") as caught:
        do(workers, "fail unpicklably")
    assert "jobs.py" in caught.value.__notes__[0]


@pytest.mark.parametrize("name", ["hang", "seize"])
def test_a_process_that_hangs_is_replaced(workers: Workers[Context], name: str) -> None:
    before, start = do(workers, "pid"), monotonic()
    with pytest.raises(TooSlowError):
        do(workers, name, Deadline.after(0.5))
    assert monotonic() - start >= 0.5
    assert not Path(f"/proc/{before}").exists()
    assert do(workers, "pid") != before


def test_a_job_that_notices_its_deadline_keeps_its_process(workers: Workers[Context]) -> None:
    before = do(workers, "pid")
    with pytest.raises(TooSlowError):
        do(workers, "notice the deadline", Deadline.after(0.5))
    assert do(workers, "pid") == before


def test_the_pool_has_a_limit_of_its_own() -> None:
    with closing(Workers(build, 1, job_seconds=0.5)) as workers:
        workers.wait()
        with pytest.raises(TooSlowError):
            do(workers, "hang", FOREVER)
        for _ in range(100):  # a busy machine may need longer than that for the new process
            with suppress(TooSlowError):
                assert do(workers, "pid")
                return
        pytest.fail("the process that hangs is not replaced")


@pytest.mark.parametrize("name", ["crash", "exit"])
def test_a_process_that_ends_is_replaced(workers: Workers[Context], name: str) -> None:
    before = do(workers, "pid")
    with pytest.raises(WorkerDiedError):
        do(workers, name)
    assert do(workers, "pid") != before


def test_a_process_that_ended_between_two_jobs_costs_none(workers: Workers[Context]) -> None:
    before = do(workers, "pid")
    assert isinstance(before, int)
    kill(before, signal.SIGKILL)
    while Path(f"/proc/{before}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
        sleep(0.01)  # until it can be waited for
    assert do(workers, "pid") != before


def test_what_the_build_raises_is_raised() -> None:
    with (
        closing(Workers(fail_to_build, 1)) as workers,
        pytest.raises(LookupError, match="nothing to build with"),
    ):
        workers.wait()


def test_a_process_that_dies_while_it_starts_is_told() -> None:
    with closing(Workers(die_while_building, 1)) as workers, pytest.raises(WorkerDiedError):
        workers.wait()


def test_several_jobs_run_at_once(tmp_path: Path) -> None:
    with closing(Workers(build, 2)) as workers, ThreadPoolExecutor(2) as threads:
        workers.wait()
        deadline = Deadline.after(START_SECONDS)
        meetings = [threads.submit(workers, Meet(tmp_path), deadline, Stages()) for _ in range(2)]
        for each in meetings:
            each.result()


def test_who_waits_for_a_process_waits_no_longer_than_the_deadline(
    workers: Workers[Context],
) -> None:
    workers.wait()
    with ThreadPoolExecutor(1) as threads:
        napping = threads.submit(do, workers, "nap")
        sleep(0.2)
        with pytest.raises(TooSlowError):
            do(workers, "pid", Deadline.after(0.1))
        napping.result()


def test_a_process_that_could_not_be_started_is_started_the_next_time(
    workers: Workers[Context], monkeypatch: pytest.MonkeyPatch
) -> None:
    real, failures = util.spawnv_passfds, [BlockingIOError(11, "no memory")]

    def spawn(*arguments: Any) -> Any:
        if failures:
            raise failures.pop()
        return real(*arguments)

    before = do(workers, "pid")
    monkeypatch.setattr(util, "spawnv_passfds", spawn)
    with pytest.raises(BlockingIOError):
        do(workers, "exit")
    assert do(workers, "pid") != before


def test_a_process_that_hangs_while_it_starts_is_replaced(tmp_path: Path) -> None:
    build = partial(hang_the_first_time, tmp_path / "begun")
    with closing(Workers(build, 1, start_seconds=1.0)) as workers:
        with pytest.raises(TooSlowError):
            do(workers, "pid", Deadline.after(0.1))
        sleep(1)
        with pytest.raises(TooSlowError):
            do(workers, "pid", Deadline.after(0.1))
        assert do(workers, "pid")


def test_a_message_that_is_left_in_the_pipe_is_not_read_as_another(
    workers: Workers[Context], monkeypatch: pytest.MonkeyPatch
) -> None:
    workers.wait()
    with monkeypatch.context() as patch:
        patch.setattr(Connection, "recv", lambda _: _out_of_memory())
        with pytest.raises(MemoryError):
            do(workers, "megabytes")
    assert isinstance(do(workers, "pid"), int)


def _out_of_memory() -> object:
    raise MemoryError


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGHUP], ids=str)
def test_a_signal_that_the_parent_handles_leaves_even_its_first_worker_alone(
    sent: signal.Signals,
) -> None:
    program = f"""
import os, signal, sys
from cutout.timing import Deadline, Stages
from cutout.workers.pool import Workers
from tests.workers.jobs import Do, build
if __name__ == "__main__":
    signal.signal({sent:d}, signal.default_int_handler)  # pytest may run under nohup
    workers = Workers(build, 1)
    ask = lambda: workers(Do("pid"), Deadline.after(20), Stages())
    first = ask()
    os.kill(first, {sent:d})
    print(first == ask())
    workers.close()
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("True\n", "")


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=str)
def test_a_signal_waits_until_the_process_is_started(sent: signal.Signals) -> None:
    """A process that gets only a part of its first message prints a traceback."""
    program = f"""
import os, signal, threading, time
from multiprocessing import resource_tracker, util
from cutout.workers.pool import Workers
from tests.workers.jobs import build
real = util.spawnv_passfds
def spawn(*arguments):
    pid = real(*arguments)
    os.kill(os.getpid(), {sent:d})
    time.sleep(0.2)  # for the handler
    return pid
if __name__ == "__main__":
    signal.signal({sent:d}, signal.default_int_handler)
    resource_tracker.ensure_running()
    util.spawnv_passfds = spawn
    # the system may choose any thread that does not block the signal
    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
    try:
        Workers(build, 1)
    except KeyboardInterrupt:
        print("interrupted")
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("interrupted\n", "")


def test_closing_ends_a_job_for_good(workers: Workers[Context]) -> None:
    pid = do(workers, "pid")
    with ThreadPoolExecutor(1) as threads:
        hanging = threads.submit(do, workers, "seize", FOREVER)
        sleep(0.5)
        workers.close()
        with pytest.raises(WorkerDiedError):
            hanging.result(START_SECONDS)
    assert not Path(f"/proc/{pid}").exists()


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM], ids=str)
def test_a_signal_to_stop_is_the_parents_matter(
    workers: Workers[Context], sent: signal.Signals
) -> None:
    """A terminal sends one to all processes of a command, and systemd to all of a service."""
    pid = do(workers, "pid")
    assert isinstance(pid, int)
    kill(pid, sent)
    assert do(workers, "pid") == pid
