"""Serve the API page at `/docs` and its files, all from this server."""

from collections.abc import Mapping
from functools import lru_cache

from fastapi import APIRouter, HTTPException, Response

from cutout.api.page import ASK_AGAIN, FOLDER, READ, Asset, Known, asset_response, secure_headers
from cutout.settings import Settings

SCRIPT, STYLE = "reference.js", "reference.css"


@lru_cache(maxsize=1)
def files() -> Mapping[str, Asset]:
    """Return the page's files by name, read for the first request."""
    style = "\n".join((FOLDER / name).read_text("utf-8") for name in ("theme.css", STYLE))
    return {
        SCRIPT: Asset((FOLDER / SCRIPT).read_bytes(), "text/javascript; charset=utf-8"),
        STYLE: Asset(style.encode(), "text/css; charset=utf-8"),
    }


@lru_cache(maxsize=1)
def document() -> Asset:
    """Return the HTML. Its script draws the page from `openapi.json`."""
    return Asset((FOLDER / "reference.html").read_bytes(), "text/html; charset=utf-8")


def build_api_page_router(settings: Settings) -> APIRouter:
    """Return the page's routes.

    All addresses are relative, so that they work under a gateway's stage.
    """
    router = APIRouter(include_in_schema=False)
    headers = secure_headers(settings) | {"Cache-Control": ASK_AGAIN}

    @router.api_route("/docs", methods=READ)
    async def page(known: Known = "") -> Response:
        return asset_response(document(), known, headers)

    @router.api_route("/docs/{name}", methods=READ)
    async def file(name: str, known: Known = "") -> Response:
        asset = files().get(name)
        if asset is None:
            raise HTTPException(404)
        return asset_response(asset, known, headers)

    return router
