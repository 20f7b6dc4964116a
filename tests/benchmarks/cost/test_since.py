"""What a request spends, as measured from outside of its server."""

import pytest
import requests

from benchmarks.cost.since import Server, report, table
from benchmarks.cost.total import Bill, Spent
from tests.local_server import LocalServer
from tests.samples import gradient, jpeg


def test_seconds_and_bytes_of_one_request() -> None:
    content = jpeg(gradient(900, 700))
    with LocalServer() as local:
        server = Server("ours", local.process.pid, local.port)
        laps = [server.ask(content) for _ in range(5)]
        plain = requests.post(
            f"{local.url}/v1/results",
            files={"image": content},
            headers={"Accept-Encoding": "identity"},
            timeout=60,
        )
    assert sum(lap.seconds for lap in laps) > 0  # of the worker, since the server itself only waits
    assert {lap.request for lap in laps} == {len(content)}
    assert 0 < laps[0].answer < len(plain.content)


def test_a_refused_request_is_no_figure() -> None:
    with LocalServer(CUTOUT_MAX_REQUEST_BYTES="100") as local:
        server = Server("ours", local.process.pid, local.port)
        with pytest.raises(RuntimeError, match=r"^ours: 413 "):
            server.ask(jpeg())


def test_a_picture_that_fails_is_no_figure() -> None:
    with LocalServer() as local:
        server = Server("ours", local.process.pid, local.port)
        with pytest.raises(RuntimeError, match=r"^ours: 200 .*Unsupported file type"):
            server.ask(b"no picture")


@pytest.mark.parametrize(("seconds", "verdict"), [(1.09, "met"), (1.11, "missed")])
def test_the_bar_is_for_money_and_time(seconds: float, verdict: str) -> None:
    found = report("abc", Spent(1.0, 100, 1_490_000), Spent(seconds, 100, 900_000))
    assert found.endswith(f"25% at +10%: {verdict}")


def test_a_row_for_each_revision() -> None:
    spent = [Spent(1.2, 100, 1_490_000), Spent(1.0, 100, 1_030_000)]
    bills = [Bill(0.03, 0.003, 0.13), Bill(0.02, 0.002, 0.09)]
    *_, before, after = table(["abc", "this checkout"], spent, bills).splitlines()
    assert before == "| abc | 1.20 | 1.49 | 0.0300 | 0.0030 | 0.1300 | 0.1630 |"
    assert after == "| this checkout | 1.00 | 1.03 | 0.0200 | 0.0020 | 0.0900 | 0.1120 |"
