"""`webp`: whether a request's WebP files are accepted, whatever the server's setting is."""

import pytest
from fastapi.testclient import TestClient

from cutout.api.app import build_app
from cutout.pipeline import Pipeline
from cutout.settings import Settings
from tests.conftest import middle_is_object
from tests.options.asking import RESULTS
from tests.samples import gradient, png, webp

PLAIN, WEBP = png(gradient(60, 40)), webp(gradient(60, 40))
REFUSED = "Unsupported file type: WebP. Only JPEG and PNG images are accepted."


def message(client: TestClient, query: dict[str, str], form: dict[str, str], **files: bytes) -> str:
    """Return what the answer says of a form with these files."""
    answer = client.post(RESULTS, params=query, data=form, files=files)
    (result,) = answer.json()["results"]
    text: str = result["status"]["message"]
    return text


@pytest.mark.parametrize("setting", [False, True])
def test_the_request_wins_over_the_setting(settings: Settings, *, setting: bool) -> None:
    own = settings.model_copy(update={"webp": setting})
    client = TestClient(build_app(Pipeline(own, middle_is_object)))
    by_default = "Success" if setting else REFUSED
    assert message(client, {}, {}, image=WEBP) == by_default
    assert message(client, {"webp": ""}, {}, image=WEBP) == by_default
    assert message(client, {"webp": "true"}, {}, image=WEBP) == "Success"
    assert message(client, {}, {"webp": "true"}, image=WEBP) == "Success"
    assert message(client, {"webp": "false"}, {}, image=WEBP) == REFUSED
    assert message(client, {"webp": "false"}, {}, image=PLAIN) == "Success"


@pytest.mark.parametrize("field", ["image-bg", "mask"])
def test_it_counts_for_the_other_files(client: TestClient, field: str) -> None:
    files = {"image": PLAIN, field: WEBP}
    assert message(client, {"webp": "true"}, {}, **files) == "Success"
    assert message(client, {}, {}, **files) != "Success"
