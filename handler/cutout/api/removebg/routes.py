"""Serve `POST /v1.0/removebg` and `GET /v1.0/account`."""

import logging
import re
from collections.abc import Callable, Coroutine
from typing import Annotated, Any
from urllib.parse import urlsplit

from anyio import move_on_after, to_thread
from fastapi import APIRouter, Depends, Request, Response, Security
from fastapi.exception_handlers import http_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import Scope

from cutout.access.keys import Keys
from cutout.api.admission import Admission
from cutout.api.dependencies import SCHEME, receive_deadline
from cutout.api.middleware import Refuse, answer_request_error, facts_of
from cutout.api.removebg.answers import account_answer, error_answer, file_answer, wants_json
from cutout.api.removebg.errors import (
    INTERNAL,
    RemoveBgError,
    RequestDetails,
    bad_key,
    invalid_url,
    removebg_error,
)
from cutout.api.removebg.fields import receive_fields
from cutout.api.removebg.openapi import ACCOUNT_ANSWERS, REMOVEBG_ANSWERS, REMOVEBG_BODY
from cutout.api.removebg.parameters import ParsedOptions, parse
from cutout.api.removebg.service import CutOutFile, Service
from cutout.api.results import quality_facts
from cutout.errors import TooSlowError
from cutout.lambda_runtime import reason
from cutout.pipeline import Pipeline
from cutout.request import PictureForm
from cutout.settings import Settings
from cutout.timing import Deadline, Stages

PREFIX = "/v1.0"
ALLOWED = {"removebg": "POST", "account": "GET, HEAD"}
BEARER = "bearer "
FORM = "cutout.api.removebg.form"
"""Key of the ASGI scope that holds the form, so that an error can quote its URLs."""
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

MAX_URL = 8192
HTTP_ERRORS = {
    404: ("not_found", "Not found"),
    405: ("method_not_allowed", "Method not allowed"),
}
CONTROL = re.compile(r"[\x00-\x20\x7f]")

logger = logging.getLogger(__name__)
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


def removebg_route(settings: Settings) -> type[APIRoute]:
    """Return a route class that answers every failure in remove.bg's form."""

    class RemoveBgRoute(APIRoute):
        def get_route_handler(self) -> Handler:
            handler = super().get_route_handler()

            async def answer(request: Request) -> Response:
                try:
                    response = await handler(request)
                except (ClientDisconnect, RequestValidationError):
                    raise
                except Exception as error:  # noqa: BLE001  # each has its answer
                    response = _failed(request, error, settings)
                return _open_to_pages(response, settings)

            return answer

    return RemoveBgRoute


def refusals(settings: Settings) -> Refuse:
    """Return what answers a request that middleware refuses: under `PREFIX` in remove.bg's form."""

    async def refuse(request: Request, error: Exception) -> Response:
        if not _is_below(request.scope):
            return await answer_request_error(request, error)
        facts_of(request)["outcome"] = reason(error)
        return error_answer(removebg_error(error, RequestDetails(settings)))

    return refuse


def http_errors(settings: Settings) -> Refuse:
    """Return what answers the framework's 404 and 405: under `PREFIX` in remove.bg's form."""

    async def answer(request: Request, error: Exception) -> Response:
        if not isinstance(error, HTTPException):  # registered for HTTPException alone
            raise error
        if not _is_below(request.scope):
            return await http_exception_handler(request, error)
        code, title = HTTP_ERRORS.get(error.status_code, (INTERNAL, error.detail))
        headers = dict(error.headers or {})
        found = RemoveBgError(code, title, status=error.status_code, headers=headers)
        return _open_to_pages(error_answer(found), settings)

    return answer


def _is_below(scope: Scope) -> bool:
    path = scope["path"].removeprefix(scope.get("root_path", ""))
    return f"/{path.strip('/')}/".startswith(f"{PREFIX}/")


def _open_to_pages(response: Response, settings: Settings) -> Response:
    """Let pages of every origin read the answer, as remove.bg does."""
    if "*" in settings.cors_origins:
        response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _failed(request: Request, error: Exception, settings: Settings) -> Response:
    form: PictureForm = request.scope.get(FORM) or PictureForm()
    background = form.background.url if form.background else None
    found = removebg_error(error, RequestDetails(settings, form.url or "", background or ""))
    facts_of(request)["outcome"] = found.code if isinstance(error, RemoveBgError) else reason(error)
    if found.code == INTERNAL:
        logger.error("a request failed", exc_info=error)
    return error_answer(found)


def build_removebg_router(pipeline: Pipeline, keys: Keys | None, admission: Admission) -> APIRouter:
    """Return the routes, bound to `pipeline`.

    Both require one of the `keys`, if there are any; a picture takes a slot of `admission`. A
    trailing slash is accepted, as at remove.bg, because not every client resends a form after a
    redirect.
    """
    settings = pipeline.settings
    router = APIRouter(prefix=PREFIX, route_class=removebg_route(settings), tags=["remove.bg"])
    service, guard = Service(pipeline), [] if keys is None else [Depends(_check(keys))]
    picture = [*guard, Depends(admission)]

    @router.post("/removebg/", dependencies=picture, include_in_schema=False)
    @router.post(
        "/removebg",
        summary="Remove the background, for clients of remove.bg",
        operation_id="removebg",
        response_class=Response,
        responses=REMOVEBG_ANSWERS,
        dependencies=picture,
        openapi_extra=REMOVEBG_BODY,
    )
    async def removebg(
        request: Request, deadline: Annotated[Deadline, Depends(receive_deadline)]
    ) -> Response:
        """Remove the background for clients of remove.bg.

        The answer is a file, or JSON if the header `Accept` names `application/json` without `*/*`.
        """
        stages, (form, parsed) = Stages(), await _received(request, settings)
        result = await _cut_out(service, form, parsed, deadline, stages)
        width, height = result.size
        facts_of(request).update(
            {
                "mode": str(parsed.options.mode),
                "source": form.kind,
                "width": width,
                "height": height,
                **quality_facts(result.quality),
                **stages.rounded(),
            }
        )
        as_json = wants_json(", ".join(request.headers.getlist("accept")))
        return file_answer(result, stages.headers(), as_json=as_json, names_type=parsed.names_type)

    @router.get("/account/", dependencies=guard, include_in_schema=False)
    @router.get(
        "/account",
        summary="Credits, for clients of remove.bg",
        operation_id="getAccount",
        response_class=Response,
        responses=ACCOUNT_ANSWERS,
        dependencies=guard,
    )
    async def account() -> Response:
        """Verify the key. The number of credits is constant."""
        return account_answer()

    @router.api_route("/{rest:path}", methods=METHODS, include_in_schema=False)
    async def others(request: Request, rest: str) -> Response:
        """Answer 404 and 405 in remove.bg's form."""
        allowed = ALLOWED.get(rest.removesuffix("/"))
        if allowed is None:
            raise RemoveBgError(*HTTP_ERRORS[404], status=404)
        allow = {"Allow": f"{allowed}, OPTIONS"}
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=allow)
        raise RemoveBgError(*HTTP_ERRORS[405], status=405, headers=allow)

    return router


def _check(keys: Keys) -> Callable[..., None]:
    """Return a dependency that raises `RemoveBgError` for a request without a valid key.

    It raises `KeysUnavailableError` while the keys cannot be read.
    """

    def check(request: Request, _shown: Annotated[str | None, Security(SCHEME)]) -> None:
        bearer = request.headers.get("authorization", "")
        shown = bearer[len(BEARER) :].strip() if bearer.lower().startswith(BEARER) else ""
        given = [each for each in (request.headers.get("x-api-key", ""), shown) if each]
        if not given or not keys.accept(given):
            raise bad_key(given=bool(given))

    return check


async def _received(request: Request, settings: Settings) -> tuple[PictureForm, ParsedOptions]:
    """Return the pictures and the options, without the fields, which may be megabytes of base64."""
    fields = await receive_fields(request, settings)
    form = await to_thread.run_sync(fields.picture)  # base64 may take a while
    request.scope[FORM] = form
    parsed = parse(fields.texts, settings)
    _require_addresses(form)
    return form, parsed


def _require_addresses(form: PictureForm) -> None:
    """Raise `RemoveBgError` for an `image_url` or `bg_image_url` that can't be an address."""
    background = form.background
    for name, url in (
        ("image_url", form.url),
        ("bg_image_url", background.url if background else None),
    ):
        if url is not None and not _is_address(url):
            raise invalid_url(name)


def _is_address(url: str) -> bool:
    """Return whether the URL names a host, or an upload. It may have blanks after the host."""
    if len(url) > MAX_URL:
        return False
    if url.lower().startswith("upload:"):
        return True
    try:
        parts = urlsplit(url)
        named = parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(named) and not CONTROL.search(parts.netloc)


async def _cut_out(
    service: Service, form: PictureForm, parsed: ParsedOptions, deadline: Deadline, stages: Stages
) -> CutOutFile:
    """Return the service's file; raise `PictureError`.

    A step that overruns the deadline is abandoned and ends on its own thread.
    """
    if not deadline.remaining():  # as after a slow start: no step is begun
        raise TooSlowError
    with move_on_after(deadline.remaining()):
        return await to_thread.run_sync(
            service, form, parsed, deadline, stages, abandon_on_cancel=True
        )
    service.pipeline.overran.set()
    raise TooSlowError
