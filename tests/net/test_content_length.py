import pytest

from cutout.net.limits import exceeds


@pytest.mark.parametrize(
    ("announced", "expected"),
    [
        ("10", False),
        ("11", True),
        ("0" * 17 + "9", False),
        ("9" * 5000, True),
        ("", False),
        ("-11", False),
        ("\u0661\u0661", False),
        ("1e9", False),
    ],
)
def test_what_is_announced(announced: str, expected: bool) -> None:
    assert exceeds({"content-length": announced}, 10) is expected


def test_nothing_announced() -> None:
    assert not exceeds({}, 10)
