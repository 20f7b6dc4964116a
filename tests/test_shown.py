"""The comparison that other tests rely on sees what differs, and only that."""

from base64 import b64encode

import pytest

from tests.samples import gradient, jpeg, png
from tests.shown import shown, told

PLAIN = png()


def changed() -> bytes:
    image = gradient()
    image.putpixel((3, 2), (1, 2, 3))
    return png(image)


def test_another_way_to_write_the_same_pixels_is_the_same() -> None:
    stored = png(compress_level=0)
    assert stored != PLAIN
    assert shown(stored) == shown(PLAIN)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(changed(), id="a pixel"),
        pytest.param(png(gradient(48, 64)), id="size"),
        pytest.param(png(gradient().convert("RGBA")), id="mode"),
        pytest.param(png(icc_profile=b"profile"), id="profile"),
        pytest.param(jpeg(), id="format"),
    ],
)
def test_what_differs_is_seen(other: bytes) -> None:
    assert shown(other) != shown(PLAIN)


def test_a_damaged_file_is_no_picture() -> None:
    with pytest.raises(OSError, match="truncated"):
        shown(PLAIN[: len(PLAIN) // 2])


def test_all_else_in_a_result_is_kept() -> None:
    def result(name: str) -> dict[str, object]:
        image = {"kind": "image", "image": b64encode(PLAIN).decode()}
        return {"name": name, "entities": [image, {"kind": "objects"}]}

    assert told(result("a")) == told(result("a"))
    assert told(result("a")) != told(result("b"))
    assert told(result("a"))["entities"][1] == {"kind": "objects"}
