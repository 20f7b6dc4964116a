"""Forms that no client sends."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncGenerator

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.datastructures import Headers, UploadFile

from cutout.api.body import MAX_SEMICOLONS, FormLimits, parse_multipart
from tests.local_server import ROOT
from tests.samples import jpeg

PICTURE = jpeg()
BOUNDARY = "x5c4b"
NAMED = 'Content-Disposition: form-data; name="image"; filename="a.jpg"'
RESULTS = "/v1/results"


def part(head: str, content: bytes = PICTURE, boundary: str = BOUNDARY) -> bytes:
    return f"--{boundary}\r\n{head}\r\n\r\n".encode() + content + b"\r\n"


def form(*parts: bytes, boundary: str = BOUNDARY) -> bytes:
    return b"".join(parts) + f"--{boundary}--\r\n".encode()


def post(client: TestClient, body: bytes, parameters: str = f"boundary={BOUNDARY}") -> int:
    """The status; an answer of 200 must be a success."""
    headers = {"content-type": f"multipart/form-data; {parameters}"}
    reply = client.post(RESULTS, content=body, headers=headers)
    if reply.status_code == 200:
        assert reply.json()["results"][0]["status"]["code"] == "ok", reply.text
    return reply.status_code


def test_a_part_has_at_most_eight_headers(client: TestClient) -> None:
    seven = "".join(f"\r\nX-{n}: y" for n in range(7))
    assert post(client, form(part(NAMED + seven))) == 200
    assert post(client, form(part(f"{NAMED}{seven}\r\nX-8: y"))) == 400


def test_a_header_of_a_part_has_at_most_4_kb(client: TestClient) -> None:
    assert post(client, form(part(f"{NAMED}\r\nX: {'y' * 4000}"))) == 200
    assert post(client, form(part(f"{NAMED}\r\nX: {'y' * 4300}"))) == 400
    assert post(client, form(part(f"{NAMED}\r\n{'y' * (1 << 20)}"))) == 400


OPEN_QUOTES = f"""
import asyncio, resource
from collections.abc import AsyncGenerator
from starlette.datastructures import Headers
from cutout.api.body import FormLimits, parse_multipart

resource.setrlimit(resource.RLIMIT_CPU, (5, 5))
head = b'Content-Disposition: form-data; name="n"; filename="a"; x="' + b'\\\\"' * 2000
body = b"--{BOUNDARY}\\r\\n" + head + b"\\r\\n\\r\\nx\\r\\n"

async def chunks() -> AsyncGenerator[bytes, None]:
    yield body * 100 + b"--{BOUNDARY}--\\r\\n"

headers = Headers({{"content-type": "multipart/form-data; boundary={BOUNDARY}"}})
form = asyncio.run(parse_multipart(headers, chunks(), FormLimits(1 << 20, parts=100)))
print(len(form.multi_items()))
"""


def test_quotes_that_never_close_cost_little() -> None:
    """The form is read on the event loop, where no other request is answered meanwhile."""
    done = subprocess.run(
        [sys.executable, "-c", OPEN_QUOTES], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, "100"), done.stderr


@pytest.mark.parametrize(("count", "status"), [(MAX_SEMICOLONS, 200), (MAX_SEMICOLONS + 1, 400)])
def test_a_header_has_at_most_100_semicolons(client: TestClient, count: int, status: int) -> None:
    assert post(client, form(part(NAMED + ";" * (count - NAMED.count(";"))))) == status
    assert post(client, form(part(NAMED)), f"boundary={BOUNDARY}{';' * (count - 1)}") == status


def test_a_boundary_has_at_most_256_characters(client: TestClient) -> None:
    for length, status in ((256, 200), (257, 400)):
        long = "b" * length
        body = form(part(NAMED, boundary=long), boundary=long)
        assert post(client, body, f"boundary={long}") == status


PREAMBLE = b"This is a multi-part message in MIME format.\r\n"


@pytest.mark.parametrize(
    "start", [b"\r\n", b"\n", PREAMBLE, PREAMBLE + b"\r\n", b"x" * 70_000 + b"\n"]
)
def test_what_precedes_the_first_boundary_is_not_read(client: TestClient, start: bytes) -> None:
    assert post(client, start + form(part(NAMED))) == 200


@pytest.mark.parametrize("length", range(1, 12))
def test_a_boundary_is_found_across_chunks(length: int) -> None:
    body = PREAMBLE + form(part(NAMED, b"content"))

    async def chunks() -> AsyncGenerator[bytes, None]:
        for at in range(0, len(body), length):
            yield body[at : at + length]

    async def read() -> tuple[str | None, bytes]:
        headers = Headers({"content-type": f"multipart/form-data; boundary={BOUNDARY}"})
        found = await parse_multipart(headers, chunks(), FormLimits(10_000))
        file = found["image"]
        assert isinstance(file, UploadFile)
        content = await file.read()
        await found.close()
        return file.filename, content

    assert asyncio.run(read()) == ("a.jpg", b"content")


@pytest.mark.parametrize(
    "body",
    [
        *(PREAMBLE, PREAMBLE * 2000, b"junk", b"some text\r\nabcde", b"\r\n"),
        *(f"a--{BOUNDARY}".encode(), f"--{BOUNDARY}x".encode(), b"a" + form(part(NAMED))[:60]),
    ],
)
def test_without_a_part_the_form_is_broken(client: TestClient, body: bytes) -> None:
    assert post(client, body) == 400


def test_of_two_boundaries_the_last_holds(client: TestClient) -> None:
    """As the library has it; what matters is that nothing is read by the other one."""
    assert post(client, form(part(NAMED)), f"boundary=other; boundary={BOUNDARY}") == 200
    assert post(client, form(part(NAMED)), f"boundary={BOUNDARY}; boundary=other") == 400


@pytest.mark.parametrize("parameters", ["", "boundary=", 'boundary=""', "boundary", "boundary= "])
def test_without_a_boundary_there_is_no_form(client: TestClient, parameters: str) -> None:
    assert post(client, form(part(NAMED)), parameters) in {400, 422}


def test_of_two_pictures_the_first_is_taken(client: TestClient) -> None:
    second = 'Content-Disposition: form-data; name="image"; filename="b.gif"'
    assert post(client, form(part(NAMED), part(second, b"GIF89a"))) == 200


def test_a_part_within_a_part_is_content(client: TestClient) -> None:
    inner = form(part(NAMED), boundary="inner")
    head = 'Content-Disposition: form-data; name="url"\r\nContent-Type: multipart/mixed'
    assert post(client, form(part(head, inner[:60]), part(NAMED))) == 200


@pytest.mark.parametrize(
    "name",
    [
        "\x01\x02\x1b[31m.jpg",
        '\\"quoted\\".jpg',
        "\u202egpj.exe",
        "\u200f\u2066.jpg",
        "../../etc/passwd",
        "a\tb.jpg",
        "</script><script>alert(1)</script>",
        "${jndi:ldap://a/b}",
        "'; DROP TABLE users; --",
        "\U0001f600.jpg",
        "CON",
        "%00.jpg",
    ],
)
def test_a_name_comes_back_within_sound_json(client: TestClient, name: str) -> None:
    head = f'Content-Disposition: form-data; name="image"; filename="{name}"'
    headers = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}
    reply = client.post(RESULTS, content=form(part(head)), headers=headers)
    text = reply.content.decode()
    assert not set(map(chr, range(32))) & set(text), "a control character is not escaped"
    (result,) = json.loads(text)["results"]
    assert result["name"] == name.replace('\\"', '"')
    assert reply.headers["content-type"] == "application/json"


@pytest.mark.parametrize(("length", "status"), [(4000, 200), (10_000, 400)])
def test_a_long_name_comes_back_and_one_of_10_kb_is_no_name(
    client: TestClient, length: int, status: int
) -> None:
    head = f'Content-Disposition: form-data; name="image"; filename="{"n" * length}"'
    headers = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}
    reply = client.post(RESULTS, content=form(part(head)), headers=headers)
    assert reply.status_code == status
    if status == 200:
        assert reply.json()["results"][0]["name"] == "n" * length


@pytest.mark.parametrize(("length", "back"), [(4096, 4096), (4097, 4096), (60_000, 4096)])
def test_a_long_name_of_a_url_is_cut(client: TestClient, length: int, back: int) -> None:
    reply = client.post(RESULTS, data={"url": "http://127.0.0.1/" + "n" * length})
    assert reply.json()["results"][0]["name"] == "n" * back


def test_huge_headers_of_the_request_do_no_harm(client: TestClient) -> None:
    headers = {f"X-{n}": "y" * 1000 for n in range(500)}
    assert client.post(RESULTS, files={"image": PICTURE}, headers=headers).status_code == 200


METHODS = st.sampled_from(["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "TRACE", "BREW"])
PATHS = st.one_of(
    st.sampled_from(
        ["/v1/results", "/v1/files/..%2f..%2fetc%2fpasswd", "/v1/uploads/x", "//", "/"]
    ),
    st.text("/.%25aévresultsfi\\:?#", max_size=30).map(lambda text: "/" + text),
)


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(method=METHODS, path=PATHS, prefix=st.sampled_from(["", "/img-bg-removal", "/v1/files"]))
def test_no_method_and_no_path_is_a_fault_of_ours(
    client: TestClient, method: str, path: str, prefix: str
) -> None:
    reply = client.request(method, f"http://testserver{prefix}{path}", follow_redirects=False)
    assert reply.status_code < 500, (method, path, reply.status_code)
    assert b"root:" not in reply.content


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(body=st.binary(max_size=300), kind=st.text(st.characters(max_codepoint=255), max_size=60))
def test_no_body_of_any_type_is_a_fault_of_ours(client: TestClient, body: bytes, kind: str) -> None:
    headers = {b"content-type": kind.encode("latin-1").replace(b"\r", b"").replace(b"\n", b"")}
    reply = client.post(RESULTS, content=body, headers=headers)
    assert reply.status_code in {400, 422}, (kind, body)
