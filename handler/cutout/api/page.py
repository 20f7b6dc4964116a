"""Serve the demo page and its files. They need no key; the API that they call may."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Header, HTTPException, Query, Response
from fastapi.responses import RedirectResponse

from cutout.api.dependencies import Guard
from cutout.settings import MIB, Settings

IMPORT = re.compile(r'^import \{ [\w, ]+ \} from "\./([\w-]+\.js)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async )?function|const|class)", re.MULTILINE)


def joined(modules: Mapping[str, str], entry: str) -> str:
    """The script that `entry` is, with all that it imports, directly or not. Raises `KeyError`
    where a module is missing; modules that import each other come in the order of their first
    mention."""
    seen: set[str] = set()

    def collect(name: str) -> list[str]:
        if name in seen:
            return []
        seen.add(name)
        text = modules[name]
        below = [part for other in IMPORT.findall(text) for part in collect(other)]
        return [*below, EXPORT.sub("", IMPORT.sub("", text))]

    return "\n".join(collect(entry))


COMMENT = re.compile(r"^ */\*\*.*?\*/\n", re.MULTILINE | re.DOTALL)


def without_comments(script: str) -> str:
    """Return the script without the comments that describe modules, classes and functions: a tenth
    of what a first visit would load."""
    return COMMENT.sub("", script)


FOLDER = Path(__file__).parents[1] / "page"
SCRIPT, STYLE = "page.js", "page.css"
"""What the modules and the style sheets are sent as, each in one piece: see `joined`
for why."""
STYLES = ("theme.css", "layout.css", "controls.css", "stage.css", "state.css", "album.css")
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
    script = without_comments(joined(modules, ENTRY))
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


READ = ["GET", "HEAD"]
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
Known = Annotated[str, Header(alias="If-None-Match")]


def build_page_router(settings: Settings, keys: Guard, prefix: str = "") -> APIRouter:
    """The page under `prefix`. All of its addresses are relative, so that it works under a
    gateway's stage as well."""
    router = APIRouter(prefix=prefix, include_in_schema=False)
    headers = {
        "Content-Security-Policy": content_security_policy(settings),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
    }
    values = {
        "docs": "../docs" if prefix else "docs",
        "keys": "on" if keys else "off",
        "megabytes": f"{settings.max_file_bytes / MIB:g}",
        "side": str(settings.max_side),
    }

    @lru_cache(maxsize=1)
    def html() -> Asset:
        return document(values)

    def answer(asset: Asset, known: str, caching: str) -> Response:
        tag = f'"{asset.version}"'
        own = headers | {"ETag": tag, "Cache-Control": caching}
        if tag in [each.strip().removeprefix("W/") for each in known.split(",")]:
            return Response(None, 304, own)
        return Response(asset.content, headers=own, media_type=asset.media_type)

    @router.api_route("/", methods=READ)
    async def page(known: Known = "") -> Response:
        return answer(html(), known, ASK_AGAIN)

    @router.api_route("/page/{name}", methods=READ)
    async def file(
        name: str, known: Known = "", version: Annotated[str, Query(alias="v")] = ""
    ) -> Response:
        asset = assets().get(name)
        if asset is None:
            raise HTTPException(404)
        return answer(asset, known, FOR_EVER if version == asset.version else ASK_AGAIN)

    if prefix:

        @router.api_route("", methods=READ)
        async def without_slash() -> Response:
            """Relative, since behind a gateway nobody here knows the server's name."""
            return RedirectResponse(prefix.rpartition("/")[2] + "/")

    return router


def content_security_policy(settings: Settings) -> str:
    """Own files alone, and data from this server and from the bucket, where answers and uploads go
    that are too large for it. Pictures are made in the browser, as `blob:`."""
    return "; ".join(
        [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' blob: data:",
            " ".join(["connect-src 'self'", *_origins(settings.bucket_url)]),
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        ]
    )


def _origins(url: str | None) -> list[str]:
    """A URL's origin: the path would be of no use, since browsers leave it out after a redirect."""
    if url is None:
        return []
    parts = urlsplit(url)
    return [f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"]
