import os

import pytest
from pydantic import ValidationError

from cutout.setting_types import first_problem
from cutout.settings import Settings


@pytest.mark.parametrize(
    ("memory", "visible", "threads"),
    [
        (128, 2, 1),
        (1769, 2, 1),
        (1770, 2, 2),
        (3008, 2, 2),
        (3538, 2, 2),
        (3539, 6, 3),
        (10240, 6, 6),
        (None, 2, 2),
        (None, 8, 8),
    ],
)
def test_threads_follow_the_vcpus_that_memory_buys(
    monkeypatch: pytest.MonkeyPatch, memory: int | None, visible: int, threads: int
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(visible)))
    monkeypatch.delenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", raising=False)
    monkeypatch.delenv("CUTOUT_THREADS", raising=False)  # parallel test processes set it
    if memory is not None:
        monkeypatch.setenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", str(memory))
    assert Settings().network_threads == threads


def test_environment_overrides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUTOUT_THREADS", "7")
    monkeypatch.setenv("CUTOUT_DOWNLOAD_PORTS", "[80, 8080]")
    settings = Settings()
    assert settings.network_threads == 7
    assert settings.download_ports == {80, 8080}


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("CUTOUT_MAX_SIDE", "-1"),
        ("CUTOUT_STORAGE_BYTES", "-1"),
        ("CUTOUT_MAX_ANSWER_BYTES", "-1"),
        ("CUTOUT_DOWNLOAD_SECONDS", "-0.5"),
        ("CUTOUT_REQUEST_SECONDS", "inf"),
        ("CUTOUT_REQUEST_SECONDS", "nan"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "-1"),
    ],
)
def test_a_number_out_of_range_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, variable: str, text: str
) -> None:
    monkeypatch.setenv(variable, text)
    with pytest.raises(ValidationError) as caught:
        Settings()
    assert first_problem(caught.value) == f"{variable}: Input should be 0 or more, and finite"


SECONDS = [
    each
    for each in Settings.model_fields
    if each.endswith("_seconds") and each not in {"api_keys_stale_seconds", "link_seconds"}
]
"""All but those with a limit of their own."""


@pytest.mark.parametrize("name", SECONDS)
def test_more_seconds_than_a_socket_can_wait_stop_the_start(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    variable = f"CUTOUT_{name.upper()}"
    monkeypatch.setenv(variable, "2000000")
    assert getattr(Settings(), name) == 2_000_000
    monkeypatch.setenv(variable, "2000001")
    with pytest.raises(ValidationError) as caught:
        Settings()
    assert first_problem(caught.value) == f"{variable}: Input should be 2000000 or less"


@pytest.mark.parametrize("name", ["concurrency", "threads"])
def test_more_processes_or_threads_than_any_machine_runs_stop_the_start(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    variable = f"CUTOUT_{name.upper()}"
    for text in ("1", "1024"):
        monkeypatch.setenv(variable, text)
        assert getattr(Settings(), name) == int(text)
    for text in ("0", "1025", "10000000000"):
        monkeypatch.setenv(variable, text)
        with pytest.raises(ValidationError) as caught:
            Settings()
        assert first_problem(caught.value).startswith(f"{variable}: Input should be ")


@pytest.mark.parametrize("name", ["link_seconds", "upload_seconds"])
def test_a_link_that_never_lives_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """S3 refuses it with each request."""
    variable = f"CUTOUT_{name.upper()}"
    monkeypatch.setenv(variable, "1")
    assert getattr(Settings(), name) == 1
    monkeypatch.setenv(variable, "0")
    with pytest.raises(ValidationError) as caught:
        Settings()
    assert first_problem(caught.value).startswith(f"{variable}: Input should be ")


def test_an_empty_model_dir_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    default = Settings().model_dir
    monkeypatch.setenv("CUTOUT_MODEL_DIR", "")
    assert Settings().model_dir == default


def test_private_networks_are_out_of_reach_unless_asked_for() -> None:
    assert Settings().allow_private_network is False


def test_lambdas_limit_holds_unless_another_is_set() -> None:
    assert Settings().max_answer_bytes is None
    assert Settings().on_lambda().max_answer_bytes == 6_291_556
    assert Settings(max_answer_bytes=1_000_000).on_lambda().max_answer_bytes == 1_000_000


def test_a_bucket_needs_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUTOUT_BUCKET_URL", "https://bucket.s3.us-east-1.amazonaws.com")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "id")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY", raising=False)
    with pytest.raises(ValidationError, match="AWS_SECRET_ACCESS_KEY"):
        Settings()
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "top-secret")
    assert "top-secret" not in repr(Settings())


@pytest.mark.parametrize("url", ["", "https://$Bucket.RegionalDomainName"])
def test_an_address_that_nobody_filled_in_is_no_bucket(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("CUTOUT_BUCKET_URL", url)
    assert Settings().bucket_url is None


@pytest.mark.parametrize("text", ["cutout", "/cutout", "/cutout/"])
def test_a_base_path_has_one_slash_in_front(text: str) -> None:
    assert Settings(base_path=text).base_path == "/cutout"
    assert Settings(base_path="/").base_path == ""


@pytest.mark.parametrize("text", ["/a b", "/a?b", "//a//b", "https://a.example"])
def test_a_base_path_that_no_address_has_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="CUTOUT_BASE_PATH"):
        Settings(base_path=text)
