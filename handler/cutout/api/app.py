"""Build the ASGI application, which is the same on a laptop and on Lambda."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware

from cutout import __version__
from cutout.access.keys import open_front_key, open_keys
from cutout.api.admission import Admission
from cutout.api.compression import GzipTexts
from cutout.api.dependencies import require_key
from cutout.api.files import build_files_router, build_uploads_router
from cutout.api.middleware import (
    FrontGuard,
    LoopbackGuard,
    NoStore,
    RequestLog,
    answer_request_error,
    register_failures,
)
from cutout.api.page import build_api_page_router, build_page_router
from cutout.api.removebg.answers import EXPOSED as REMOVEBG_EXPOSED
from cutout.api.removebg.routes import build_removebg_router, http_errors, refusals
from cutout.api.routes import build_router
from cutout.api.routing import HeadAsGet, SingleLeadingSlash, redirect_relatively
from cutout.lambda_runtime import to_stdout
from cutout.pipeline import Pipeline
from cutout.settings import Settings, get_settings
from cutout.storage.bucket import open_bucket
from cutout.storage.disk import DiskStorage
from cutout.storage.storage import Storage

if TYPE_CHECKING:
    from cutout.work import PictureWork
    from cutout.workers.pool import Workers


REFERENCE_PREFIX = "/img-bg-removal"
"""The path under which the reference API's own host serves the same routes."""

OWN_EXPOSED = ("Retry-After", "Server-Timing", "Warning", "WWW-Authenticate", "Location", "ETag")
EXPOSED = tuple(dict.fromkeys((*OWN_EXPOSED, *REMOVEBG_EXPOSED)))
"""Headers that pages of other origins may read, beside those that browsers always show them."""


def create_app(settings: Settings, workers: "Workers[PictureWork]") -> FastAPI:
    """Build the local server's application around the workers. Raise `ModelError`."""
    workers.wait()
    storage = open_bucket(settings) or DiskStorage(settings)
    return build_app(Pipeline(settings, storage=storage, workers=workers))


def build_app(pipeline: Pipeline) -> FastAPI:
    """Return the application that serves `pipeline`."""
    app = FastAPI(
        title="Cutout",
        summary="Background removal",
        version=__version__,
        openapi_url=None,  # FastAPI's own document names a server under a gateway's stage only
        docs_url=None,  # FastAPI's own page loads scripts from a CDN
        redoc_url=None,
        lifespan=partial(_closing, pipeline.storage),
    )
    app.dependency_overrides[get_settings] = lambda: pipeline.settings
    redirect_relatively(app)
    if pipeline.settings.gzip:
        app.add_middleware(GzipTexts, max_answer_bytes=pipeline.settings.max_answer_bytes)
    app.add_middleware(HeadAsGet)
    app.add_middleware(SingleLeadingSlash)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=sorted(pipeline.settings.cors_origins),
        allow_methods=["*"],
        allow_headers=["*"],
        allow_private_network=True,
        expose_headers=EXPOSED,
    )
    opened, admission = open_keys(pipeline.settings), Admission(pipeline.settings)
    keys = require_key(opened)
    refuse = refusals(pipeline.settings) if pipeline.settings.removebg else answer_request_error
    app.add_middleware(LoopbackGuard, settings=pipeline.settings, keyed=bool(keys), refuse=refuse)
    if front := open_front_key(pipeline.settings):
        app.add_middleware(FrontGuard, key=front, refuse=refuse)
    app.add_middleware(NoStore)
    app.add_middleware(RequestLog, write=to_stdout)
    register_failures(app)
    for router in (
        build_router(pipeline, keys, admission),
        build_uploads_router(pipeline.settings, pipeline.storage, keys),
    ):
        app.include_router(router)
        app.include_router(router, prefix=REFERENCE_PREFIX, include_in_schema=False)
    if pipeline.settings.removebg:
        app.include_router(build_removebg_router(pipeline, opened, admission))
        app.add_exception_handler(HTTPException, http_errors(pipeline.settings))
    if isinstance(pipeline.storage, DiskStorage):
        app.include_router(build_files_router(pipeline.storage, admission))
    if pipeline.settings.api_page:
        _add_description(app)
        app.include_router(build_api_page_router(pipeline.settings))
        app.add_api_route("/redoc", _to_the_docs, methods=["GET", "HEAD"], include_in_schema=False)
    if pipeline.settings.page:
        for prefix in ("", REFERENCE_PREFIX):
            app.include_router(build_page_router(pipeline.settings, keys, prefix))
    elif pipeline.settings.api_page:
        app.add_api_route("/", _to_the_docs, include_in_schema=False)
    return app


@asynccontextmanager
async def _closing(storage: Storage | None, _app: FastAPI) -> AsyncGenerator[None, None]:
    """Close the local server's storage when the server stops."""
    yield
    if isinstance(storage, DiskStorage):
        storage.close()


def _add_description(app: FastAPI) -> None:
    """Serve the OpenAPI description, which names the server that it is read from.

    The address is relative: a function behind a gateway does not know its host.
    """

    @app.get("/openapi.json", include_in_schema=False)
    async def openapi(request: Request) -> JSONResponse:
        url = request.scope.get("root_path", "").rstrip("/") or "/"
        return JSONResponse(app.openapi() | {"servers": [{"url": url}]})


async def _to_the_docs() -> Response:
    """Redirect to the API page by a relative address, which also works under a gateway's stage."""
    return RedirectResponse("docs")
