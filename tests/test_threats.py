"""Every row of the table of threats in `docs/security.md` names a test that exists."""

import ast
import re

import pytest

from tests.local_server import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text()


def rows(title: str) -> list[str]:
    """Return the rows of the table below a heading."""
    section = PAGE.partition(f"{title}\n")[2].partition("\n## ")[0]
    return [line for line in section.splitlines() if line.startswith("| ")][1:]


ROWS = rows("## Threats")
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
