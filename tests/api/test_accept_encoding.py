import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutout.api.compression import Accepted

PREFERS = ["gzip", "GZip", "x-gzip", "br, gzip", "gzip;q=0.001", "*", "gzip, identity;q=0.5"]
PREFERS += ["gzip ;\tq=0.5", "deflate, gzip;q=1.000, *;q=0", "identity;q=0, *", "gzip;q=1."]
PREFERS += ["gzip;q=0.5, identity;q=0.5", ",, gzip ,", "gzip;Q=1", "br;q=2, gzip"]
REFUSES = [
    "",
    "identity",
    "br",
    "gzip;q=0",
    "gzip;q=0.000",
    "*;q=0",
    "*, gzip;q=0",
    "gzip;q=0, gzip",
]
REFUSES += [
    "gzip;q=0.5, identity",
    "gzip;q=0.4, identity;q=0.5",
    "gzip;q=1.1",
    "gzip;q=-1",
    "gzip;q=",
]
REFUSES += [
    "gzip;level=9",
    "gzip q=1",
    "gzip;q=1;q=1",
    "gz ip",
    "gzip\0",
    "\xfcgzip",
    "gzip;q=0.0001",
]
NEEDS = ["gzip, identity;q=0", "gzip, *;q=0", "identity;q=0, *"]


@pytest.mark.parametrize("header", PREFERS)
def test_gzip_is_preferred(header: str) -> None:
    assert Accepted.by(header).prefers_gzip


@pytest.mark.parametrize("header", REFUSES)
def test_gzip_is_not_wanted(header: str) -> None:
    assert not Accepted.by(header).prefers_gzip
    assert not Accepted.by(header).needs_gzip


@pytest.mark.parametrize("header", NEEDS)
def test_nothing_else_is_accepted(header: str) -> None:
    assert Accepted.by(header).needs_gzip


@pytest.mark.parametrize("header", ["gzip", "gzip, identity;q=0.001", "gzip, *", "identity;q=0"])
def test_a_plain_answer_would_do(header: str) -> None:
    assert not Accepted.by(header).needs_gzip


@given(st.text(max_size=300))
def test_any_header_is_read(header: str) -> None:
    found = Accepted.by(header)
    assert 0 <= found.gzip <= 1


def test_a_long_header_takes_no_time() -> None:
    assert Accepted.by("gzip;q=0.5," * 100_000 + " \t" * 100_000).prefers_gzip
