"""What programs send through their languages' libraries, row by row, and which file they get."""

from base64 import b64decode, b64encode

import pytest

from tests.api.removebg.asking import image_of
from tests.api.removebg.wire import AS_JSON, PHOTO, Post, Sent, as_json, fields, multipart, named
from tools.events.gateway import payload_v2

AXIOS = {"Accept": "application/json, text/plain, */*"}
N8N = {
    "Accept": "application/json,text/html,application/xml,text/*;q=0.9, image/*;q=0.8, */*;q=0.7"
}
B64 = b64encode(PHOTO).decode()
NAME = '; filename="photo.jpg"'
JPEG = f"{NAME}\r\nContent-Type: image/jpeg"
PLAIN = "Content-Type: text/plain; charset="
FROM_SWAGGER = dict.fromkeys(["image_url", "bg_color", "bg_image_url"], "") | {
    "image_file_b64": B64,
    "size": "auto",
    "type_level": "1",
    "roi": "0% 0% 100% 100%",
    "crop": False,
    "crop_margin": "0",
    "scale": "original",
    "position": "original",
    "semitransparency": True,
}


def form(boundary: str, head: str, size: str = named("size"), kind: str = "form-data") -> Sent:
    """A photo and its size, in parts with these heads."""
    body, _ = multipart((size, b"auto"), (head, PHOTO), boundary=boundary)
    return body, {"Content-Type": f"multipart/{kind}; boundary={boundary}"}


def with_data_url() -> Sent:
    url = f"data:image/jpeg;base64,{B64}"
    return multipart(*fields(size="auto", image_file_b64=url), boundary="----WebKitFormBoundaryx7")


PROGRAMS: dict[str, tuple[Sent, dict[str, str]]] = {
    "axios, remove.bg's sample": (form("-" * 26 + "104", named("image_file", JPEG)), AXIOS),
    "axios, an object": (as_json({"image_file_b64": B64, "size": "auto"}), AXIOS),
    "axios or Angular, a data URL": (with_data_url(), AXIOS),
    "n8n, a file": (form("-" * 26 + "85", named("image_file", JPEG)), N8N),
    "n8n, JSON": (as_json(FROM_SWAGGER), {"Accept": "application/json,text/*;q=0.99"}),
    "Swagger UI": (as_json(FROM_SWAGGER), AS_JSON),
    "OkHttp without setType": (
        form(
            "8f3c2d1e-4b5a",
            named("image_file", JPEG),
            f"{named('size')}\r\nContent-Length: 4",
            "mixed",
        ),
        {},
    ),
    "Apache HttpClient": (
        form(
            "-_0aZ9xYw",
            named("image_file", f"{JPEG}\r\nContent-Transfer-Encoding: binary"),
            f"{named('size')}\r\n{PLAIN}ISO-8859-1\r\nContent-Transfer-Encoding: 8bit",
        ),
        {},
    ),
    "HttpURLConnection": (
        form("===1450376424817===", named("image_file", JPEG), f"{named('size')}\r\n{PLAIN}UTF-8"),
        {"Accept": "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"},
    ),
    "Dart's http": (
        form(
            "dart-http-boundary-b_Q+x7.w'9",
            f"content-type: application/octet-stream\r\n{named('image_file', NAME).lower()}",
            named("size").lower(),
        ),
        {},
    ),
    "aiohttp": (
        form(
            "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
            f"Content-Type: image/jpeg\r\n{named('image_file', NAME)}",
            f"{PLAIN}utf-8\r\n{named('size')}",
        ),
        {"Accept": "*/*"},
    ),
    "a path as the name": (
        form("----p", named("image_file", '; filename="/C:/Users/a b/Downloads/photo.jpeg"')),
        {},
    ),
}


@pytest.mark.parametrize("post", [None, payload_v2], ids=["server", "lambda"], indirect=True)
@pytest.mark.parametrize("program", PROGRAMS)
def test_what_a_program_gets(post: Post, program: str) -> None:
    (body, kind), headers = PROGRAMS[program]
    answer = post(body, {**kind, **headers})
    assert answer.status_code == 200, answer.text
    file = answer.content
    if program in ("n8n, JSON", "Swagger UI"):
        file = b64decode(answer.json()["data"]["result_b64"])
    else:
        assert answer.headers["Content-Type"] == "image/png"
    image = image_of(file)
    assert (image.format, image.size) == ("PNG", (200, 160))
