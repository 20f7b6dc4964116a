"""Use the generated client: python generated_client.py API KEY PHOTO CUT-OUT.

`test_generated.py` runs it with the generator's own Python.
"""

import sys
from base64 import b64decode
from pathlib import Path

from generated import AuthenticatedClient  # type: ignore[import-not-found]
from generated.api.cutout import (  # type: ignore[import-not-found]
    get_modes,
    prepare_upload,
    remove_background,
)
from generated.models import (  # type: ignore[import-not-found]
    Entity,
    Invalid,
    Message,
    Mode,
    ObjectsEntity,
    RemoveBackgroundDataBody,
    RemoveBackgroundFilesBody,
    UploadType,
)
from generated.types import File  # type: ignore[import-not-found]

api, key, photo, target = sys.argv[1:]


def client_with(given: str) -> AuthenticatedClient:
    return AuthenticatedClient(
        api, token=given, prefix="", auth_header_name="X-API-KEY", follow_redirects=True
    )


client = client_with(key)
assert get_modes.sync(client=client) == list(Mode)

with Path(photo).open("rb") as file:
    body = RemoveBackgroundFilesBody(image=File(file, "photo.jpg", "image/jpeg"))
    found = remove_background.sync(client=client, body=body, mode=Mode.FG_IMAGE, objects=True)
(result,) = found.results
picture, objects = result.entities
assert isinstance(picture, Entity)
assert isinstance(objects, ObjectsEntity)
assert (result.status.code, result.name) == ("ok", "photo.jpg")
Path(target).write_bytes(b64decode(picture.image))

upload = prepare_upload.sync(client=client, type_=UploadType.IMAGEJPEG)
assert upload.upload.fields.to_dict()
lost = remove_background.sync(client=client, body=RemoveBackgroundDataBody(url=upload.url))
assert lost.results[0].status.code == "failure"

missing = remove_background.sync(client=client, body=RemoveBackgroundFilesBody())
assert isinstance(missing, Invalid)
assert missing.detail == "Missing image or url field."
refused = get_modes.sync(client=client_with("wrong"))
assert isinstance(refused, Message)
assert "valid API key" in refused.message
