"""What `docs/api.md` must name: every parameter, every field, every text of a failure."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from cutout import choices, colours
from cutout.api.openapi import RESULTS_ANSWERS, UPLOADS_ANSWERS
from cutout.api.parameters import OptionsQuery
from cutout.errors import (
    FileError,
    FileTooBigError,
    PictureError,
    ResolutionTooBigError,
    Subject,
    TooManyPixelsError,
)
from cutout.request_errors import FileGoneError, RequestError, UploadRefusedError, UploadSizeError
from cutout.settings import Settings

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
DEFAULTS = Settings()
STAND_INS = {FileGoneError, UploadRefusedError, UploadSizeError}
"""Of the local server's own routes in S3's place."""
LIMITS: tuple[Callable[[], FileError], ...] = (
    lambda: FileTooBigError(DEFAULTS.max_file_bytes),
    lambda: ResolutionTooBigError((5000, 3000), DEFAULTS.max_side),
    lambda: TooManyPixelsError(DEFAULTS.max_pixels),
)


def texts() -> list[str]:
    """Return every failure's text, of both files where it is about one."""
    fixed = [each for each in concrete(PictureError) if "message" in vars(each)]
    made: list[Callable[[], PictureError]] = [*fixed, *LIMITS]
    found = [str(make()) for make in made]
    about = [each for each in (make() for make in made) if isinstance(each, FileError)]
    return sorted({PictureError.message, *found, *(str(on_background(each)) for each in about)})


def concrete(kind: type[PictureError]) -> list[type[PictureError]]:
    """Return all subclasses, however deep."""
    return [each for direct in kind.__subclasses__() for each in (direct, *concrete(direct))]


def on_background(error: FileError) -> FileError:
    return error.about(Subject.BACKGROUND)


TEXTS = texts()
FAILURES = PAGE.partition("### When a picture can't")[2].partition("\n- ")[2].partition("###")[0]


@pytest.mark.parametrize("text", TEXTS)
def test_every_failure_is_in_the_list(text: str) -> None:
    assert f"`{text}`" in FAILURES


def test_no_failure_is_made_up() -> None:
    assert set(re.findall(r"`(.+?)`", FAILURES)) == set(TEXTS)


def test_every_failure_is_on_the_openapi_page() -> None:
    examples = RESULTS_ANSWERS[200]["content"]["application/json"]["examples"].values()
    shown = {each["value"]["results"][0]["status"]["message"] for each in examples}
    assert shown == {*TEXTS, "Success"}


@pytest.mark.parametrize("answers", [RESULTS_ANSWERS, UPLOADS_ANSWERS])
def test_every_status_is_named(answers: dict[int | str, dict[str, object]]) -> None:
    for status in {*answers} - {200}:
        assert f"- {status} `" in PAGE or f"`{status}`" in PAGE, status


@pytest.mark.parametrize("error", sorted({*RequestError.__subclasses__()} - STAND_INS, key=str))
def test_every_refusal_is_in_a_list(error: type[RequestError]) -> None:
    body = error.body()
    row = body.split("\n")[0] if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    assert re.search(rf"^- {error.status} `+{re.escape(row)}`", PAGE, re.MULTILINE)


@pytest.mark.parametrize("text", [colours.MESSAGE, choices.MARGIN_MESSAGE])
def test_what_a_value_should_be(text: str) -> None:
    assert f": `{text}`\n" in PAGE


def test_every_parameter_with_its_default() -> None:
    for name, field in OptionsQuery.model_fields.items():
        rows = [line for line in PAGE.splitlines() if line.startswith(f"| `{field.alias or name}`")]
        assert rows, f"{name} is not on the page"
        default = rows[0].split("|")[1].partition(" (")[2].strip(" `)")
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
        assert re.search(rf"^\| `{name}` [|(]", PAGE, re.MULTILINE), name
