"""Check what the probe logs, and the page made from it."""

import json
from dataclasses import replace

import pytest

from benchmarks.cold.page import render, render_bars, render_stages
from benchmarks.cold.start import MARK, ColdStartError, Start, logged_times, split

TIMES = {
    "process": 100.5,
    "begun": 100.625,
    "imported": 101.125,
    "ready": 101.25,
    "session_seconds": 0.25,
    "inference_seconds": 1.0,
}


def test_the_stages_follow_each_other_up_to_the_answer() -> None:
    start = split(100.0, 102.5, TIMES)
    assert start == Start(2.5, 0.5, 0.125, 0.5, 0.125, 1.0, 0.25, 0.25)
    stages = start.container + start.interpreter + start.imports + start.wait
    assert stages + start.inference + start.rest == start.total


def test_a_request_without_a_picture_has_no_inference() -> None:
    times = {name: value for name, value in TIMES.items() if name != "inference_seconds"}
    assert split(100.0, 101.5, times).inference == 0


def test_the_first_request_is_read_among_other_lines() -> None:
    log = f"START RequestId: 1\n{MARK}{json.dumps(TIMES)}\n{MARK}{{}}\nEND"
    assert logged_times(log) == TIMES


def test_a_log_without_the_probe_is_shown() -> None:
    with pytest.raises(ColdStartError, match="Traceback of the function"):
        logged_times("Traceback of the function")


@pytest.mark.parametrize(
    ("ours", "verdicts"),
    [(1.5, ["<= 1.5 s: met", "<= 0.5x: met"]), (1.51, ["<= 1.5 s: missed", "<= 0.5x: missed"])],
)
def test_a_bar_is_met_up_to_its_value(ours: float, verdicts: list[str]) -> None:
    start = split(100.0, 102.5, TIMES)
    pair = ([replace(start, total=ours)] * 3, [replace(start, total=3.0)] * 3)
    page = render({"`/v1/version`": pair}, [1.2, 9.0, 1.2], 3, "a processor")
    told = render_bars({"`/v1/version`": pair})
    assert told.splitlines() == [f"`/v1/version` {each}" for each in verdicts]
    assert "a processor" in page
    assert "alone | 1.20 | 3.00 | 0.40 |" in page
    assert f"version` | {ours:.2f} | 3.00 |" in page


def test_the_stages_are_medians_of_this_image() -> None:
    start = split(100.0, 102.5, TIMES)
    slow = replace(start, imports=9.0)
    table = render_stages({"`/v1/version`": ([start, slow, start], [slow] * 3)})
    assert "| `/v1/version` | 2.50 | 0.50 | 0.12 | 0.50 |" in table
