"""Which addresses of a credentials endpoint are trusted."""

import pytest
from pydantic import ValidationError

from cutout.settings import Settings
from tests.container_endpoint import VARIABLES


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9001/credentials",
        "http://127.9.9.9/",
        "http://[::1]:8080/",
        "http://localhost:1338/latest",
        "http://169.254.170.2/v2/credentials/id",
        "http://169.254.170.23/v1/credentials",
        "http://[fd00:ec2::23]/v1/credentials",
        "https://credentials.example/role",
    ],
)
def test_hosts_that_aws_s_sdks_trust(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", url)
    assert Settings().credentials_url == url


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest",
        "http://169.254.170.3/",
        "http://credentials.example/role",
        "http://127.0.0.1.example/",
        "http://localhost@credentials.example/",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "https:///role",
        "127.0.0.1",
    ],
)
def test_all_other_hosts_are_refused(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", url)
    with pytest.raises(ValidationError, match="AWS_CONTAINER_CREDENTIALS_FULL_URI takes https"):
        Settings()


def test_a_relative_uri_is_at_ecs_s_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/credentials/id")
    assert Settings().credentials_url == "http://169.254.170.2/v2/credentials/id"
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", ".example/")
    with pytest.raises(ValidationError, match="RELATIVE_URI takes a path"):
        Settings()


def test_a_bucket_needs_an_access_key_or_an_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUTOUT_BUCKET_URL", "https://bucket.s3.us-east-1.amazonaws.com")
    with pytest.raises(ValidationError, match="AWS_CONTAINER_CREDENTIALS_FULL_URI"):
        Settings()
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:9001/")
    assert Settings().bucket_url
