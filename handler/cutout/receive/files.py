"""The local server's stand-ins for a bucket: links to its own disk."""

from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import FileResponse
from starlette.datastructures import UploadFile

from cutout.errors import UploadRefusedError
from cutout.receive.body import limited_body
from cutout.receive.multipart import parse_multipart
from cutout.receive.places import Places
from cutout.settings import Settings, get_settings
from cutout.storage.disk import FILES_PATH, UPLOADS_PATH, DiskStorage
from cutout.storage.storage import AnswerKind


def build_files_router(storage: DiskStorage, places: Places) -> APIRouter:
    """The routes behind the links that `storage` gives out. An upload takes one of the `places`."""
    router = APIRouter(include_in_schema=False)

    @router.get(f"/{FILES_PATH}/{{name}}")
    def file(name: str) -> FileResponse:
        path = storage.path(name)
        kind = AnswerKind(path.suffix.removeprefix("."))
        return FileResponse(
            path, media_type=kind.media_type, headers={"X-Content-Type-Options": "nosniff"}
        )

    def invited(token: str) -> None:
        """Before the body is read: the route asks for no key, so that the token has to do."""
        storage.require_open(token)

    @router.post(f"/{UPLOADS_PATH}/{{token}}", dependencies=[Depends(invited), Depends(places)])
    async def upload(
        token: str, request: Request, settings: Annotated[Settings, Depends(get_settings)]
    ) -> Response:
        """As S3 answers a presigned POST: 204, and 403 or 400 where the form is refused."""
        body = limited_body(request, settings.max_request_bytes, settings.receive_seconds)
        form = await parse_multipart(request.headers, body, settings.max_request_bytes)
        try:
            sent, kind = form.get("file"), form.get("Content-Type")
            if not isinstance(sent, UploadFile) or not isinstance(kind, str):
                raise UploadRefusedError
            content = await sent.read()
        finally:
            await form.close()
        await to_thread.run_sync(storage.accept, token, kind, content)
        return Response(status_code=204)

    return router
