"""Pictures with hostile ICC profiles, and a good photo right after each."""

from pathlib import Path
from time import monotonic

from tests.decode.laden import FORMS, NAMED, laden
from tests.e2e.client import RESULTS, result_of, session
from tests.e2e.gateway import Gateway
from tests.local_server import LocalServer
from tests.samples import jpeg

SECONDS, MEGABYTES = 2, 300


def test_the_local_server(tmp_path: Path) -> None:
    with LocalServer(CUTOUT_STORAGE_DIR=str(tmp_path)) as server:
        post(server.url + RESULTS, jpeg())
        before = server.resident_kb()
        answer_in_time(server.url + RESULTS)
        assert server.resident_kb() - before < MEGABYTES << 10


def test_the_lambda_handler(api: Gateway) -> None:
    post(api.url(RESULTS), jpeg())
    answer_in_time(api.url(RESULTS))


def answer_in_time(url: str) -> None:
    for form in FORMS:
        for name in NAMED:
            for content in (laden(form, name), jpeg()):
                start = monotonic()
                post(url, content)
                assert monotonic() - start < SECONDS, (form, name)


def post(url: str, content: bytes) -> None:
    result = result_of(session.post(url, files={"image": content}, timeout=60))
    assert result["status"]["code"] == "ok", result["status"]
