"""The line that is written of each request, by the service's own door."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from cutout.api.app import build_app
from cutout.api.gateway import build_handler
from cutout.pipeline import Pipeline
from cutout.settings import Settings
from cutout.storage.disk import DiskStorage
from tests.conftest import middle_is_object
from tests.events.answers import event, event_loop
from tests.resolved import Stack
from tests.samples import jpeg

RESULTS = "/v1/results"
STAGES = ["fetch", "decode", "segment", "refine", "compose", "encode", "answer"]


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Any:
    """The lines since the last call."""
    return lambda: [json.loads(text) for text in capsys.readouterr().out.splitlines()]


def test_a_picture(client: TestClient, lines: Any) -> None:
    content = jpeg()
    client.post(RESULTS, params={"mode": "fg-mask"}, files={"image": content})
    (line,) = lines()
    known = ("method", "route", "status", "outcome", "mode", "source", "width", "height")
    assert [line[name] for name in known] == [
        "POST",
        RESULTS,
        200,
        "ok",
        "fg-mask",
        "image",
        64,
        48,
    ]
    assert line["file_bytes"] == len(content)
    assert line["quality"] == "fine"
    assert 0 <= line["undecided"] <= 1
    assert len(line["request_id"]) == 32
    assert [name for name in line if name in STAGES] == STAGES
    assert 0 < sum(line[name] for name in STAGES) <= line["milliseconds"]
    assert "_aws" not in line


def test_a_slash_too_many_changes_no_route(client: TestClient, lines: Any) -> None:
    client.get("http://testserver//v1/modes")
    assert [line["route"] for line in lines()] == ["/v1/modes"]


@pytest.mark.parametrize(
    ("request_", "status", "outcome"),
    [
        ({"files": {"image": b""}}, 200, "UnreadablePicture"),
        ({"files": {"image": b"GIF89a"}}, 200, "UnsupportedType"),
        ({"data": {"url": "http://127.0.0.1/"}}, 200, "Download"),
        ({}, 422, "MissingSource"),
        ({"params": {"mode": "x"}, "files": {"image": b"x"}}, 422, "HTTP 422"),
    ],
)
def test_each_failure_has_its_reason(
    client: TestClient, lines: Any, request_: dict[str, Any], status: int, outcome: str
) -> None:
    client.post(RESULTS, **request_)
    (line,) = lines()
    assert (line["status"], line["outcome"]) == (status, outcome)


def test_a_fault_of_ours_has_its_reason_too(
    client: TestClient, lines: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cutout.work.compose", lambda *_: 1 / 0)
    client.post(RESULTS, files={"image": jpeg()})
    assert lines()[-1]["outcome"] == "ProcessingFailed"


def test_nothing_that_is_somebodys_own_is_in_it(settings: Settings, lines: Any) -> None:
    keyed = settings.model_copy(update={"api_keys": SecretStr("the-key-of-the-tests")})
    app = build_app(Pipeline(keyed, middle_is_object, DiskStorage(keyed)))
    client = TestClient(app, headers={"X-API-KEY": "the-key-of-the-tests"})
    client.post(RESULTS, files={"image": ("holiday.jpg", jpeg())})
    client.post(RESULTS, data={"url": "http://127.0.0.1/secret.jpg?token=private"})
    client.post(RESULTS, params={"mode": "secret"}, headers={"X-API-KEY": "a-wrong-key"})
    link = client.post(RESULTS, params={"representation": "url"}, files={"image": jpeg()}).json()[
        "results"
    ][0]["entities"][0]["image"]
    client.get(link)
    client.get("/no/such/secret")
    found = lines()
    assert len(found) == 6
    assert found[4]["route"] == "/v1/files/{name}"
    assert found[5]["route"] is None
    written = json.dumps(found)
    for word in ("holiday", "secret", "private", "127.0.0.1", "-key", link.rpartition("/")[2]):
        assert word not in written, f"the log holds {word}"


@dataclass
class Context:
    """As awslambdaric's."""

    aws_request_id: str = "an-id-of-lambda"
    function_name: str = "cutout-function"

    def get_remaining_time_in_millis(self) -> int:
        return 20_000


def test_on_lambda_the_line_makes_metrics(settings: Settings, lines: Any) -> None:
    with event_loop():
        handler = build_handler(build_app(Pipeline(settings, middle_is_object)))
        handler(event("results.json"), Context())
        handler(event("failure-unsupported-type.json"), Context())
    good, bad = lines()
    assert good["request_id"] == "an-id-of-lambda"
    assert (good["outcome"], bad["outcome"]) == ("ok", "UnsupportedType")
    times, counts = good["_aws"]["CloudWatchMetrics"]
    assert times["Dimensions"] == [["function"]]
    units = {each["Name"]: each["Unit"] for each in times["Metrics"]}
    assert units.pop("undecided") == "None"
    assert set(units) == {*STAGES, "milliseconds"}
    assert set(units.values()) == {"Milliseconds"}
    assert counts["Dimensions"] == [["function", "outcome"], ["function", "quality"]]
    assert bad["_aws"]["CloudWatchMetrics"][1]["Dimensions"] == [["function", "outcome"]]
    assert counts["Metrics"] == [{"Name": "requests", "Unit": "Count"}]
    for line in (good, bad):
        for each in line["_aws"]["CloudWatchMetrics"]:
            named = [metric["Name"] for metric in each["Metrics"]]
            assert all(isinstance(line[name], int | float) for name in named)
            assert all(
                isinstance(line[name], str) for group in each["Dimensions"] for name in group
            )
        assert abs(line["_aws"]["Timestamp"] - line["time"]) < 1000


def test_the_dashboard_charts_metrics_of_the_line(settings: Settings, lines: Any) -> None:
    with event_loop():
        handler = build_handler(build_app(Pipeline(settings, middle_is_object)))
        handler(event("results.json"), Context())
    (line,) = lines()
    times, counts = line["_aws"]["CloudWatchMetrics"]
    dashboard = json.loads(Stack({}).properties("Dashboard")["DashboardBody"])
    charts = {each["properties"]["title"]: each["properties"] for each in dashboard["widgets"]}
    first, *others = charts["Milliseconds by stage"]["metrics"]
    assert [first[0], [first[2]]] == [times["Namespace"], *times["Dimensions"]]
    assert {each[0] for each in others} == {each[2] for each in others} == {"."}
    assert [each[1] for each in (first, *others)] == STAGES
    assert set(STAGES) <= {each["Name"] for each in times["Metrics"]}
    ((search,),) = charts["Requests by outcome"]["metrics"]
    schema = ",".join([counts["Namespace"], *counts["Dimensions"][0]])
    (metric,) = counts["Metrics"]
    assert f'{{{schema}}} MetricName="{metric["Name"]}"' in search["expression"]
