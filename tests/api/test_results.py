import json
from base64 import b64decode

import pytest

from cutout.api.results import ResultDetails, failure, success
from cutout.choices import Mode
from cutout.errors import UnreadablePictureError
from cutout.options import Source

NAMES = ["a.jpg", '"@"', "@", "a\\b\n\0\u2028", "\u202egpj.exe", "ü" * 100, ""]


@pytest.mark.parametrize("name", NAMES)
def test_success_holds_the_picture_whatever_the_name(name: str) -> None:
    png = bytes(range(256)) * 5
    (result,) = json.loads(success(ResultDetails(Source(b"x", name), Mode.FG_MASK), png))["results"]
    assert result["name"] == name
    assert result["md5"] == "9dd4e461268c8034f5c8564e155c67a6"
    (entity,) = result["entities"]
    assert b64decode(entity["image"], validate=True) == png
    assert entity["name"] == "general-fg-mask"
    assert entity["format"] == "PNG"


@pytest.mark.parametrize("name", NAMES)
def test_failure_says_why(name: str) -> None:
    (result,) = json.loads(failure(Source(b"", name), UnreadablePictureError()))["results"]
    assert result["status"] == {"code": "failure", "message": "Can not load image."}
    assert result["name"] == name
    assert result["entities"] == []
