"""Serve the reference API's three routes."""

from typing import Annotated

from anyio import move_on_after, to_thread
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import PlainTextResponse

from cutout import __version__
from cutout.api.admission import Admission, PacedResponse
from cutout.api.compression import accepted
from cutout.api.dependencies import Guard, receive_deadline
from cutout.api.form import receive_form
from cutout.api.hints import warnings
from cutout.api.middleware import facts_of
from cutout.api.openapi import MODES_ANSWER, RESULTS_ANSWERS, RESULTS_BODY
from cutout.api.parameters import OptionsQuery, wanted_by
from cutout.api.results import Results
from cutout.api.service import Answer, Service
from cutout.choices import Mode
from cutout.pipeline import Pipeline
from cutout.request import PictureForm, PictureRequest
from cutout.timing import Deadline, Stages


def build_router(pipeline: Pipeline, keys: Guard, admission: Admission) -> APIRouter:
    """Return the routes.

    All but the version need a key of `keys`; a picture takes a slot of `admission`.
    """
    router, service = APIRouter(prefix="/v1", tags=["cutout"]), Service(pipeline)

    @router.get(
        "/version",
        summary="Version of the service",
        operation_id="getVersion",
        response_class=PlainTextResponse,
    )
    async def version() -> str:
        """Return `vX.Y.Z`, where X is the version of the API."""
        return f"v{__version__}"

    @router.get(
        "/modes",
        summary="Available modes",
        operation_id="getModes",
        responses=MODES_ANSWER,
        dependencies=keys,
    )
    async def modes() -> list[Mode]:
        """Return the values of `mode`."""
        return list(Mode)

    @router.post(
        "/results",
        summary="Remove the background",
        operation_id="removeBackground",
        response_model=Results,
        responses=RESULTS_ANSWERS,
        dependencies=[*keys, Depends(admission)],
        openapi_extra=RESULTS_BODY,
    )
    async def results(
        request: Request,
        deadline: Annotated[Deadline, Depends(receive_deadline)],
        form: Annotated[PictureForm, Depends(receive_form)],
        query: Annotated[OptionsQuery, Query()],
    ) -> Response:
        """Send a JPEG or PNG as the file `image`, or its address as `url`, and get the cut-out.

        The picture must be under 16 MB and at most 4096x4096. If it can't be
        processed, the status is still 200, with the code `failure` and a message that says why.

        To cut the picture out by a mask of your own, send it as `mask`.

        To replace the background, send a JPEG or PNG as `image-bg`, or its address as `url-bg`. It
        is scaled to cover the returned picture, and cropped evenly. Query parameters other than
        `mode` and `representation` may be form fields instead.

        On AWS, a request holds a picture of about 4.5 MB; upload a larger file through
        `/v1/uploads`. If the answer is too large to be sent, it is a 303 to the same JSON, which
        most HTTP clients follow (curl with `-L`).
        """
        stages = Stages()
        options = query.with_fields(form.texts).options(
            objects=pipeline.settings.objects, webp=pipeline.settings.webp
        )
        accept = ", ".join(request.headers.getlist("accept"))
        representation = query.representation or wanted_by(accept)
        wanted = PictureRequest(
            form,
            deadline,
            options,
            representation,
            str(request.base_url),
            gzip=pipeline.settings.gzip and accepted(request.headers).prefers_gzip,
        )
        answer = await _answer(service, wanted, stages)
        facts_of(request).update(
            {"mode": str(options.mode), "source": form.kind, **answer.facts, **stages.rounded()}
        )
        hints = warnings(request.query_params, form, options)
        headers = stages.headers() | answer.headers | hints
        return PacedResponse(answer.body, answer.status, headers, answer.media_type)

    return router


async def _answer(service: Service, wanted: PictureRequest, stages: Stages) -> Answer:
    """Return the service's answer, or a failure if a step overruns the deadline.

    The step then ends on its own thread, and the client reads a reason in place of the gateway's
    503.
    """
    if not wanted.deadline.remaining():  # as after a slow start: no step is begun
        return service.too_slow(wanted)
    with move_on_after(wanted.deadline.remaining()):
        return await to_thread.run_sync(service, wanted, stages, abandon_on_cancel=True)
    return service.give_up(wanted)
