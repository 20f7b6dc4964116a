"""Serve the demo page, the API page at `/docs`, and their files, all from this server.

They need no key; the API that they call may.
"""

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
from cutout.layout_options import MAX_CANVAS_SIDE
from cutout.settings import MIB, Settings

IMPORT = re.compile(r'^import \{ [\w, ]+ \} from "\./([\w-]+\.js)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async )?function|const|class)", re.MULTILINE)


def join_modules(modules: Mapping[str, str], entry: str) -> str:
    """Return one script of `entry` and all that it imports, dependencies first.

    A browser would fetch each module with a request of its own, all at once. On Lambda each may
    start another instance, and a concurrency limit would refuse some. So the modules share one
    scope, without imports and exports: a name at the top of a module must be unique among them (a
    browser refuses the script otherwise), and an import must be one line from `./`. Modules that
    import each other come in the order in which they are first named. Raise `KeyError` if a module
    is missing.
    """
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
    """Return the script without its documentation comments, a tenth of a first visit's bytes."""
    return COMMENT.sub("", script)


FOLDER = Path(__file__).parents[1] / "page"
SCRIPT, STYLE = "page.js", "page.css"
"""Names under which the modules and the style sheets are sent, each in one piece; see
`join_modules`."""
STYLES = (
    "theme.css",
    "layout.css",
    "controls.css",
    "stage.css",
    "state.css",
    "album.css",
    "contrast.css",
)
ENTRY = "main.js"
CLIENT = "cutout.js"
"""The JavaScript client, which the page imports as if it lay beside its own modules."""


def client_folder() -> Path:
    """Return `cutout/client` of a wheel or an image, or `clients/js` of a checkout."""
    package = FOLDER.parent
    packaged = package / "client"
    return packaged if packaged.is_dir() else package.parents[1] / "clients" / "js"


@dataclass(frozen=True)
class Asset:
    """Hold a file's bytes and media type."""

    content: bytes
    media_type: str

    @cached_property
    def version(self) -> str:
        """Return a digest that changes with the content."""
        return sha256(self.content).hexdigest()[:16]


@lru_cache(maxsize=1)
def assets() -> Mapping[str, Asset]:
    """Return the page's files by name.

    They are read for the first request, so that a function that only serves the API never reads
    them.
    """
    scripts = [*FOLDER.glob("*.js"), client_folder() / CLIENT]
    modules = {path.name: path.read_text("utf-8") for path in scripts}
    script = without_comments(join_modules(modules, ENTRY))
    style = "\n".join((FOLDER / name).read_text("utf-8") for name in STYLES)
    pictures = {path.name: Asset(path.read_bytes(), "image/jpeg") for path in FOLDER.glob("*.jpg")}
    return {
        SCRIPT: Asset(script.encode(), "text/javascript; charset=utf-8"),
        STYLE: Asset(style.encode(), "text/css; charset=utf-8"),
        **pictures,
    }


def document(values: Mapping[str, str]) -> Asset:
    """Return the HTML with `values` (plain text without markup) in place of their `{{names}}`.

    Each asset's version follows its address, so that browsers may keep it for ever.
    """
    text = (FOLDER / "index.html").read_text("utf-8")
    for name, value in values.items():
        text = text.replace("{{" + name + "}}", value)
    for name, asset in assets().items():
        text = text.replace(f'"page/{name}"', f'"page/{name}?v={asset.version}"')
    return Asset(text.encode(), "text/html; charset=utf-8")


LAMBDA_PHOTOS = 8
"""Photos that the page sends to Lambda concurrently. A new AWS account allows 10 executions, which
leaves two for other clients."""
READ = ["GET", "HEAD"]
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
Known = Annotated[str, Header(alias="If-None-Match")]


def secure_headers(settings: Settings, *, fetches: bool = False) -> dict[str, str]:
    """Return the headers of every answer that belongs to a page.

    `fetches` lets it read other servers' files over https, as far as these servers allow it.
    """
    return {
        "Content-Security-Policy": content_security_policy(settings, fetches=fetches),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
    }


def asset_response(asset: Asset, known: str, headers: Mapping[str, str]) -> Response:
    """Return the asset with its ETag, or 304 if `known` (the `If-None-Match` header) names it."""
    tag = f'W/"{asset.version}"'  # weak, because it may be compressed on the way
    own = {**headers, "ETag": tag}
    if tag.removeprefix("W/") in [each.strip().removeprefix("W/") for each in known.split(",")]:
        return Response(None, 304, own)
    return Response(asset.content, headers=own, media_type=asset.media_type)


def photos_at_once(settings: Settings) -> int:
    """Return how many photos the page may have in progress at once.

    On Lambda, each has its own instance. Elsewhere, one more is sent while the others are
    processed, if the server lets requests wait.
    """
    if settings.lambda_memory_mb is not None:
        return LAMBDA_PHOTOS
    return settings.concurrency + min(1, settings.waiting)


def build_page_router(settings: Settings, keys: Guard, prefix: str = "") -> APIRouter:
    """Return the page's routes under `prefix`.

    All addresses are relative, so that they work under a gateway's stage.
    """
    router = APIRouter(prefix=prefix, include_in_schema=False)
    headers = secure_headers(settings, fetches=True)
    values = {
        "canvas-side": str(min(MAX_CANVAS_SIDE, settings.max_side)),
        "at-once": str(photos_at_once(settings)),
        "docs": "../docs" if prefix else "docs",
        "docs-link": "" if settings.api_page else "hidden",
        "keys": "on" if keys else "off",
        "megabytes": f"{settings.max_file_bytes / MIB:g}",
        "side": str(settings.max_side),
    }

    @lru_cache(maxsize=1)
    def html() -> Asset:
        return document(values)

    def answer(asset: Asset, known: str, caching: str) -> Response:
        return asset_response(asset, known, headers | {"Cache-Control": caching})

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
            """Redirect by a relative address: behind a gateway, the server's name is unknown."""
            return RedirectResponse(prefix.rpartition("/")[2] + "/")

    return router


def content_security_policy(settings: Settings, *, fetches: bool) -> str:
    """Return a policy that allows the page's own files, and data from this server and its bucket.

    Large answers and uploads go through the bucket. The browser creates pictures as `blob:`. With
    `fetches`, data may come from every server that speaks https: people name photos by address.
    """
    others = ["https:"] if fetches else []
    return "; ".join(
        [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' blob: data:",
            " ".join(["connect-src 'self'", *_origins(settings.bucket_url), *others]),
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        ]
    )


def _origins(url: str | None) -> list[str]:
    """Return a URL's origin. Its path would have no effect: browsers ignore it after a redirect."""
    if url is None:
        return []
    parts = urlsplit(url)
    return [f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"]


API_SCRIPT, API_STYLE = "reference.js", "reference.css"


@lru_cache(maxsize=1)
def api_page_files() -> Mapping[str, Asset]:
    """Return the API page's files by name, read for the first request."""
    style = "\n".join((FOLDER / name).read_text("utf-8") for name in ("theme.css", API_STYLE))
    return {
        API_SCRIPT: Asset((FOLDER / API_SCRIPT).read_bytes(), "text/javascript; charset=utf-8"),
        API_STYLE: Asset(style.encode(), "text/css; charset=utf-8"),
    }


@lru_cache(maxsize=1)
def api_page_document() -> Asset:
    """Return the API page's HTML. Its script draws the page from `openapi.json`."""
    return Asset((FOLDER / "reference.html").read_bytes(), "text/html; charset=utf-8")


def build_api_page_router(settings: Settings) -> APIRouter:
    """Return the API page's routes.

    All addresses are relative, so that they work under a gateway's stage.
    """
    router = APIRouter(include_in_schema=False)
    headers = secure_headers(settings) | {"Cache-Control": ASK_AGAIN}

    @router.api_route("/docs", methods=READ)
    async def page(known: Known = "") -> Response:
        return asset_response(api_page_document(), known, headers)

    @router.api_route("/docs/{name}", methods=READ)
    async def file(name: str, known: Known = "") -> Response:
        asset = api_page_files().get(name)
        if asset is None:
            raise HTTPException(404)
        return asset_response(asset, known, headers)

    return router
