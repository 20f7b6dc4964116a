"""`GET /`: the demo page, and the files that it is made of. It needs no key: what it asks of the
API does."""

from functools import lru_cache
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Header, HTTPException, Query, Response
from fastapi.responses import RedirectResponse

from cutout.page.assets import Asset, assets, document
from cutout.receive.access import Guard
from cutout.settings import MIB, Settings

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
