"""The page's files as they are sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import sha256
from pathlib import Path

from cutout.page.script import joined

FOLDER = Path(__file__).parent
SCRIPT, STYLE = "page.js", "page.css"
"""What the modules and the style sheets are sent as, each in one piece: see `cutout.page.script`
for why."""
STYLES = ("theme.css", "layout.css", "controls.css", "stage.css", "state.css")
ENTRY = "main.js"


@dataclass(frozen=True)
class Asset:
    """A file's bytes and what a browser is told of them."""

    content: bytes
    media_type: str

    @cached_property
    def version(self) -> str:
        """Changes with the content."""
        return sha256(self.content).hexdigest()[:16]


@lru_cache(maxsize=1)
def assets() -> Mapping[str, Asset]:
    """What the page refers to, by name. Read when somebody first asks for the page: a function
    that only serves the API spends nothing on it."""
    modules = {path.name: path.read_text("utf-8") for path in FOLDER.glob("*.js")}
    script = joined(modules, ENTRY)
    style = "\n".join((FOLDER / name).read_text("utf-8") for name in STYLES)
    pictures = {path.name: Asset(path.read_bytes(), "image/jpeg") for path in FOLDER.glob("*.jpg")}
    return {
        SCRIPT: Asset(script.encode(), "text/javascript; charset=utf-8"),
        STYLE: Asset(style.encode(), "text/css; charset=utf-8"),
        **pictures,
    }


def document(values: Mapping[str, str]) -> Asset:
    """The HTML, with `values` (plain text without markup) in place of their `{{names}}`, and with
    each asset's version behind its address, so that browsers may keep it for ever."""
    text = (FOLDER / "index.html").read_text("utf-8")
    for name, value in values.items():
        text = text.replace("{{" + name + "}}", value)
    for name, asset in assets().items():
        text = text.replace(f'"page/{name}"', f'"page/{name}?v={asset.version}"')
    return Asset(text.encode(), "text/html; charset=utf-8")
