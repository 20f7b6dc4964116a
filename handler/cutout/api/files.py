"""Serve large files: where to upload them, and the files of the local server's own disk."""

import os
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field
from starlette.datastructures import UploadFile
from starlette.types import Message, Receive, Scope, Send

from cutout.api.admission import Admission
from cutout.api.body import FormLimits, limited_body, parse_multipart
from cutout.api.dependencies import Guard
from cutout.api.openapi import UPLOADS_ANSWERS
from cutout.errors import StorageError
from cutout.fetch.source import upload_url
from cutout.request_errors import (
    FileGoneError,
    UploadRefusedError,
    UploadsDownError,
    UploadsUnavailableError,
)
from cutout.settings import Settings, get_settings
from cutout.storage.disk import FILES_PATH, UPLOADS_PATH, DiskStorage
from cutout.storage.storage import AnswerKind, Storage, UploadType, absolute

FileName = Annotated[
    str,
    Query(min_length=1, max_length=200, description="The file's name, which the results return."),
]


class UploadForm(BaseModel):
    """Hold a multipart form to post the file with."""

    url: str = Field(description="Where to post the form.")
    fields: dict[str, str] = Field(
        description="Fields to send as they are, before the file, which comes last as `file`."
    )


class Upload(BaseModel):
    """Describe an upload that the server expects."""

    upload: UploadForm
    url: str = Field(description="The value to send to `/v1/results` as `url`, within a day.")
    expires_in: int = Field(description="Seconds within which the upload must begin.")
    max_bytes: int = Field(description="Maximum size of the file in bytes.")


def build_uploads_router(settings: Settings, storage: Storage | None, keys: Guard) -> APIRouter:
    """Return the route that creates uploads in `storage`.

    It has slots of its own, as many as pictures have. Without slots, a flood of requests for
    uploads would occupy every thread of the server; with the pictures' slots, it would cause
    pictures to be refused.
    """
    router, admission = APIRouter(prefix="/v1", tags=["cutout"]), Admission(settings)

    @router.post(
        "/uploads",
        summary="Prepare a large upload",
        operation_id="prepareUpload",
        responses=UPLOADS_ANSWERS,
        dependencies=[*keys, Depends(admission)],
    )
    async def uploads(
        request: Request,
        type: Annotated[  # noqa: A002
            UploadType, Query(description="Type of the file.")
        ] = UploadType.JPEG,
        name: FileName = "image",
    ) -> Upload:
        """Prepare the upload of a file that doesn't fit a request to `/v1/results`.

        On AWS this is a file over about 4.5 MB. Post the file to `upload.url` as multipart form
        data, all of `upload.fields` first and the file last, as `file`. Then send `url` to
        `/v1/results`.
        """
        if storage is None:
            raise UploadsUnavailableError
        try:
            created = await to_thread.run_sync(storage.create_upload, type)
        except StorageError as error:
            raise UploadsDownError from error
        address = absolute(created.url, str(request.base_url))
        form = UploadForm(url=address, fields=created.fields)
        return Upload(
            upload=form,
            url=upload_url(created.token, name),
            expires_in=settings.upload_seconds,
            max_bytes=settings.max_file_bytes - 1,
        )

    return router


class StoredFileResponse(FileResponse):
    """Send a stored file; raise `FileGoneError` if it is removed before it is open.

    The headers wait until then, since an answer that has begun can't become a 404.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the file."""
        held: list[Message] = []

        async def send_once_open(message: Message) -> None:
            held.append(message)
            if message["type"] != "http.response.start":
                while held:
                    await send(held.pop(0))

        try:
            # Starlette's own call makes a `RuntimeError` of a missing file
            self.stat_result = await to_thread.run_sync(os.stat, self.path)
            self.set_stat_headers(self.stat_result)
            await super().__call__(scope, receive, send_once_open)
        except FileNotFoundError as error:
            raise FileGoneError from error


def build_files_router(storage: DiskStorage, admission: Admission) -> APIRouter:
    """Return the routes behind the links of `storage`. An upload takes a slot of `admission`."""
    router = APIRouter(include_in_schema=False)

    @router.get(f"/{FILES_PATH}/{{name}}")
    def file(name: str) -> StoredFileResponse:
        path = storage.path(name)
        kind = AnswerKind(path.suffix.removeprefix("."))
        return StoredFileResponse(
            path, media_type=kind.media_type, headers={"X-Content-Type-Options": "nosniff"}
        )

    def invited(token: str) -> None:
        """Check the token before the body is read, because the route requires no key."""
        storage.require_open(token)

    @router.post(f"/{UPLOADS_PATH}/{{token}}", dependencies=[Depends(invited), Depends(admission)])
    async def upload(
        token: str, request: Request, settings: Annotated[Settings, Depends(get_settings)]
    ) -> Response:
        """Answer as S3 does to a presigned POST: 204, or 403 or 400 if the form is refused."""
        body = limited_body(request, settings.max_request_bytes, settings.receive_seconds)
        limits = FormLimits(settings.max_request_bytes)
        form = await parse_multipart(request.headers, body, limits)
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
