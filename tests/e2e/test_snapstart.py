"""Two instances from one snapshot, in AWS's own runtime client, with the networks and a bucket."""

import json
import re
import sys
from collections.abc import Iterator
from time import time
from typing import Any

import pytest
import requests

from cutout import lambda_runtime
from cutout.lambda_runtime import after_restore, before_snapshot
from tests.access.conftest import ARN
from tests.container_endpoint import KEY, Endpoint, SecretsManager, endpoint
from tests.e2e.runtime_api import PREPARED, SnapStart
from tests.fetch.servers import serving
from tests.s3 import BUCKET, S3Server
from tests.samples import PHOTOS
from tools.events.gateway import Request, payload_v2

BUILT, RUNNING = ("AKIDBUILT", "built-secret"), ("AKIDRUNNING", "running-secret")


@pytest.fixture
def role(s3: S3Server) -> Iterator[Endpoint]:
    s3.admit(*RUNNING)
    with endpoint() as found:
        found.rotate(*BUILT)
        yield found
    s3.refuse(*RUNNING)


def event(photo: str) -> dict[str, Any]:
    """Return a request with a photo, as API Gateway hands it on now."""
    content = (PHOTOS / photo).read_bytes()
    url = "http://127.0.0.1/v1/results"
    form = requests.Request("POST", url, files={"image": (photo, content)}).prepare()
    assert isinstance(form.body, bytes)
    headers = {"content-type": str(form.headers["content-type"]), "x-api-key": KEY}
    found = payload_v2(Request("POST", "/v1/results", headers=headers, body=form.body))
    found["requestContext"]["timeEpoch"] = int(time() * 1000)
    return found


def test_two_instances_of_one_snapshot_share_nothing(s3: S3Server, role: Endpoint) -> None:
    manager = SecretsManager(role)
    with serving(manager) as secrets:
        environment = {
            **role.environment,
            "CUTOUT_BUCKET_URL": f"{s3.endpoint}/{BUCKET}",
            "CUTOUT_API_KEYS_SECRET": ARN,
            "AWS_ENDPOINT_URL_SECRETS_MANAGER": secrets.url(host="127.0.0.1"),
            "CUTOUT_MAX_ANSWER_BYTES": "1000",
        }
        with SnapStart(environment) as function:
            function.wait_for_snapshot()
            assert role.server.connections == 0, "the snapshot holds credentials"
            assert secrets.connections == 0, "the snapshot holds keys"
            assert json.dumps({"snapshot": list(PREPARED)}) in function.log()
            role.rotate(*RUNNING)
            function.restore()
            answers = function.invoke(event("astronaut.jpg"), event("astronaut.jpg"))
            log = function.log()

    assert [each["statusCode"] for each in answers] == [303, 303], log
    links = [each["headers"]["location"] for each in answers]
    for link in links:
        assert f"X-Amz-Credential={RUNNING[0]}%2F" in link
        (result,) = requests.get(link, timeout=10).json()["results"]
        assert result["status"]["code"] == "ok"
    assert len({link.partition("?")[0] for link in links}) == 2, "two answers have one name"
    for name in ("x-instance", "x-random"):
        assert len({each["headers"][name] for each in answers}) == 2, f"they share their {name}"
    requested = re.findall(r'"request_id": "([^"]+)"', log)
    assert len(set(requested)) == len(requested) == 2
    assert role.server.connections == 4, "each has fetched credentials, for keys and for bucket"
    assert manager.signed_by == [RUNNING[0]] * 2, "each has read the keys by itself"
    assert KEY not in log
    assert RUNNING[1] not in log


def test_elsewhere_no_hook_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "snapshot_restore_py", None)
    monkeypatch.setenv(lambda_runtime.VARIABLE, "on-demand")
    before_snapshot(pytest.fail)
    monkeypatch.delenv(lambda_runtime.VARIABLE)
    after_restore(pytest.fail)


def test_an_image_without_the_library_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "snapshot_restore_py", None)
    monkeypatch.setenv(lambda_runtime.VARIABLE, lambda_runtime.SNAP_START)
    before_snapshot(pytest.fail)
    assert "hooks do not run" in caplog.text
