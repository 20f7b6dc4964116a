"""Every row of the threat table in `docs/security.md` names a test that exists."""

import ast
import re

import pytest

from tests.local_server import ROOT

SECTION = (
    (ROOT / "docs" / "security.md").read_text().partition("## Threats")[2].partition("\n## ")[0]
)
ROWS = [line for line in SECTION.splitlines() if line.startswith("| ")][1:]
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)` \|$")


def test_the_table_is_found() -> None:
    assert len(ROWS) >= 20
    assert len(set(ROWS)) == len(ROWS)


@pytest.mark.parametrize("row", ROWS)
def test_its_test_exists(row: str) -> None:
    named = NAMED.search(row)
    assert named, "the row names no test"
    tree = ast.parse((ROOT / named[1]).read_text())
    assert named[2] in {each.name for each in tree.body if isinstance(each, ast.FunctionDef)}
