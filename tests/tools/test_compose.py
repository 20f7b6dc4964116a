"""Check `compose.yaml` against the Dockerfile; Compose itself is not among what tests need."""

import json
import re
from typing import Any

import pytest
import yaml

from tests.local_server import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text()


@pytest.fixture
def composed() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
    return found


@pytest.fixture
def service(composed: dict[str, Any]) -> dict[str, Any]:
    (found,) = composed["services"].values()
    return dict(found)


def test_it_builds_the_server(service: dict[str, Any]) -> None:
    assert f" AS {service['build']['target']}\n" in DOCKERFILE
    assert service["image"] in (ROOT / "Makefile").read_text()


def test_it_is_published_on_loopback_alone(service: dict[str, Any]) -> None:
    (port,) = service["ports"]
    assert port.startswith("127.0.0.1:")
    assert f" PORT={port.rpartition(':')[2]}\n" in DOCKERFILE


def test_it_may_do_little(service: dict[str, Any]) -> None:
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["mem_limit"] == "2g"
    assert "privileged" not in service


def test_what_it_writes_is_a_volume(composed: dict[str, Any], service: dict[str, Any]) -> None:
    (volume,) = service["volumes"]
    name, _, path = volume.partition(":")
    assert name in composed["volumes"]
    assert f"VOLUME {path}\n" in DOCKERFILE
    assert f"CUTOUT_STORAGE_DIR={path} " in DOCKERFILE


def test_its_health_check_is_the_image_s(service: dict[str, Any]) -> None:
    (command,) = re.findall(r"^HEALTHCHECK .* CMD (\[.+\])$", DOCKERFILE, re.MULTILINE)
    assert service["healthcheck"]["test"] == ["CMD", *json.loads(command)]
