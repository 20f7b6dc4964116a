"""Places that must name the same version."""

import json
import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from cutout import __version__
from tools.template import load_template

ROOT = Path(__file__).resolve().parent.parent
NUMBER = re.compile(r"\d+\.\d+\.\d+")


def test_the_api_and_its_page_name_it(client: TestClient) -> None:
    assert client.get("/v1/version").text == f"v{__version__}"
    assert client.get("/openapi.json").json()["info"]["version"] == __version__


def test_the_template_names_it() -> None:
    assert NUMBER.findall(load_template()["Description"]) == [__version__]


def test_the_labels_of_both_images_name_it() -> None:
    label = r'^\s*(?:LABEL )?org\.opencontainers\.image\.version="(.+)"'
    assert re.findall(label, (ROOT / "Dockerfile").read_text(), re.MULTILINE) == [__version__] * 2


def test_the_javascript_client_names_it() -> None:
    package = json.loads((ROOT / "clients" / "js" / "package.json").read_text())
    assert package["version"] == __version__


def test_the_changelog_begins_with_it_and_links_to_every_release() -> None:
    text = (ROOT / "CHANGELOG.md").read_text()
    releases = re.findall(r"^## \[(\d.+?)\] - \d{4}-\d\d-\d\d$", text, re.MULTILINE)
    assert releases[0] == __version__
    assert releases == re.findall(r"^\[(.+?)\]: https://", text, re.MULTILINE)


@pytest.mark.parametrize("page", ["SECURITY.md", "RELEASING.md"])
def test_a_page_that_names_a_release_of_this_line_names_this_one(page: str) -> None:
    text = (ROOT / page).read_text()
    line = re.escape(__version__.rpartition(".")[0])
    assert set(re.findall(rf"\b{line}\.\d+\b", text)) <= {__version__}
