"""Give an example of every answer to a picture, for the OpenAPI page."""

from typing import Any

from cutout.api.results import (
    ClassesEntity,
    Entity,
    FoundObject,
    ObjectsEntity,
    Result,
    Results,
    Status,
)
from cutout.choices import Representation
from cutout.errors import (
    AnswerTooLargeError,
    DownloadError,
    FileError,
    FileTooBigError,
    NoStorageError,
    PictureError,
    ProcessingFailedError,
    RegionEmptyError,
    RegionOutsideError,
    ResolutionTooBigError,
    StorageError,
    Subject,
    TooManyPixelsError,
    TooSlowError,
    UnreadablePictureError,
    UnsupportedTypeError,
    UploadMissingError,
)
from cutout.settings import Settings

LIMITS = Settings.model_fields
FILE_LIMIT = LIMITS["max_file_bytes"].default
PIXEL_LIMIT = LIMITS["max_pixels"].default
SIDE_LIMIT = LIMITS["max_side"].default

SUCCESS = Status(code="ok", message="Success")
BASE64 = "iVBORw0KGgoAAAA...YII="


def _example(
    status: Status, entities: list[Entity | ObjectsEntity], size: tuple[int, int] | None = None
) -> dict[str, Any]:
    result = Result(
        status=status, name="img.jpg", md5="f2d13d0242b98aae82bc7a6dc76e1ea9", entities=entities
    )
    if size is not None:
        result.width, result.height = size
    value = Results(results=[result]).model_dump(mode="json", exclude_none=True)
    return {"summary": status.message, "value": value}


def _success(image: str, representation: Representation | None = None) -> dict[str, Any]:
    entity = Entity(name="general-fg-image", image=image, representation=representation)
    return _example(SUCCESS, [entity])


def _with_objects() -> dict[str, Any]:
    classes = ClassesEntity(classes={"object": 0.987654})
    cup = FoundObject(box=(0.25, 0.125, 0.5, 0.75), entities=[classes])
    image = Entity(name="general-fg-image", image=BASE64)
    return _example(SUCCESS, [image, ObjectsEntity(objects=[cup])], (1024, 768))


def _failure(error: PictureError) -> dict[str, Any]:
    return _example(Status(code="failure", message=str(error)), [])


def _background_failure(error: FileError) -> dict[str, Any]:
    return _failure(error.about(Subject.BACKGROUND))


RESULTS_EXAMPLES: dict[str, Any] = {
    "success": _success(BASE64),
    "objects": _with_objects(),
    "link": _success("https://example.com/answers/SN...Jk.png?X-Amz-...", Representation.URL),
    "broken": _failure(UnreadablePictureError()),
    "type": _failure(UnsupportedTypeError()),
    "file size": _failure(FileTooBigError(FILE_LIMIT)),
    "resolution": _failure(ResolutionTooBigError((5000, 3000), SIDE_LIMIT)),
    "pixels": _failure(TooManyPixelsError(PIXEL_LIMIT)),
    "download": _failure(DownloadError()),
    "upload": _failure(UploadMissingError()),
    "background broken": _background_failure(UnreadablePictureError()),
    "background type": _background_failure(UnsupportedTypeError()),
    "background file size": _background_failure(FileTooBigError(FILE_LIMIT)),
    "background resolution": _background_failure(ResolutionTooBigError((5000, 3000), SIDE_LIMIT)),
    "background pixels": _background_failure(TooManyPixelsError(PIXEL_LIMIT)),
    "background download": _background_failure(DownloadError()),
    "background upload": _background_failure(UploadMissingError()),
    "region": _failure(RegionOutsideError()),
    "region empty": _failure(RegionEmptyError()),
    "time": _failure(TooSlowError()),
    "answer size": _failure(AnswerTooLargeError()),
    "no storage": _failure(NoStorageError()),
    "storage": _failure(StorageError()),
    "processing": _failure(ProcessingFailedError()),
}
