"""Pictures with hostile ICC profiles: each answer is that of the picture without a profile."""

from base64 import b64decode
from time import monotonic
from typing import Any

import pytest
from fastapi.testclient import TestClient
from PIL import PngImagePlugin

from cutout import cut_out
from cutout.api.app import build_app
from cutout.decode.icc import MAX_PROFILE_BYTES
from cutout.library import session
from cutout.pipeline import Pipeline
from cutout.settings import Settings
from tests.conftest import middle_is_object
from tests.decode.laden import FORMS, NAMED, PROFILES, bare, laden
from tests.decode.profiles import COSTLY, HOSTILE
from tests.fetch.servers import answer, serving
from tests.samples import gradient, jpeg
from tests.shown import Shown, shown

RESULTS = "/v1/results"
SECONDS = 2
FORM = pytest.mark.parametrize("form", FORMS)


def shown_by(reply: Any) -> Shown:
    (result,) = reply.json()["results"]
    assert result["status"]["code"] == "ok", result["status"]
    return shown(b64decode(result["entities"][0]["image"], validate=True))


@FORM
def test_the_api(client: TestClient, form: str) -> None:
    wanted = shown_by(client.post(RESULTS, files={"image": bare(form)}))
    assert wanted.profile is None
    for name in HOSTILE:
        assert shown_by(client.post(RESULTS, files={"image": laden(form, name)})) == wanted, name


@FORM
def test_a_background(client: TestClient, form: str) -> None:
    def on(background: bytes) -> Shown:
        return shown_by(client.post(RESULTS, files={"image": jpeg(), "image-bg": background}))

    wanted = on(bare(form))
    for name in HOSTILE:
        assert on(laden(form, name)) == wanted, name


@FORM
def test_costly_profiles_of_picture_and_background_together(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    monkeypatch.setattr(PngImagePlugin, "MAX_TEXT_CHUNK", MAX_PROFILE_BYTES)  # to read the answer
    for name in COSTLY:
        content, start = laden(form, name), monotonic()
        reply = client.post(RESULTS, files={"image": content, "image-bg": laden("RGB PNG", name)})
        assert shown_by(reply).size == (64, 48)
        assert monotonic() - start < 2 * SECONDS, name


@FORM
def test_a_url(settings: Settings, form: str) -> None:
    own = settings.model_copy(update={"allow_private_network": True})
    with TestClient(build_app(Pipeline(own, middle_is_object))) as client:
        for name in NAMED:
            with serving(answer(laden(form, name))) as server:
                found = shown_by(client.post(RESULTS, data={"url": server.url("/a")}))
            with serving(answer(bare(form))) as server:
                assert found == shown_by(client.post(RESULTS, data={"url": server.url("/a")}))


def test_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline = Pipeline(Settings(), middle_is_object)
    monkeypatch.setattr(session, "open_pipeline", lambda _model, _threads: pipeline)
    monkeypatch.setattr(session, "_sessions", {})
    for form in FORMS:
        wanted, drawn = cut_out(bare(form)), gradient().convert(FORMS[form][1])
        for name in HOSTILE:
            opened = drawn.copy()
            opened.info["icc_profile"] = PROFILES[name](opened.mode)
            for source, expected in ((laden(form, name), wanted), (opened, cut_out(drawn))):
                made = cut_out(source)
                assert made.tobytes() == expected.tobytes(), (form, name)
                assert "icc_profile" not in made.info, (form, name)
