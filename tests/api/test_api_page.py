"""What `docs/api.md` must name: every parameter, every field, every text of a failure."""

import json
import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from cutout import choices, colours
from cutout.api.openapi import RESULTS_ANSWERS, UPLOADS_ANSWERS
from cutout.api.parameters import OptionsQuery
from cutout.errors import (
    OTHERS,
    BackgroundLimitError,
    FileGoneError,
    FileTooBigError,
    PictureError,
    RequestError,
    ResolutionTooBigError,
    TooManyPixelsError,
    UploadRefusedError,
    UploadSizeError,
)
from cutout.settings import Settings

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
DEFAULTS = Settings()
STAND_INS = {FileGoneError, UploadRefusedError, UploadSizeError}
"""Of the local server's own routes in S3's place."""
LIMITS = (
    FileTooBigError(DEFAULTS.max_file_bytes),
    ResolutionTooBigError((5000, 3000), DEFAULTS.max_side),
    TooManyPixelsError(DEFAULTS.max_pixels),
)


def fixed_texts() -> list[str]:
    """Of the failures that take nothing to be made."""
    made = {each for each in PictureError.__subclasses__() if "message" in vars(each)}
    assert set(OTHERS.values()) <= made
    return sorted(each.message for each in made)


TEXTS = [
    *fixed_texts(),
    PictureError.message,
    *map(str, LIMITS),
    *(str(BackgroundLimitError(each)) for each in LIMITS),
]


@pytest.mark.parametrize("text", TEXTS)
def test_every_failure_is_in_the_table(text: str) -> None:
    assert f"| `{text}` |" in PAGE


def test_no_failure_is_made_up() -> None:
    table = PAGE.partition("### When a picture can't")[2].partition("###")[0]
    assert set(re.findall(r"^\| `(.+?)` \|", table, re.MULTILINE)) == set(TEXTS)


def test_every_failure_is_on_the_openapi_page() -> None:
    examples = RESULTS_ANSWERS[200]["content"]["application/json"]["examples"].values()
    shown = {each["value"]["results"][0]["status"]["message"] for each in examples}
    assert shown == {*TEXTS, "Success"}


@pytest.mark.parametrize("answers", [RESULTS_ANSWERS, UPLOADS_ANSWERS])
def test_every_status_is_named(answers: dict[int | str, dict[str, object]]) -> None:
    for status in {*answers} - {200}:
        assert f"| {status} |" in PAGE or f"`{status}`" in PAGE, status


@pytest.mark.parametrize("error", sorted({*RequestError.__subclasses__()} - STAND_INS, key=str))
def test_every_refusal_is_in_a_table(error: type[RequestError]) -> None:
    body = error.body
    row = body.split("\n")[0] if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    assert re.search(rf"^\| {error.status} \| `+{re.escape(row)}`", PAGE, re.MULTILINE)


@pytest.mark.parametrize("text", [colours.MESSAGE, choices.MARGIN_MESSAGE])
def test_what_a_value_should_be(text: str) -> None:
    assert f"| `{text}` |" in PAGE


def test_every_parameter_with_its_default() -> None:
    for name, field in OptionsQuery.model_fields.items():
        rows = [line for line in PAGE.splitlines() if line.startswith(f"| `{field.alias or name}`")]
        assert rows, f"{name} is not on the page"
        default = rows[0].split("|")[3].strip().strip("`")
        if isinstance(field.default, float):
            assert float(default) == field.default
        elif isinstance(field.default, str):
            assert default == str(field.default)


def test_every_field_and_route(client: TestClient) -> None:
    page = client.get("/openapi.json").json()
    for path in page["paths"]:
        assert path in PAGE
    form = page["paths"]["/v1/results"]["post"]["requestBody"]["content"]["multipart/form-data"]
    for name in form["schema"]["properties"]:
        assert f"| `{name}` |" in PAGE, name
