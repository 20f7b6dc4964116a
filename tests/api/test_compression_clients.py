"""Clients that decode gzip by themselves: requests, curl and Node's fetch."""

import json
import shutil
import subprocess
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.api.test_compression import FILES, PICTURE, RESULTS
from tests.local_server import LocalServer


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with LocalServer() as running:
        yield running


def test_requests_decodes_it(server: LocalServer) -> None:
    answer = requests.post(server.url + RESULTS, files=FILES, timeout=30)
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.json()["results"][0]["status"]["code"] == "ok"


def test_curl_decodes_it(server: LocalServer, tmp_path: Any) -> None:
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("curl is not on this machine")
    (tmp_path / "a.jpg").write_bytes(PICTURE)
    command = [curl, "-sf", "-D", "head", "-F", "image=@a.jpg", server.url + RESULTS]
    for options, packed in ((["--compressed"], True), ([], False)):
        done = subprocess.run(
            [*command, *options], cwd=tmp_path, capture_output=True, check=True, timeout=30
        )
        assert json.loads(done.stdout)["results"][0]["status"]["code"] == "ok"
        assert ("content-encoding: gzip" in (tmp_path / "head").read_text().lower()) is packed


FETCH = """
const form = new FormData();
form.append("image", new Blob([Buffer.from(process.argv[2], "base64")]), "a.jpg");
const answer = await fetch(process.argv[1], { method: "POST", body: form });
console.log(answer.headers.get("content-encoding"), (await answer.json()).results[0].status.code);
"""


def test_node_decodes_it(server: LocalServer) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not on this machine")
    url, picture = server.url + RESULTS, b64encode(PICTURE).decode()
    command = [node, "--input-type=module", "-e", FETCH, url, picture]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
    assert done.stdout.split() == ["gzip", "ok"]
