"""Section 2 of the contract: encodings, `Accept`, empty fields, and what is ignored."""

import asyncio
import json
import tracemalloc
from base64 import b64decode, b64encode
from urllib.parse import quote, urlencode

import pytest
from fastapi import Request
from fastapi.testclient import TestClient

from cutout.api.removebg.fields import receive_fields
from cutout.settings import Settings
from tests.api.removebg.asking import (
    FILES,
    JSON,
    PICTURE,
    REMOVEBG,
    any_json,
    ask,
    error_of,
    form_of,
    image_of,
    size_of,
)
from tests.samples import gradient, jpeg

CROPPED = (100, 82)  # the object, as it is enlarged from the matte of 1024 x 1024
B64 = b64encode(PICTURE).decode()
MULTIPART = {"Content-Type": "multipart/form-data; boundary=b"}
JSON_BODY = {"Content-Type": "application/json"}
URLENCODED = {"Content-Type": "application/x-www-form-urlencoded"}
PARAMETERS = """size type type_level format roi crop crop_margin scale position channels add_shadow
semitransparency bg_color bg_image_url image_url image_file_b64 shadow_type shadow_opacity"""
EMPTY = dict.fromkeys(PARAMETERS.split(), "")
N8N_FILE = "application/json,text/html,application/xml,text/*;q=0.9, image/*;q=0.8, */*;q=0.7"
TYPES = [
    *("*/*", "image/*", "image/png, */*;q=0.5", ""),
    "application/json, text/plain, */*",  # axios, Angular
    N8N_FILE,
    "text/html, application/json, */*;q=0.1",
]


def test_multipart(client: TestClient) -> None:
    assert image_of(ask(client).content).size == (200, 160)


@pytest.mark.parametrize("kind", ["multipart/mixed", "multipart/related", "Multipart/Form-Data"])
def test_other_types_of_multipart(client: TestClient, kind: str) -> None:
    body = form_of(("image_file", "a.png", PICTURE), ("crop", None, b"true"))
    answer = client.post(REMOVEBG, content=body, headers={"Content-Type": f"{kind}; boundary=b"})
    assert size_of(answer) == CROPPED


@pytest.mark.parametrize("first", [True, False])
def test_fields_before_and_after_the_file(client: TestClient, first: bool) -> None:
    file, field = ("image_file", "a.png", PICTURE), ("crop", None, b"true")
    body = form_of(*((field, file) if first else (file, field)))
    answer = client.post(REMOVEBG, content=body, headers=MULTIPART)
    assert size_of(answer) == CROPPED


def test_urlencoded(client: TestClient) -> None:
    body = urlencode({"image_file_b64": B64, "crop": "true"})
    answer = client.post(REMOVEBG, content=body, headers=URLENCODED)
    assert size_of(answer) == CROPPED


def test_urlencoded_with_a_plus_that_is_not_escaped(client: TestClient) -> None:
    assert "+" in B64
    body = f"image_file_b64={quote(B64, safe='+/=')}"
    assert client.post(REMOVEBG, content=body, headers=URLENCODED).status_code == 200


def test_urlencoded_with_very_many_escapes_takes_little_memory(client: TestClient) -> None:
    body = "tag=" + "%41" * 1_000_000
    tracemalloc.start()
    try:
        error = error_of(client.post(REMOVEBG, content=body, headers=URLENCODED), 400)
        assert error["code"] == "missing_source"
        assert tracemalloc.get_traced_memory()[1] < 30_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("shift", range(3))
def test_escapes_are_read_wherever_they_are(client: TestClient, shift: int) -> None:
    breaks = "\n" * shift + "%0a" * 50_000
    body = f"image_file_b64={breaks}{quote(B64, safe='')}&crop=%74rue&size=%&tag"
    answer = client.post(REMOVEBG, content=body.replace("&size=%", ""), headers=URLENCODED)
    assert size_of(answer) == CROPPED
    assert client.post(REMOVEBG, content=body, headers=URLENCODED).status_code == 400


def test_base64_in_multipart(client: TestClient) -> None:
    big = b64encode(jpeg(gradient(1200, 900), quality=98))
    assert len(big) > 64 * 1024
    body = form_of(("image_file_b64", None, big))
    assert client.post(REMOVEBG, content=body, headers=MULTIPART).status_code == 200


@pytest.mark.parametrize("prefix", ["", "data:image/png;base64,", "DATA:;base64,"])
def test_json(client: TestClient, prefix: str) -> None:
    given = {"image_file_b64": prefix + B64, "crop": True, "size": None, "unknown": [1]}
    assert size_of(client.post(REMOVEBG, json=given)) == CROPPED


def test_json_with_numbers(client: TestClient) -> None:
    given = {"image_file_b64": B64, "type_level": 1, "shadow_opacity": 30, "crop": False}
    assert client.post(REMOVEBG, json=given).status_code == 200


def test_json_with_a_file_in_base64(client: TestClient) -> None:
    assert client.post(REMOVEBG, json={"image_file": B64}).status_code == 200


@pytest.mark.parametrize("body", [b"[]", b"{", b"1", b"[" * 100_000, b'"a"'])
def test_json_that_is_no_object(client: TestClient, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    error = error_of(client.post(REMOVEBG, content=body, headers=headers), 400)
    assert error["code"] == "invalid_request"


@pytest.mark.parametrize("value", ["{}", "[]", "0", '"ab"'])
def test_json_with_very_many_values_takes_little_memory(client: TestClient, value: str) -> None:
    body = f'{{"tag": [{",".join([value] * 200_000)}]}}'.encode()
    tracemalloc.start()
    try:
        error = error_of(client.post(REMOVEBG, content=body, headers=JSON_BODY), 400)
        assert error["code"] == "invalid_request"
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(("numbers", "status"), [(9_998, 200), (9_999, 400)])
def test_json_has_ten_thousand_values_at_most(
    client: TestClient, numbers: int, status: int
) -> None:
    given = {"image_file_b64": B64, "tag": [0] * numbers}
    assert client.post(REMOVEBG, json=given).status_code == status


def test_a_body_of_another_type_holds_no_picture(client: TestClient) -> None:
    error = error_of(client.post(REMOVEBG, content=PICTURE), 400)
    assert error["code"] == "missing_source"


def test_chunked(client: TestClient) -> None:
    text = json.dumps({"image_file_b64": B64}).encode()
    chunks = (text[at : at + 100] for at in range(0, len(text), 100))
    headers = {"Content-Type": "application/json"}
    assert client.post(REMOVEBG, content=chunks, headers=headers).status_code == 200


@pytest.mark.parametrize("accept", TYPES)
def test_json_in_and_bytes_out(client: TestClient, accept: str) -> None:
    answer = client.post(REMOVEBG, json={"image_file_b64": B64}, headers={"Accept": accept})
    assert answer.headers["content-type"] == "image/png"
    assert image_of(answer.content).size == (200, 160)


@pytest.mark.parametrize(
    "accept",
    [
        *("application/json", "text/html, application/json;q=0.9", "image/png, application/json"),
        "application/json,text/*;q=0.99",  # n8n, for JSON
    ],
)
def test_accept_decides_for_json(client: TestClient, accept: str) -> None:
    data = any_json(client.post(REMOVEBG, files=FILES, headers={"Accept": accept}))["data"]
    assert set(data) == {
        "result_b64",
        *(f"foreground_{each}" for each in ("top", "left", "width", "height")),
    }
    assert b64decode(data["result_b64"], validate=True) == ask(client).content


def test_empty_fields_are_absent(client: TestClient) -> None:
    answer = ask(client, **EMPTY)
    assert answer.content == ask(client).content


def test_empty_fields_are_absent_in_json(client: TestClient) -> None:
    given = {**EMPTY, "image_file_b64": B64}
    assert client.post(REMOVEBG, json=given).status_code == 200


@pytest.mark.parametrize("name", ["", None])
def test_empty_file_parts_are_absent(client: TestClient, name: str | None) -> None:
    body = form_of(
        ("image_file", name, b""),
        ("bg_image_file", name, b""),
        ("image_file_b64", None, B64.encode()),
    )
    assert client.post(REMOVEBG, content=body, headers=MULTIPART).status_code == 200


def test_an_empty_named_file_beside_another_source_is_absent(client: TestClient) -> None:
    body = form_of(("image_file", "blob", b""), ("image_file_b64", None, B64.encode()))
    assert client.post(REMOVEBG, content=body, headers=MULTIPART).status_code == 200


def test_a_lone_surrogate_in_an_address_is_an_error_of_the_usual_form(client: TestClient) -> None:
    body = b'{"image_url": "http://exa\\ud800mple.invalid/a"}'
    answer = client.post(REMOVEBG, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] in {"failed_image_download", "invalid_image_url"}


def test_an_empty_file_alone_can_not_be_read(client: TestClient) -> None:
    body = form_of(("image_file", "a.png", b""))
    error = error_of(client.post(REMOVEBG, content=body, headers=MULTIPART), 400)
    assert error["code"] == "failed_to_read_image"


def test_unknown_fields_are_ignored(client: TestClient) -> None:
    ask(client, api_key="k", tag="t", shadow_method="legacy", nonsense="1", **{"bg-color": "red"})


def test_large_unknown_fields_are_ignored(client: TestClient) -> None:
    parts = [("tag", None, 70_000 * b"a"), *((f"field{at}", None, b"1") for at in range(40))]
    body = form_of(*parts, ("image_file", "a", PICTURE))
    assert client.post(REMOVEBG, content=body, headers=MULTIPART).status_code == 200


def test_a_picture_in_place_of_an_address(client: TestClient) -> None:
    body = form_of(("image_url", "a.png", PICTURE))
    error = error_of(client.post(REMOVEBG, content=body, headers=MULTIPART), 400)
    assert error["code"] == "invalid_image_url"


def test_reading_a_body_stops_no_other_request() -> None:
    body = "a=" + "".join(f"%{each:02x}" for each in 300_000 * b"A")
    headers = [(b"content-type", b"application/x-www-form-urlencoded")]
    scope = {"type": "http", "method": "POST", "headers": headers}

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body.encode()}

    async def others(turns: list[int]) -> None:
        while True:
            turns.append(1)
            await asyncio.sleep(0.001)

    async def read() -> list[int]:
        turns: list[int] = []
        other = asyncio.create_task(others(turns))
        await receive_fields(Request(scope, receive), Settings())
        other.cancel()
        return turns

    assert len(asyncio.run(read())) > 5


def test_our_own_names_mean_nothing_here(client: TestClient) -> None:
    answer = ask(client, **{"crop-margin": "10%", "max-side": "10", "representation": "url"})
    assert size_of(answer) == (200, 160)


@pytest.mark.parametrize("name", ["x.png", "file.jpg", "blob", "a", "ü.gif"])
@pytest.mark.parametrize("kind", ["image/png", "application/octet-stream", "text/plain"])
def test_the_bytes_say_what_a_file_is(client: TestClient, name: str, kind: str) -> None:
    for content in (PICTURE, jpeg(gradient(200, 160))):
        files = {"image_file": (name, content, kind)}
        assert client.post(REMOVEBG, files=files).status_code == 200


def test_a_part_without_a_file_name_is_a_file(client: TestClient) -> None:
    body = form_of(("image_file", None, PICTURE))
    assert client.post(REMOVEBG, content=body, headers=MULTIPART).status_code == 200


def test_the_first_of_repeated_fields_counts(client: TestClient) -> None:
    body = form_of(("image_file", "a", PICTURE), ("crop", None, b"true"), ("crop", None, b"false"))
    assert size_of(client.post(REMOVEBG, content=body, headers=MULTIPART)) == CROPPED


def test_the_first_of_repeated_members_that_is_not_empty_counts(client: TestClient) -> None:
    body = f'{{"image_file_b64": "", "image_file_b64": "{B64}", "crop": true, "crop": false}}'
    headers = {"Content-Type": "application/json"}
    assert size_of(client.post(REMOVEBG, content=body, headers=headers)) == CROPPED


def test_the_query_means_nothing(client: TestClient) -> None:
    answer = client.post(f"{REMOVEBG}?crop=true&format=jpg", files=FILES, headers=JSON)
    assert size_of(answer) == (200, 160)
