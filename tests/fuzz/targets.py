"""What is fuzzed: bytes in, and an exception out that nobody has foreseen.

Each target raises what it finds: `AssertionError` where a promise is broken, anything that is
neither a `PictureError` nor a `RequestError` where the function fell over.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from ipaddress import IPv4Address, IPv6Address
from string import ascii_lowercase, digits
from typing import TypeAlias

import numpy as np
from PIL import Image, ImageCms
from starlette.datastructures import Headers

from cutout.api.body import FormLimits, parse_multipart, parse_urlencoded
from cutout.api.removebg.fields import decoded
from cutout.api.results import failure
from cutout.choices import parse_margin
from cutout.colours import parse_colour
from cutout.compose.background import to_profile
from cutout.decode.colour import PROFILE_SPACES
from cutout.decode.containers import SIGNATURE, lean_png, split_jpeg
from cutout.decode.decode import decode
from cutout.decode.header import JPEG, open_picture
from cutout.decode.icc import MAX_TAGS, SPACE, trusted_profile
from cutout.decode.mask import decode_mask
from cutout.decode.open_end import with_end
from cutout.decode.png_colour import code_points, gamma_and_primaries
from cutout.decode.riff import split_webp
from cutout.errors import DownloadError, MaskSizeError, PictureError, UnreadablePictureError
from cutout.fetch.target import DEFAULT_PORTS, file_name, is_public, parse_target, redirected
from cutout.layout import (
    ORIGINAL,
    parse_margins,
    parse_position,
    parse_ratio,
    parse_region,
    parse_scale,
)
from cutout.options import Source
from cutout.request_errors import BrokenFormError
from cutout.settings import Settings
from tests.fuzz import seeds

Check: TypeAlias = Callable[[bytes], None]

HOST_CHARACTERS = set(ascii_lowercase + digits + "_.-:")
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
SETTINGS = Settings(max_side=256, max_pixels=200 * 256)
"""Small pictures, so that a second holds many of them."""


@dataclass(frozen=True)
class Target:
    """A function under fire, inputs to begin with, and the longest worth trying."""

    check: Check
    seeds: list[bytes]
    max_bytes: int = 4096


def header(content: bytes) -> None:
    with suppress(PictureError):
        width, height = open_picture(content, SETTINGS).size
        assert max(width, height) <= SETTINGS.max_side, (width, height)
        assert width * height <= SETTINGS.max_pixels, (width, height)


def picture(content: bytes) -> None:
    with suppress(PictureError):
        found = decode(content, SETTINGS)
        assert found.colour.mode == "RGB", found.colour.mode
        assert max(found.size) <= SETTINGS.max_side, found.size
        if found.own_alpha is not None:
            assert found.own_alpha.shape == found.size[::-1]


def mask(content: bytes) -> None:
    """A file is a mask of its own size, or none."""
    with suppress(PictureError):
        width, height = decode(content, SETTINGS).size
        found = decode_mask(content, (width, height), SETTINGS)
        assert found.shape == (height, width)
        assert found.dtype == np.uint8
        with suppress(MaskSizeError):
            decode_mask(content, (width, height - 1), SETTINGS)
            raise AssertionError("a mask that is too large was taken")


def segments(content: bytes) -> None:
    with suppress(UnreadablePictureError):
        lean = split_jpeg(content).lean()
        assert len(lean) <= max(2, len(content))
        assert split_jpeg(lean).lean() == lean, "not all that could go went"
        assert all(s.decides_pixels or s.holds_profile for s in split_jpeg(lean).segments)


def riff(content: bytes) -> None:
    """What is left of a WebP is no longer, of the same size, and holds nothing to be taken out."""
    with suppress(UnreadablePictureError):
        parts = split_webp(content)
        assert len(parts.lean) <= len(content) + 12
        again = split_webp(parts.lean)
        assert (again.lean, again.size) == (parts.lean, parts.size), "not all that could go went"
        assert not again.exif
        assert again.icc_profile is None


def lengths(content: bytes) -> None:
    """Whatever is read keeps to its limits."""
    text = content.decode("utf-8", "replace")
    with suppress(ValueError):
        assert max(parse_margins(text).around(4096, 4096)) <= 2048
    with suppress(ValueError):
        assert len(parse_region(text).within((4096, 4096))) == 4
    with suppress(ValueError):
        scale = parse_scale(text)
        assert scale is None or 0.1 <= scale <= 1
    with suppress(ValueError):
        place = parse_position(text)
        assert place == ORIGINAL or (0 <= place.across <= 1 and 0 <= place.down <= 1)
    with suppress(ValueError):
        assert 0.1 <= parse_ratio(text) <= 10


def base64(content: bytes) -> None:
    """A text is base64 or a broken picture."""
    with suppress(UnreadablePictureError):
        assert len(decoded(content)) <= len(content)


def chunks(content: bytes) -> None:
    with suppress(UnreadablePictureError):
        lean = lean_png(content)
        assert len(lean) <= max(len(SIGNATURE), len(content))
        assert lean_png(lean) == lean, "not all that could go went"


def numbers(content: bytes) -> None:
    """The chunks cICP, gAMA and cHRM, filled with anything, make tables and profiles that hold."""
    code, gamma, points = content[:4], content[4:8], content[8:40]
    for found in (
        code_points({b"cICP": code}),
        gamma_and_primaries({b"gAMA": gamma, b"cHRM": points}),
    ):
        if found is None:
            continue
        for count in (256, 65536):
            table = found.table(count)
            assert table is None or len(table) == count
        assert found.profile is None or trusted_profile(found.profile) == found.profile
        if found.profile is not None:
            to_profile(Image.new("RGBA", (2, 2)), None, found.profile)
        found.apply(Image.new("RGB", (2, 2)))


def ends(content: bytes) -> None:
    """A JPEG that gets its end marker has one from then on, and is decoded as before."""
    with suppress(PictureError):
        open_picture(content, SETTINGS)
        with suppress(OSError, ValueError, SyntaxError):
            ended = with_end(content) if content.startswith(JPEG) else None
            if ended is not None:
                assert with_end(ended) is None
                decode(ended, SETTINGS)


def profile(content: bytes) -> None:
    """Check that a trusted profile stays trusted, holds nothing private, and opens in lcms."""
    trusted = trusted_profile(content)
    if trusted is None:
        return
    assert len(trusted) <= 2 * len(content) + 4 * MAX_TAGS
    assert trusted_profile(trusted) == trusted, "not all that could go went"
    mode = PROFILE_SPACES[trusted[SPACE]]
    with suppress(OSError, ImageCms.PyCMSError):
        own = ImageCms.ImageCmsProfile(BytesIO(trusted))
        ImageCms.profileToProfile(Image.new(mode, (2, 2)), own, SRGB, outputMode="RGB")
        if mode == "RGB":
            to_profile(Image.new("RGBA", (2, 2)), None, trusted)


def multipart(content: bytes) -> None:
    """The first line is the header, the rest comes in chunks of a length that it decides."""
    kind, _, body = content.partition(b"\n")
    step, limits = 1 + len(kind) % 50, FormLimits(1 << 20)

    async def chunks() -> AsyncGenerator[bytes, None]:
        for at in range(0, len(body), step):
            yield body[at : at + step]

    async def parse() -> None:
        headers = Headers(raw=[(b"content-type", b"multipart/form-data; " + kind)])
        fields = await parse_multipart(headers, chunks(), limits)
        try:
            values = fields.multi_items()
            assert len(values) <= 2 * limits.parts, len(values)
            for name, value in values:
                assert name not in {"image", "image-bg", "mask"} or not isinstance(value, str), (
                    "a picture decoded as text"
                )
                assert not isinstance(value, str) or len(value) <= limits.text_bytes
        finally:
            await fields.close()

    with suppress(BrokenFormError):
        asyncio.run(parse())


def urlencoded(content: bytes) -> None:
    fields = parse_urlencoded(content)
    assert all(value.strip() for value in fields.values()), "an empty field is an absent one"
    failure(Source(b"", file_name(fields.get("url", ""))), UnreadablePictureError())


def url(content: bytes) -> None:
    """The first line is a URL, the second a redirect from there."""
    first, _, second = content.decode("utf-8", "replace").partition("\n")
    file_name(first)
    with suppress(DownloadError):
        target = parse_target(first, SETTINGS)
        for each in (target, redirected(target, second, SETTINGS)):
            assert each.scheme in DEFAULT_PORTS, each
            assert each.port in SETTINGS.download_ports, each
            assert set(each.host) <= HOST_CHARACTERS, each
            assert not set(each.pinned("192.0.2.1")) & set("\r\n"), each
            assert parse_target(each.url, SETTINGS).host == each.host, each


def address(content: bytes) -> None:
    """An IPv6 address that wraps a private IPv4 address in any known way is private as well."""
    if len(content) < 16:
        return
    outer = IPv6Address(content[:16])
    inner = IPv4Address(content[12:16])
    flipped = IPv4Address(int(inner) ^ 0xFFFFFFFF)
    is_public(outer)
    for wrapped, held in (
        (IPv6Address(b"\0" * 10 + b"\xff\xff" + inner.packed), inner),
        (IPv6Address(b"\x20\x02" + inner.packed + content[:10]), inner),
        (IPv6Address(b"\x20\x01\0\0" + content[:8] + inner.packed), flipped),
        (IPv6Address(b"\0\x64\xff\x9b" + bytes(8) + inner.packed), inner),
    ):
        assert not is_public(wrapped) or is_public(held), (wrapped, held)


def colour(content: bytes) -> None:
    with suppress(ValueError):
        found = parse_colour(content.decode("utf-8", "replace"))
        assert len(found) == 4, found
        assert all(0 <= each <= 255 for each in found), found


def margin(content: bytes) -> None:
    with suppress(ValueError):
        found = parse_margin(content.decode("utf-8", "replace"))
        assert 0 <= found.around(4096, 4096) < 50_000, found


TARGETS: dict[str, Target] = {
    "header": Target(header, seeds.pictures()),
    "picture": Target(picture, seeds.pictures()),
    "mask": Target(mask, seeds.pictures()),
    "segments": Target(segments, seeds.jpegs()),
    "riff": Target(riff, seeds.webps()),
    "chunks": Target(chunks, seeds.pngs()),
    "numbers": Target(numbers, seeds.NUMBERS, 40),
    "ends": Target(ends, [each[:-2] for each in seeds.jpegs()]),
    "profile": Target(profile, seeds.profiles(), 8192),
    "multipart": Target(multipart, seeds.FORMS),
    "urlencoded": Target(urlencoded, seeds.URLENCODED),
    "url": Target(url, seeds.URLS, 512),
    "colour": Target(colour, seeds.COLOURS, 80),
    "margin": Target(margin, seeds.MARGINS, 16),
    "lengths": Target(lengths, seeds.LENGTHS, 90),
    "base64": Target(base64, seeds.BASE64, 200),
    "address": Target(address, seeds.ADDRESSES, 16),
}
