"""What a file shows, to compare pictures that were made twice.

Two files of the same pixels need not be equal: one run of these tests in many found a PNG that was
a byte shorter than its twin, of the same pixels by zlib's checksum. ISA-L promises pixels, not a
way to write them.
"""

from base64 import b64decode
from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO
from typing import Any

from PIL import Image


@dataclass(frozen=True)
class Shown:
    """A decoded file, whose pixels are compared and, as there are many, shown as a digest."""

    format: str | None
    mode: str
    size: tuple[int, int]
    profile: bytes | None = field(repr=False)
    digest: str


def shown(file: bytes) -> Shown:
    """Return the pixels that a file shows; raise Pillow's error if it is damaged."""
    with Image.open(BytesIO(file)) as image:
        digest = sha256(image.tobytes()).hexdigest()
        profile = image.info.get("icc_profile")
        return Shown(image.format, image.mode, image.size, profile, digest)


def told(result: dict[str, Any]) -> dict[str, Any]:
    """One of the answer's results, with what its pictures show in place of their base64."""
    entities = [
        {**each, "image": shown(b64decode(each["image"], validate=True))}
        if "image" in each
        else each
        for each in result["entities"]
    ]
    return {**result, "entities": entities}
