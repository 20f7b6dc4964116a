"""Check which words of `CUTOUT_API_KEYS` are keys.

The same rules hold for a secret; see `test_secrets_manager`.
"""

import logging
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr, ValidationError

from cutout.access.keys import Keys, open_keys
from cutout.api.app import build_app
from cutout.pipeline import Pipeline
from cutout.settings import Settings
from tests.access.texts import (
    COMMENT,
    KEY,
    OTHER,
    REFUSED_WORDS,
    SHORT,
    WITH_COMMENTS,
    WITH_KEYS,
    WITHOUT_KEYS,
)
from tests.conftest import middle_is_object


def keys_of(text: str) -> Keys:
    found = open_keys(Settings(api_keys=SecretStr(text)))
    assert found is not None, "the service is open"
    return found


@pytest.mark.parametrize(("text", "keys"), WITH_KEYS.values(), ids=WITH_KEYS)
def test_every_word_of_a_text_is_a_key(text: str, keys: list[str]) -> None:
    found = keys_of(text)
    assert [found.accept([each]) for each in keys] == [True] * len(keys)
    assert not found.accept(["", keys[0][:-1], keys[0] + "x", text + "x"])


@pytest.mark.parametrize("text", WITH_COMMENTS.values(), ids=WITH_COMMENTS)
def test_no_word_of_a_comment_is_a_key(text: str) -> None:
    found = keys_of(text)
    assert found.accept([KEY])
    assert not found.accept([*text.split(KEY), *COMMENT.split(), COMMENT, "#", "//"])


@pytest.mark.parametrize("word", REFUSED_WORDS)
@pytest.mark.parametrize("text", ["{key} {word}", "{key}\n{word}\n{other}"])
def test_what_cannot_be_a_key_is_none(text: str, word: str) -> None:
    found = keys_of(text.format(key=KEY, word=word, other=OTHER))
    assert found.accept([KEY])
    assert not found.accept([word])


@pytest.mark.parametrize("text", WITHOUT_KEYS.values(), ids=WITHOUT_KEYS)
def test_without_a_valid_key_the_start_fails(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("CUTOUT_API_KEYS", text)
    with pytest.raises(ValidationError, match="CUTOUT_API_KEYS holds no valid key") as raised:
        Settings()
    assert "at least 16 characters" in str(raised.value)
    assert [each for each in text.split() if len(each) > 2 and each in str(raised.value)] == []


@pytest.mark.parametrize("text", WITHOUT_KEYS.values(), ids=WITHOUT_KEYS)
def test_settings_that_skip_the_check_let_nobody_in(text: str) -> None:
    own = Settings().model_copy(update={"api_keys": SecretStr(text)})
    client = TestClient(build_app(Pipeline(own, middle_is_object)))
    words = [each for each in text.split() if each.isascii()]
    replies = [client.get("/v1/modes", headers={"X-API-KEY": each}) for each in ["", *words]]
    assert {each.status_code for each in replies} == {401}


def test_the_log_says_how_many_words_are_refused_and_why(caplog: pytest.LogCaptureFixture) -> None:
    text = f'{KEY} {SHORT} ab "{OTHER}",\n# {COMMENT}'
    found = keys_of(text)
    for _ in range(3):
        found.accept([SHORT])
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert record.getMessage() == (
        "CUTOUT_API_KEYS holds words that are not keys: 3 in comments, "
        "2 shorter than 16 characters, 1 with characters that a key cannot have"
    )


def test_a_text_of_keys_alone_logs_nothing(caplog: pytest.LogCaptureFixture) -> None:
    assert keys_of(f"{KEY} {OTHER}").accept([OTHER])
    assert caplog.records == []


def test_keys_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text(f"# {COMMENT}\n{KEY}\n")
    monkeypatch.setenv("CUTOUT_API_KEYS_FILE", str(file))
    found = open_keys(Settings())
    assert found is not None, "the service is open"
    assert found.accept([KEY])
    assert not found.accept([OTHER])


@pytest.mark.parametrize("text", ["", *WITHOUT_KEYS.values()], ids=["empty", *WITHOUT_KEYS])
def test_a_file_without_a_valid_key_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str
) -> None:
    (tmp_path / "keys").write_text(text)
    monkeypatch.setenv("CUTOUT_API_KEYS_FILE", str(tmp_path / "keys"))
    with pytest.raises(ValidationError, match="CUTOUT_API_KEYS_FILE holds no valid key") as raised:
        Settings()
    assert [each for each in text.split() if len(each) > 2 and each in str(raised.value)] == []


def test_a_missing_file_of_keys_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CUTOUT_API_KEYS_FILE", str(tmp_path / "keys"))
    with pytest.raises(ValidationError, match="CUTOUT_API_KEYS_FILE can't be read"):
        Settings()


def test_keys_in_two_places_stop_the_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "keys").write_text(KEY)
    monkeypatch.setenv("CUTOUT_API_KEYS_FILE", str(tmp_path / "keys"))
    monkeypatch.setenv("CUTOUT_API_KEYS", OTHER)
    with pytest.raises(ValidationError, match="not both"):
        Settings()


def test_an_empty_name_of_a_file_of_keys_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUTOUT_API_KEYS_FILE", "")
    assert Settings().api_keys_file is None
    assert open_keys(Settings()) is None
