"""What doesn't fit a request or an answer, on the local server, through its own doors."""

from base64 import b64decode
from collections.abc import Callable
from hashlib import md5
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient

from cutout.api.app import build_app
from cutout.pipeline import Pipeline
from cutout.settings import Settings
from cutout.storage.disk import DiskStorage
from cutout.work import Segmenter
from tests.conftest import middle_is_object
from tests.samples import gradient, jpeg, png, webp
from tests.shown import shown, told

RESULTS, UPLOADS = "/v1/results", "/v1/uploads"
FILES = {"image": ("img.jpg", jpeg())}
CAPPED = 4000
MODES = ["fg-image", "fg-image-shadow", "fg-mask"]


def serve(settings: Settings, segment: Segmenter = middle_is_object) -> TestClient:
    """A local server with other settings."""
    return TestClient(build_app(Pipeline(settings, segment, DiskStorage(settings))))


@pytest.fixture
def capped(settings: Settings) -> TestClient:
    """Answers of 4,000 bytes at most."""
    return serve(settings.model_copy(update={"max_answer_bytes": CAPPED}))


@pytest.fixture
def bare(settings: Settings) -> TestClient:
    """The same without a storage, as a function without a bucket."""
    few = settings.model_copy(update={"max_answer_bytes": CAPPED})
    return TestClient(build_app(Pipeline(few, middle_is_object)))


@pytest.fixture
def broken(settings: Settings, tmp_path: Path) -> TestClient:
    """A storage whose folder can't be made."""
    (tmp_path / "file").write_bytes(b"")
    changes = {"storage_dir": tmp_path / "file", "max_answer_bytes": CAPPED}
    return serve(settings.model_copy(update=changes))


def result_of(answer: httpx2.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    result: dict[str, Any]
    (result,) = answer.json()["results"]
    return result


@pytest.mark.parametrize("prefix", ["", "/img-bg-removal"])
@pytest.mark.parametrize("mode", MODES)
def test_a_link_leads_to_the_same_file(client: TestClient, mode: str, prefix: str) -> None:
    url = f"{prefix}{RESULTS}?mode={mode}"
    (inline,) = result_of(client.post(url, files=FILES))["entities"]
    (linked,) = result_of(client.post(f"{url}&representation=url", files=FILES))["entities"]
    assert linked["representation"] == "url"
    answer = client.get(linked["image"])
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert shown(answer.content) == shown(b64decode(inline["image"]))
    assert {**linked, "image": None, "representation": None} == {
        **inline,
        "image": None,
        "representation": None,
    }


def test_base64_may_be_asked_for(client: TestClient) -> None:
    asked = result_of(client.post(f"{RESULTS}?representation=base64", files=FILES))
    plain = result_of(client.post(RESULTS, files=FILES))
    assert asked["entities"][0].pop("representation") == "base64"
    assert told(asked) == told(plain)


def test_an_unknown_representation_is_named(client: TestClient) -> None:
    answer = client.post(f"{RESULTS}?representation=jpeg", files=FILES)
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["query", "representation"]


@pytest.mark.parametrize("mode", MODES)
def test_a_large_answer_is_the_same_json_elsewhere(
    client: TestClient, capped: TestClient, mode: str
) -> None:
    files = {"image": ("img.jpg", jpeg(gradient(400, 300)))}
    url = f"{RESULTS}?mode={mode}"
    first = capped.post(url, files=files, follow_redirects=False)
    assert first.status_code == (200 if mode == "fg-mask" else 303), "the grey mask is small"
    assert len(first.content) <= CAPPED
    followed = capped.post(url, files=files)
    assert followed.headers["content-type"] == "application/json"
    there, here = (told(result_of(each)) for each in (followed, client.post(url, files=files)))
    assert there == here


def test_a_redirect_may_be_followed_from_any_page(capped: TestClient) -> None:
    files = {"image": ("img.jpg", jpeg(gradient(400, 300)))}
    headers = {"Origin": "https://shop.example"}
    first = capped.post(RESULTS, files=files, headers=headers, follow_redirects=False)
    second = capped.get(first.headers["location"], headers=headers)
    for answer in (first, second):
        assert answer.headers["access-control-allow-origin"] == "*"


def test_without_a_storage_the_answer_says_what_to_do(bare: TestClient) -> None:
    large = {"image": ("img.jpg", jpeg(gradient(400, 300)))}
    result = result_of(bare.post(RESULTS, files=large))
    assert result["status"]["code"] == "failure"
    assert "fg-mask" in result["status"]["message"]
    assert result["md5"] == md5(large["image"][1], usedforsecurity=False).hexdigest()
    assert result_of(bare.post(f"{RESULTS}?mode=fg-mask", files=large))["entities"]
    link = result_of(bare.post(f"{RESULTS}?representation=url", files=FILES))
    assert "representation=base64" in link["status"]["message"]
    uploads = bare.post(UPLOADS)
    assert uploads.status_code == 404
    assert "takes no uploads" in uploads.json()["detail"]


def test_a_storage_that_fails_is_told(broken: TestClient) -> None:
    large = {"image": ("img.jpg", jpeg(gradient(400, 300)))}
    for url in (RESULTS, f"{RESULTS}?representation=url"):
        result = result_of(broken.post(url, files=large))
        assert result["status"]["code"] == "failure"
        assert "storage can not be reached" in result["status"]["message"]
        assert result["entities"] == []
    uploads = broken.post(UPLOADS)
    assert uploads.status_code == 503
    assert int(uploads.headers["retry-after"]) > 0


@pytest.mark.parametrize(
    ("content", "kind"), [(jpeg(), None), (jpeg(), "image/jpeg"), (png(), "image/png")]
)
@pytest.mark.parametrize("prefix", ["", "/img-bg-removal"])
def test_an_upload_becomes_a_result(
    client: TestClient, content: bytes, kind: str | None, prefix: str
) -> None:
    params = {"name": "große Vase.jpg"} | ({"type": kind} if kind else {})
    upload = client.post(f"{prefix}{UPLOADS}", params=params).json()
    assert upload["max_bytes"] == 16 * 1024**2 - 1
    assert upload["expires_in"] == 900
    form = upload["upload"]
    assert client.post(form["url"], data=form["fields"], files={"file": content}).is_success
    direct = result_of(client.post(RESULTS, files={"image": ("große Vase.jpg", content)}))
    for _ in range(2):
        assert result_of(client.post(RESULTS, data={"url": upload["url"]})) == direct


@pytest.mark.parametrize("accepted", [True, False])
def test_an_uploaded_webp_is_accepted_where_a_sent_one_is(
    settings: Settings, *, accepted: bool
) -> None:
    server, content = serve(settings.model_copy(update={"webp": accepted})), webp()
    upload = server.post(UPLOADS, params={"type": "image/webp", "name": "a.webp"}).json()
    form = upload["upload"]
    assert server.post(form["url"], data=form["fields"], files={"file": content}).is_success
    found = result_of(server.post(RESULTS, data={"url": upload["url"]}))
    assert found == result_of(server.post(RESULTS, files={"image": ("a.webp", content)}))
    assert found["status"]["code"] == ("ok" if accepted else "failure")


def test_the_local_form_is_checked_as_s3_checks_it(client: TestClient, settings: Settings) -> None:
    def post(change: Callable[[dict[str, str]], object], content: bytes = b"x") -> int:
        form = client.post(UPLOADS).json()["upload"]
        change(form["fields"])
        return client.post(form["url"], data=form["fields"], files={"file": content}).status_code

    limit = settings.max_file_bytes
    assert post(lambda _: None) == 204
    assert post(lambda _: None, bytes(limit - 1)) == 204
    assert post(lambda _: None, bytes(limit)) == 400
    assert post(lambda _: None, b"") == 400
    assert post(lambda fields: fields.update({"Content-Type": "image/png"})) == 403
    assert post(lambda fields: fields.clear()) == 403
    form = client.post(UPLOADS).json()["upload"]
    text = {"file": (None, "x")}
    assert client.post(form["url"], data=form["fields"], files=text).status_code == 403
    assert client.post(form["url"], data=form["fields"]).status_code == 400, "no multipart form"


def test_an_upload_that_is_no_picture_fails_as_any_other(client: TestClient) -> None:
    upload = client.post(UPLOADS).json()
    form = upload["upload"]
    client.post(form["url"], data=form["fields"], files={"file": b"GIF89a"})
    result = result_of(client.post(RESULTS, data={"url": upload["url"]}))
    assert result["status"]["message"].startswith("Unsupported file type.")


@pytest.mark.parametrize(
    "url", ["upload:", "upload:x", f"upload:{'a' * 43}", "upload:../answers/x", "upload://host/x"]
)
def test_an_upload_that_is_not_there(client: TestClient, url: str) -> None:
    result = result_of(client.post(RESULTS, data={"url": url}))
    assert result["status"]["message"].startswith("There is no such upload.")


@pytest.mark.parametrize(
    "name", ["a/b?c#d", "100%41.jpg", "große Vase\n.jpg", " ", "..", "a" * 200]
)
def test_any_name_comes_back(client: TestClient, name: str) -> None:
    upload = client.post(UPLOADS, params={"name": name}).json()
    assert result_of(client.post(RESULTS, data={"url": upload["url"]}))["name"] == name


@pytest.mark.parametrize("name", ["", "a" * 201])
def test_a_name_has_a_length(client: TestClient, name: str) -> None:
    assert client.post(UPLOADS, params={"name": name}).status_code == 422


@pytest.mark.parametrize(
    "host", ["[::1", "a b", "a:99999", "a/b", "ü".encode().decode("latin-1"), ""]
)
def test_an_odd_host_is_the_callers_own_matter(client: TestClient, host: str) -> None:
    headers = {b"Host": host.encode("latin-1")}
    assert client.post(UPLOADS, headers=headers).status_code < 500
    for query in ("", "?representation=url"):
        answer = client.post(f"{RESULTS}{query}", files=FILES, headers=headers)
        assert answer.status_code < 500


@pytest.mark.parametrize(
    ("kind", "meant"),
    [
        ("image/jpg", "image/jpeg"),
        ("image/pjpeg", "image/jpeg"),
        ("IMAGE/JPEG", "image/jpeg"),
        ("image/x-png", "image/png"),
    ],
)
def test_other_names_of_a_type_mean_the_same(client: TestClient, kind: str, meant: str) -> None:
    form = client.post(UPLOADS, params={"type": kind}).json()["upload"]
    assert form["fields"]["Content-Type"] == meant
    sent = client.post(form["url"], data=form["fields"], files={"file": jpeg()})
    assert sent.status_code == 204


@pytest.mark.parametrize("kind", ["image/gif", "text/html", ""])
def test_other_types_are_not_invited(client: TestClient, kind: str) -> None:
    answer = client.post(UPLOADS, params={"type": kind})
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["query", "type"]


@pytest.mark.parametrize("path", ["/v1/files/x.png", f"/v1/files/{'a' * 43}.png", "/v1/files/"])
def test_a_file_that_is_not_there(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_the_page_explains_uploads_and_redirects(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    assert "4.5 MB" in paths[UPLOADS]["post"]["description"]
    assert "303" in paths[RESULTS]["post"]["responses"]
    assert {"404", "503"} <= set(paths[UPLOADS]["post"]["responses"])
    assert not any("files" in path for path in paths), "the stand-ins for S3 are no part of it"
