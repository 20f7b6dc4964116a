"""The handler in this process, called with every sample event."""

import json

import pytest

from tests.events.answers import EVENTS, EXPECTED, answer_here, assert_as_expected
from tools.events.files import stale


def test_the_files_are_what_the_generator_writes() -> None:
    assert stale() == []


def test_every_event_has_a_row_in_the_table() -> None:
    assert {path.name for path in EVENTS.glob("*.json")} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_answers_as_expected(name: str) -> None:
    assert_as_expected(name, answer_here(name))


def test_version_is_plain_text() -> None:
    answer = answer_here("version.json")
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.text.startswith("v1.")


def test_modes() -> None:
    modes = json.loads(answer_here("modes.json").text)
    assert modes == ["fg-image", "fg-image-shadow", "fg-mask"]


def test_missing_field_says_so() -> None:
    answer = answer_here("error-missing-field.json")
    assert json.loads(answer.text) == {"detail": "Missing image or url field."}


def test_unknown_mode_is_named() -> None:
    (detail,) = json.loads(answer_here("error-unknown-mode.json").text)["detail"]
    assert detail["loc"] == ["query", "mode"]


def test_preflight_allows_the_origin() -> None:
    headers = answer_here("preflight.json").headers
    assert headers["access-control-allow-origin"] == "*"
    assert "POST" in headers["access-control-allow-methods"]


def test_both_payload_formats_give_the_same_answer() -> None:
    old, new = (answer_here(f"results-{kind}.json") for kind in ("payload-v1", "fg-mask"))
    assert old.result == new.result
