"""Names of this machine, and those that the environment lets in."""

import pytest
from pydantic import ValidationError

from cutout.api.middleware import is_this_machine, name_in
from cutout.settings import Settings


@pytest.mark.parametrize(
    ("name", "is_this"),
    [
        ("localhost", True),
        ("app.localhost", True),
        ("127.0.0.1", True),
        ("127.255.255.254", True),
        ("0.0.0.0", True),  # noqa: S104
        ("::1", True),
        ("::", True),
        ("128.0.0.1", False),
        ("126.255.255.255", False),
        ("192.168.1.5", False),
        ("::2", False),
        ("localhost.example", False),
        ("notlocalhost", False),
        ("127.0.0.1.example", False),
        ("127.1", False),
        ("", False),
    ],
)
def test_names_of_this_machine(name: str, is_this: bool) -> None:
    assert is_this_machine(name) is is_this


@pytest.mark.parametrize(
    ("authority", "name"),
    [
        ("localhost", "localhost"),
        ("LocalHost:8000", "localhost"),
        ("localhost.:8000", "localhost"),
        ("localhost:", "localhost"),
        ("[::1]:8000", "::1"),
        ("[FD00::A]", "fd00::a"),
        ("::1", ""),
        ("localhost:80:80", ""),
        ("localhost:http", ""),
        ("user@localhost", ""),
        ("localhost/", ""),
        ("local host", ""),
        ("[localhost]", ""),
        ("", ""),
    ],
)
def test_the_name_in_an_authority(authority: str, name: str) -> None:
    assert name_in(authority) == name


@pytest.mark.parametrize(
    ("variable", "text", "names"),
    [
        ("CUTOUT_ALLOWED_HOSTS", "", set()),
        (
            "CUTOUT_ALLOWED_HOSTS",
            "A.example,b.example\n[FD00::1]",
            {"a.example", "b.example", "[fd00::1]"},
        ),
        ("CUTOUT_ALLOWED_HOSTS", "*", {"*"}),
        ("CUTOUT_ALLOWED_ORIGINS", " https://A.example , null", {"https://a.example", "null"}),
        ("CUTOUT_ALLOWED_ORIGINS", "chrome-extension://abc", {"chrome-extension://abc"}),
    ],
)
def test_the_environment_lists_names(
    monkeypatch: pytest.MonkeyPatch, variable: str, text: str, names: set[str]
) -> None:
    monkeypatch.setenv(variable, text)
    found = getattr(Settings(), variable.removeprefix("CUTOUT_").lower())
    assert found == names


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("CUTOUT_ALLOWED_HOSTS", "https://a.example"),
        ("CUTOUT_ALLOWED_HOSTS", "a.example:8000"),
        ("CUTOUT_ALLOWED_ORIGINS", "a.example"),
        ("CUTOUT_ALLOWED_ORIGINS", "https://a.example/"),
        ("CUTOUT_CORS_ORIGINS", "https://*.example"),  # would match nothing
    ],
)
def test_a_name_that_could_never_match_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, variable: str, text: str
) -> None:
    monkeypatch.setenv(variable, text)
    with pytest.raises(ValidationError, match=variable):
        Settings()
