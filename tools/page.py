"""Write generated tables into handwritten pages."""

from pathlib import Path


def update(page: Path, name: str, content: str) -> None:
    """Put `content` between the marks ``<!-- name -->`` and ``<!-- end of name -->`` of a page."""
    first, last = f"<!-- {name} -->\n", f"\n<!-- end of {name} -->"
    before, found, rest = page.read_text().partition(first)
    _, ended, after = rest.partition(last)
    if not (found and ended):
        raise ValueError(f"{page.name} has no marks for {name}")
    page.write_text(f"{before}{first}\n{content}\n{last}{after}")
