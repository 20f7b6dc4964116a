"""Decide which ICC profiles are trusted, before lcms or a viewer of the answer reads them.

An ICC profile is a program of sorts. A multi-process element (`mpet`, in the tags `D2B0` to `B2D3`)
may repeat one stage any number of times: 512 bytes cost lcms 7 s, 1.4 kB over a minute, and nothing
can interrupt it. So a profile is used only if all parts that a converter reads are plain: a known
class and colour space, and curves, matrices and tables whose sizes the file really holds.
(ICC.1:2022 and ICC.1:2001-04, "File Format for Color Profiles".)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from struct import Struct

from cutout.decode.icc_tags import PLAIN_TYPES, ImplausibleTagError, Tag, check_curves, check_lut

MAX_PROFILE_BYTES = 8 << 20
"""Maximum size of a profile. Press profiles with the finest tables in use have 3 MB."""
MAX_TAGS = 100
"""Maximum number of tags, which lcms has too; profiles have 4 to 30."""

CHANNELS = {b"GRAY": 1, b"RGB ": 3, b"CMYK": 4}
"""The colour spaces of pictures that are decoded here."""
CLASSES = {b"scnr", b"mntr", b"prtr", b"spac"}
"""Input, display, output and colour space; no device links, abstract profiles or named colours."""
CONNECTION_SPACES = {b"XYZ ", b"Lab "}
CONNECTION_CHANNELS = 3

HEADER_BYTES = 128
VERSION, CLASS, SPACE, CONNECTION, SIGNATURE, IDENTITY = (
    slice(8, 12),
    slice(12, 16),
    slice(16, 20),
    slice(20, 24),
    slice(36, 40),
    slice(84, 100),
)
VERSION_5 = bytes((5, 0, 0, 0))
"""First version of iccMAX, which is not supported."""
ENTRY = Struct(">4sII")

FORWARD_TABLES = {b"A2B0", b"A2B1", b"A2B2"}
BACKWARD_TABLES = {b"B2A0", b"B2A1", b"B2A2"}
GAMUT = b"gamt"
CURVES = {b"kTRC", b"rTRC", b"gTRC", b"bTRC"}
NUMBERS: Mapping[bytes, tuple[bytes, int]] = {
    **dict.fromkeys((b"wtpt", b"bkpt", b"rXYZ", b"gXYZ", b"bXYZ"), (b"XYZ ", 20)),
    b"chad": (b"sf32", 44),
}
"""Type and minimum size of the tags that hold a few numbers."""
MULTI_PROCESS = {b"%s%d" % (name, intent) for name in (b"D2B", b"B2D") for intent in range(4)}


@dataclass(frozen=True)
class _Entry:
    """Hold a row of the profile's tag table."""

    name: bytes
    offset: int
    size: int

    def tag(self, profile: bytes) -> Tag:
        return Tag(profile, self.offset, self.offset + self.size)


def trusted_profile(profile: bytes) -> bytes | None:
    """Return the profile at its stated length and without private tags; None if it is not plain.

    Private tags, which no conversion needs and only their vendor can check, are left out. A profile
    without any is returned as it is.
    """
    stated = profile[: int.from_bytes(profile[:4], "big")]
    try:
        channels = _channels(stated)
        entries = _entries(stated)
        kept = [each for each in entries if _is_known(each, stated, channels)]
    except ImplausibleTagError:
        return None
    if len(kept) == len(entries):
        return stated
    rebuilt = _rebuilt(stated, kept)  # longer than before where tags overlap
    return rebuilt if len(rebuilt) <= MAX_PROFILE_BYTES else None


def _channels(profile: bytes) -> int:
    """Return the channels of the profile's colour space.

    Raise `ImplausibleTagError` for a header that is not one of the known kinds.
    """
    if not HEADER_BYTES + 4 <= len(profile) <= MAX_PROFILE_BYTES:
        raise ImplausibleTagError
    if int.from_bytes(profile[:4], "big") != len(profile):  # cut off
        raise ImplausibleTagError
    if profile[SIGNATURE] != b"acsp" or profile[VERSION] >= VERSION_5:
        raise ImplausibleTagError
    if profile[CLASS] not in CLASSES or profile[CONNECTION] not in CONNECTION_SPACES:
        raise ImplausibleTagError
    channels = CHANNELS.get(profile[SPACE])
    if channels is None:
        raise ImplausibleTagError
    return channels


def _entries(profile: bytes) -> list[_Entry]:
    """Return the tag table.

    Raise `ImplausibleTagError` if it, or a tag, is out of bounds, if names repeat, or if tags
    overlap so much that reading them all costs more than reading the file.
    """
    count = int.from_bytes(profile[HEADER_BYTES : HEADER_BYTES + 4], "big")
    end = HEADER_BYTES + 4 + count * ENTRY.size
    if count > MAX_TAGS or end > len(profile):
        raise ImplausibleTagError
    entries = [_Entry(*row) for row in ENTRY.iter_unpack(profile[HEADER_BYTES + 4 : end])]
    if any(each.offset + each.size > len(profile) for each in entries):
        raise ImplausibleTagError
    if len({each.name for each in entries}) != count:
        raise ImplausibleTagError
    places = {(each.offset, each.size) for each in entries}
    if sum(size for _, size in places) > 2 * len(profile):
        raise ImplausibleTagError
    return entries


def _is_known(entry: _Entry, profile: bytes, channels: int) -> bool:
    """Return whether the tag is one that is checked here.

    Raise `ImplausibleTagError` if it is bad.
    """
    tag, name = entry.tag(profile), entry.name
    if name in MULTI_PROCESS:
        raise ImplausibleTagError
    if name in FORWARD_TABLES:
        check_lut(tag, channels, CONNECTION_CHANNELS)
    elif name in BACKWARD_TABLES:
        check_lut(tag, CONNECTION_CHANNELS, channels)
    elif name == GAMUT:
        check_lut(tag, CONNECTION_CHANNELS, 1)
    elif name in CURVES:
        check_curves(tag, 1)
    elif name in NUMBERS:
        kind, least = NUMBERS[name]
        if tag.type != kind:
            raise ImplausibleTagError
        tag.require(0, least)
    elif tag.type in PLAIN_TYPES:
        PLAIN_TYPES[tag.type](tag)
    else:
        return False
    return True


def _rebuilt(profile: bytes, kept: list[_Entry]) -> bytes:
    """Return the profile with these tags alone.

    Each tag stays as far from a multiple of four as before, because curves within a table are
    aligned by their position in the file. The profile's identity (an MD5 of the whole) becomes
    zero, which stands for "not computed" (7.2.18).
    """
    start = HEADER_BYTES + 4 + len(kept) * ENTRY.size
    places: dict[tuple[int, int], int] = {}
    data = bytearray()
    for each in kept:
        place = each.offset, each.size
        if place not in places:
            data += bytes((each.offset - start - len(data)) % 4)
            places[place] = start + len(data)
            data += profile[each.offset : each.offset + each.size]
    data += bytes(-len(data) % 4)
    table = b"".join(
        ENTRY.pack(each.name, places[each.offset, each.size], each.size) for each in kept
    )
    header = bytearray(profile[:HEADER_BYTES])
    header[:4] = (start + len(data)).to_bytes(4, "big")
    header[IDENTITY] = bytes(16)
    return bytes(header) + len(kept).to_bytes(4, "big") + table + bytes(data)
