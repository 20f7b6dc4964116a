"""The project's Markdown: its pages, their headings, links, code and shell statements."""

import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tests.local_server import ROOT

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"(`+)(.+?)\1", re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)|(?:href|src|srcset)=\"([^\"]+)\"")
HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
CONTINUED = ("\\", "|", "&&", "||")


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    page: str
    line: int
    language: str
    text: str

    @property
    def name(self) -> str:
        return f"{self.page}:{self.line}"


@dataclass(frozen=True)
class Page:
    """One file."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    @cached_property
    def text(self) -> str:
        return self.path.read_text()

    @cached_property
    def blocks(self) -> list[Block]:
        return [
            Block(self.name, self.text.count("\n", 0, each.start()) + 1, each[1], each[2])
            for each in FENCE.finditer(self.text)
        ]

    @property
    def code(self) -> Iterator[str]:
        """Each block, each span, with line ends as they are."""
        yield from (each.text for each in self.blocks)
        yield from (each[2] for each in SPAN.finditer(FENCE.sub("", self.text)))

    @property
    def links(self) -> list[str]:
        """All targets that are this project's own."""
        prose = SPAN.sub("", FENCE.sub("", self.text))
        targets = [each[1] or each[2] for each in LINK.finditer(prose)]
        return [each for each in targets if not re.match(r"[a-z]+:", each)]

    @cached_property
    def anchors(self) -> set[str]:
        """Return the anchors of a page's headings, as GitHub makes them."""
        seen: Counter[str] = Counter()
        anchors = set()
        for heading in HEADING.findall(FENCE.sub("", self.text)):
            words = re.sub(r"\[(.+?)\]\(.*?\)", r"\1", heading).lower()
            slug = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
            anchors.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
            seen[slug] += 1
        return anchors


def pages() -> list[Page]:
    """All of the project's, of no environment and no build."""
    found = (each.relative_to(ROOT) for each in ROOT.rglob("*.md"))
    ours = (each for each in found if not any(_is_foreign(part) for part in each.parts))
    return [Page(ROOT / each) for each in sorted(ours)]


def _is_foreign(part: str) -> bool:
    return part.startswith(".") or part in {"build", "dist", "node_modules"}


def statements(text: str) -> Iterator[str]:
    """A shell block's, each with all of its lines; comments are none."""
    held = ""
    for line in text.splitlines():
        held += f"{line}\n"
        whole = not line.partition(" #")[0].rstrip().endswith(CONTINUED)
        if whole and _parses(held):
            if not held.lstrip().startswith("#") and held.strip():
                yield held.strip()
            held = ""
    assert not held, f"the shell can't read {held!r}"


def _parses(text: str) -> bool:
    checked = subprocess.run(
        ["/bin/sh", "-n"], input=text.encode(), stderr=subprocess.DEVNULL, check=False
    )
    return checked.returncode == 0
