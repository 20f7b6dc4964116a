"""Every row of the contract's table, by its public door."""

import re
from collections.abc import Callable
from hashlib import md5
from typing import Any

import pytest
from fastapi.testclient import TestClient
from PIL import Image

from cutout.settings import MIB
from tests.samples import jpeg, picture_of, png, png_header
from tests.shown import told

RESULTS = "/v1/results"
MODES = ["fg-image", "fg-image-shadow", "fg-mask"]


def post(client: TestClient, content: bytes, mode: str | None = None) -> dict[str, Any]:
    """The only result of a picture posted as `img.jpg`."""
    params = {} if mode is None else {"mode": mode}
    answer = client.post(RESULTS, params=params, files={"image": ("img.jpg", content)})
    assert answer.status_code == 200, answer.text
    result: dict[str, Any]
    (result,) = answer.json()["results"]
    assert result["name"] == "img.jpg"
    assert result["md5"] == md5(content, usedforsecurity=False).hexdigest(), (
        "md5 is not of the bytes received"
    )
    assert set(result) == {"status", "name", "md5", "entities"}
    return result


def failure(client: TestClient, content: bytes) -> str:
    """The message of the failure that the picture must end in."""
    result = post(client, content)
    assert result["status"]["code"] == "failure", result["status"]
    assert result["entities"] == []
    message: str = result["status"]["message"]
    return message


@pytest.mark.parametrize("prefix", ["", "/img-bg-removal"])
def test_version_is_plain_text_alone(client: TestClient, prefix: str) -> None:
    answer = client.get(f"{prefix}/v1/version")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    assert re.fullmatch(r"v1\.\d+\.\d+", answer.text), answer.text


@pytest.mark.parametrize("prefix", ["", "/img-bg-removal"])
def test_modes(client: TestClient, prefix: str) -> None:
    answer = client.get(f"{prefix}/v1/modes")
    assert answer.status_code == 200
    assert answer.json() == MODES


@pytest.mark.parametrize("mode", MODES)
def test_success_has_one_entity_named_after_the_mode(client: TestClient, mode: str) -> None:
    result = post(client, jpeg(), mode)
    assert result["status"] == {"code": "ok", "message": "Success"}
    (entity,) = result["entities"]
    assert set(entity) == {"kind", "name", "image", "format"}
    assert (entity["kind"], entity["format"]) == ("image", "PNG")
    assert entity["name"] == f"general-{mode}"
    picture = picture_of(result)
    assert picture.format == "PNG"
    assert picture.size == (64, 48)
    assert picture.mode == ("L" if mode == "fg-mask" else "RGBA")


def test_mode_defaults_to_the_cut_out(client: TestClient) -> None:
    assert told(post(client, jpeg())) == told(post(client, jpeg(), "fg-image"))


def test_answer_under_the_original_prefix_is_the_same(client: TestClient) -> None:
    files = {"image": ("img.jpg", jpeg())}
    prefixed, plain = (
        client.post(f"{prefix}{RESULTS}", files=files).json()["results"]
        for prefix in ("/img-bg-removal", "")
    )
    assert list(map(told, prefixed)) == list(map(told, plain))


@pytest.mark.parametrize("data", [None, {"url": ""}, {"other": "x"}])
def test_neither_image_nor_url(client: TestClient, data: dict[str, str] | None) -> None:
    answer = client.post(RESULTS, data=data)
    assert answer.status_code == 422
    assert answer.json() == {"detail": "Missing image or url field."}


def test_unknown_mode_answers_in_the_standard_list_form(client: TestClient) -> None:
    answer = client.post(RESULTS, params={"mode": "x"}, files={"image": jpeg()})
    assert answer.status_code == 422
    (detail,) = answer.json()["detail"]
    assert detail["loc"] == ["query", "mode"]
    assert detail["type"] == "enum"
    assert "fg-image" in detail["msg"]


TOO_LARGE = "Error: Request Entity Too Large\nYour client issued a request that was too large."


def test_request_over_32_mb(client: TestClient) -> None:
    answer = client.post(RESULTS, files={"image": bytes(32 * MIB)})
    assert answer.status_code == 413
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.text == TOO_LARGE


def test_request_of_32_mb_is_read_to_its_end(client: TestClient) -> None:
    head = b'--b\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\n'
    tail = b"\r\n--b--\r\n"
    form = {"content-type": "multipart/form-data; boundary=b"}
    body = head + bytes(32 * MIB - len(head) - len(tail)) + tail
    assert client.post(RESULTS, content=body, headers=form).status_code == 200
    assert client.post(RESULTS, content=b"\r\n" + body, headers=form).status_code == 413


def test_file_under_16_mb_passes_and_of_16_mb_fails(client: TestClient) -> None:
    small = jpeg()
    under = small + bytes(16 * MIB - 1 - len(small))
    assert post(client, under)["status"]["code"] == "ok"
    assert failure(client, under + b"\0") == "File is too big. The size must be less than 16 MB."


def test_sides_of_4096_pass_and_of_4097_fail(client: TestClient) -> None:
    for size in ((4096, 8), (8, 4096)):
        picture = picture_of(post(client, png(Image.new("RGB", size))))
        assert picture.size == size
    limit = "Max allowed resolution: 4096x4096"
    wide, tall = (png(Image.new("RGB", size)) for size in ((4097, 8), (8, 4097)))
    assert failure(client, wide) == f"Resolution is too big: 4097x8. {limit}"
    assert failure(client, tall) == f"Resolution is too big: 8x4097. {limit}"


def test_resolution_is_judged_by_the_header_alone(client: TestClient) -> None:
    limit = "Max allowed resolution: 4096x4096"
    at_limit = failure(client, png_header(178956970, 1))
    assert at_limit == f"Resolution is too big: 178956970x1. {limit}"
    over = failure(client, png_header(178956971, 1))
    assert over == "Resolution is too big: exceeds limit of 178956970 pixels."


@pytest.mark.parametrize("make", [jpeg, png])
def test_empty_broken_and_truncated_files_can_not_be_loaded(
    client: TestClient, make: Callable[[], bytes]
) -> None:
    whole = make()
    for broken in (b"", whole[:20], whole[: len(whole) // 2], whole[:-40]):
        assert failure(client, broken) == "Can not load image.", f"{len(broken)} bytes"


@pytest.mark.parametrize("content", [b"GIF89a", b"RIFF0000WEBP", b"%PDF-1.7", b"\0", b"<svg/>"])
def test_other_types_are_named_as_such(client: TestClient, content: bytes) -> None:
    expected = "Unsupported file type. Only JPEG and PNG images are accepted."
    assert failure(client, content) == expected


def test_type_is_judged_by_content_not_by_name_or_header(client: TestClient) -> None:
    files = {"image": ("a.gif", png(), "image/gif")}
    (result,) = client.post(RESULTS, files=files).json()["results"]
    assert result["status"]["code"] == "ok"


def test_a_fault_of_ours_is_a_failure_not_a_5xx(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def explode(*_: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr("cutout.work.encode", explode)
    assert failure(client, jpeg()) == "Processing failed"


def test_preflight_allows_the_marketplaces_headers(client: TestClient) -> None:
    for header in ("X-API-KEY", "X-RapidAPI-Key", "A4A-CLIENT-APP-ID"):
        answer = client.options(
            RESULTS,
            headers={
                "Origin": "https://shop.example",
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": header,
            },
        )
        assert answer.status_code == 200
        assert header.lower() in answer.headers["access-control-allow-headers"].lower()
        assert answer.headers["access-control-allow-origin"] == "*"


def test_answers_may_be_read_by_any_page(client: TestClient) -> None:
    answer = client.post(
        RESULTS, files={"image": jpeg()}, headers={"Origin": "https://shop.example"}
    )
    assert answer.headers["access-control-allow-origin"] == "*"


def test_openapi_shows_an_example_of_every_answer(client: TestClient) -> None:
    answers = client.get("/openapi.json").json()["paths"][RESULTS]["post"]["responses"]
    assert {"200", "400", "413", "422"} <= set(answers)
    examples = answers["200"]["content"]["application/json"]["examples"]
    messages = {e["value"]["results"][0]["status"]["message"] for e in examples.values()}
    assert {"Success", "Can not load image.", "Processing failed"} <= messages
    assert answers["413"]["content"]["text/plain"]["example"] == TOO_LARGE


def test_stages_are_told_in_server_timing(client: TestClient) -> None:
    timing = client.post(RESULTS, files={"image": jpeg()}).headers["server-timing"]
    stages = [entry.partition(";")[0] for entry in timing.split(", ")]
    assert stages == ["fetch", "decode", "segment", "refine", "compose", "encode", "answer"]
