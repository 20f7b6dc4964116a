"""What docs/removebg.md says beside what there is."""

import re

from cutout.api.removebg import errors
from cutout.api.removebg.answers import EXPOSED
from cutout.api.removebg.openapi import PARAMETERS
from cutout.api.removebg.routes import HTTP_ERRORS
from tests.local_server import ROOT

PAGE = (ROOT / "docs" / "removebg.md").read_text()
COST = (ROOT / "docs" / "cost.md").read_text()
SECTIONS = {each.partition("\n")[0]: each for each in PAGE.split("\n## ")}
OURS = "this project"


def test_every_parameter() -> None:
    named = set(re.findall(r"`([a-z0-9_]+)`", SECTIONS["Parameters"]))
    assert set(PARAMETERS) | {"image_file", "image_file_b64", "image_url", "bg_image_file"} <= named


def test_every_code() -> None:
    source = (ROOT / "handler/cutout/api/removebg/errors.py").read_text()
    codes = set(re.findall(r"RemoveBgError\(\s*\"([a-z_]+)\"", source)) | {errors.INTERNAL}
    codes |= {code for code, _title in HTTP_ERRORS.values()}
    assert len(codes) > 15
    assert codes <= set(re.findall(r"`([a-z_]+)`", SECTIONS["Errors"]))


def test_every_header() -> None:
    table = SECTIONS["Headers"]
    told = set(re.findall(r"`(X-[A-Za-z-]+)`", table + SECTIONS["Parameters"]))
    told |= {f"{first}{last}" for first, last in _parts(table)}
    assert {each for each in EXPOSED if each.startswith("X-")} - {"X-Type"} <= told


def _parts(table: str) -> list[tuple[str, str]]:
    """The first part of a row's headers with each of its last ones."""
    rows = re.findall(r"^\| `(X-[A-Za-z]+)-[A-Za-z]+`(.*?)\|", table, re.MULTILINE)
    return [(first, last) for first, more in rows for last in re.findall(r"`(-[A-Za-z]+)`", more)]


def test_prices_are_those_of_the_cost_page_or_have_a_source() -> None:
    rows = re.findall(r"^\| (.+?) \| (\d[^|]*) \|$", SECTIONS["Cost"], re.MULTILINE)
    assert len(rows) == 6
    table = COST.partition("<!-- end of total -->")[0].partition("| a month |")[0]
    dollars = [float(each) for each in re.findall(r"\| ([\d.]+) \|$", table, re.MULTILINE)]
    prices = {service: price for service, price in rows if service.startswith(OURS)}
    assert list(prices.values()) == [f"{min(dollars):.2f} to {max(dollars):.2f}"]
    assert all("(https://" in service for service, _ in rows if service not in prices)
    others = [int(price.split()[0]) for service, price in rows if service not in prices]
    assert f"between {min(others)} and {max(others)} dollars" in COST
