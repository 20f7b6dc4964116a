"""The original's three routes."""

from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import PlainTextResponse

from handler import __version__
from handler.answer.schema import Results
from handler.pictures import Mode
from handler.pipeline import Pipeline
from handler.receive.documentation import MODES_ANSWER, RESULTS_ANSWERS, RESULTS_BODY
from handler.receive.form import PictureForm, receive_form
from handler.stages import Stages


def build_router(pipeline: Pipeline) -> APIRouter:
    """The routes, bound to the pipeline they serve."""
    router = APIRouter(prefix="/v1")

    @router.get("/version", summary="Version of the service", response_class=PlainTextResponse)
    async def version() -> str:
        """`vX.Y.Z`, where X is the version of the API."""
        return f"v{__version__}"

    @router.get("/modes", summary="Available modes", responses=MODES_ANSWER)
    async def modes() -> list[Mode]:
        """What `mode` may be."""
        return list(Mode)

    @router.post(
        "/results",
        summary="Remove the background",
        response_model=Results,
        responses=RESULTS_ANSWERS,
        openapi_extra=RESULTS_BODY,
    )
    async def results(
        form: Annotated[PictureForm, Depends(receive_form)],
        mode: Annotated[Mode, Query(description="What to answer with.")] = Mode.FG_IMAGE,
    ) -> Response:
        """Send a JPEG or PNG (under 16 MB, at most 4096x4096) as the file `image`, or the address
        of one as `url`. A picture that can't be processed still answers 200, with the code
        `failure` and a message that says why."""
        stages = Stages()
        body = await to_thread.run_sync(pipeline, form, mode, stages)
        return Response(body, media_type="application/json", headers=stages.headers())

    return router
