from struct import pack

import pytest
from PIL import Image

from cutout.decode.orientation import orientation_turn

QUARTER = Image.Transpose.ROTATE_270


def turn(exif: bytes | None) -> Image.Transpose | None:
    image = Image.new("L", (1, 1))
    if exif is not None:
        image.info["exif"] = exif
    return orientation_turn(image)


def tiff(order: str, kind: int = 3, number: int = 1, value: int = 6, entries: int = 2) -> bytes:
    """A directory with the tag behind another one."""
    mark = b"II*\0" if order == "<" else b"MM\0*"
    short = pack(f"{order}H", value) + b"\0\0" if kind == 3 else pack(f"{order}I", value)
    other = pack(f"{order}HHII", 0x010F, 2, 4, 0)
    return (
        mark
        + pack(f"{order}IH", 8, entries)
        + other
        + pack(f"{order}HHI", 0x0112, kind, number)
        + short
    )


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("kind", [3, 4])
@pytest.mark.parametrize("prefix", [b"", b"Exif\0\0"])
def test_the_tag_is_found(order: str, kind: int, prefix: bytes) -> None:
    assert turn(prefix + tiff(order, kind)) is QUARTER


@pytest.mark.parametrize("cut", range(len(tiff(">"))))
def test_what_ends_early_has_none(cut: int) -> None:
    whole = cut >= 32  # two bytes of the four hold the value
    assert turn(tiff(">")[:cut]) is (QUARTER if whole else None)


@pytest.mark.parametrize(
    "broken",
    [tiff(">", kind=2), tiff(">", number=2), tiff(">", value=9), tiff(">", entries=1)],
)
def test_an_absurd_tag_is_none(broken: bytes) -> None:
    assert turn(broken) is None


def test_without_exif_there_is_no_turn() -> None:
    assert turn(None) is None
    assert turn(b"no exif") is None
