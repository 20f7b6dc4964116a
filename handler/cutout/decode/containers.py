"""Split PNG files into chunks and JPEG files into segments, before Pillow sees them.

Pillow unpacks every text of a PNG (PNG, Third Edition, section 5), and a file of 16 MB may have a
million empty ones. It gets only the pixels, their palette and transparent colour, and the EXIF. The
ICC profile is unpacked here, under a limit of its own. Of an animation that leaves the default
image, which decoders without animation show.
"""

import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from cutout.decode.icc import MAX_PROFILE_BYTES
from cutout.errors import UnreadablePictureError

MAX_CHUNKS = 100_000
"""Maximum number of chunks. Encoders write a few thousand into a file of 16 MB."""

SIGNATURE = b"\x89PNG\r\n\x1a\n"
END = b"IEND"
TRANSPARENT_COLOUR = b"tRNS"
PALETTE, PROFILE, EXIF, PIXELS = b"PLTE", b"iCCP", b"eXIf", b"IDAT"
COLOUR_SPACES = {PROFILE, b"cICP", b"sRGB", b"gAMA", b"cHRM"}
HEADER = SIGNATURE + b"\0\0\0\x0dIHDR"  # how each PNG begins: the first chunk has 13 bytes
BIT_DEPTH, COLOUR_TYPE = 24, slice(25, 26)
GREY, RGB, INDEXED = b"\0", b"\2", b"\3"
TRANSPARENT_BYTES: Mapping[bytes, Sequence[int]] = {GREY: (2,), RGB: (6,)}
"""Sizes of the transparent colour by colour type."""
MAX_EXIF_BYTES = 4 << 20
DEFLATE = 0  # the only method there is


def lean_png(content: bytes, *, exif: bool = True) -> bytes:
    """Return the file with the needed chunks only, with or without EXIF.

    Raise `UnreadablePictureError` if there are more than `MAX_CHUNKS`.
    """
    return b"".join((SIGNATURE, *_kept(content, exif)))


def colour_chunks(content: bytes) -> dict[bytes, bytes]:
    """Return the data of the chunks that tell the colour space of a PNG file, by their names.

    Only the first sound chunk of each name before the pixels counts.
    """
    found: dict[bytes, bytes] = {}
    at = len(SIGNATURE)
    for _ in range(MAX_CHUNKS):
        length, name = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        end = at + 12 + length
        if end > len(content) or name in {PIXELS, END}:
            break
        if name in COLOUR_SPACES and name not in found and _is_sound(content[at:end]):
            found[name] = content[at + 8 : end - 4]
        at = end
    return found


def png_profile(chunks: Mapping[bytes, bytes]) -> bytes | None:
    """Return the unpacked ICC profile among a PNG file's `colour_chunks`.

    Return None if there is none, or if it is broken or over `MAX_PROFILE_BYTES`.
    """
    # a name, a zero byte, the method, and the packed profile
    chunk = chunks.get(PROFILE, b"")
    _, _, packed = chunk.partition(b"\0")
    if packed[:1] != bytes((DEFLATE,)):
        return None
    unpacker = zlib.decompressobj()
    try:
        profile = unpacker.decompress(packed[1:], MAX_PROFILE_BYTES)
    except zlib.error:
        return None
    return None if unpacker.unconsumed_tail else profile


def _is_sound(chunk: bytes) -> bool:
    """Return whether a chunk has its checksum."""
    return zlib.crc32(chunk[4:-4]).to_bytes(4, "big") == chunk[-4:]


def _kept(content: bytes, exif: bool) -> Iterator[bytes]:
    """Yield the needed chunks.

    A transparent colour is kept, as in browsers, if it is the first that has its checksum and a
    right size, and stands between palette and pixels.
    """
    at, colour_type = len(SIGNATURE), content[COLOUR_TYPE] if content.startswith(HEADER) else b""
    key_sizes = TRANSPARENT_BYTES.get(colour_type, ())  # that count from here on, if any
    for _ in range(MAX_CHUNKS):
        length, name = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        end = at + 12 + length
        if end > len(content):
            yield content[at:]  # cut off: the decoder judges how much of the picture is lost
            return
        if name == PALETTE and colour_type == INDEXED:
            key_sizes = range(1, length // 3 + 1)
        elif name == PIXELS:
            key_sizes = ()
        if name == TRANSPARENT_COLOUR:
            if length in key_sizes and _is_sound(content[at:end]):
                key_sizes = ()
                colour = content[at:end]
                yield colour if colour_type == INDEXED else _masked(colour, content[BIT_DEPTH])
        elif _is_needed(name, length, exif):
            exif = exif and name != EXIF  # the first counts
            yield content[at:end]
        if name == END:
            return
        at = end
    raise UnreadablePictureError


def _masked(chunk: bytes, depth: int) -> bytes:
    """Return the chunk of a transparent colour, whose samples of 16 bits have `depth` used ones.

    Decoders must ignore the other bits (PNG, Third Edition, 11.3.1.1).
    """
    used = (1 << depth) - 1
    samples = (int.from_bytes(chunk[at : at + 2], "big") for at in range(8, len(chunk) - 4, 2))
    body = TRANSPARENT_COLOUR + b"".join((each & used).to_bytes(2, "big") for each in samples)
    return chunk[:4] + body + zlib.crc32(body).to_bytes(4, "big")


def _is_needed(name: bytes, length: int, exif: bool) -> bool:
    if name == EXIF:
        return exif and length <= MAX_EXIF_BYTES
    return name[:1].isupper()  # critical


MAX_SEGMENTS = 10_000
"""Maximum number of segments, before and after the first scan. An ICC profile has at most 255, and
cameras write a few dozen more."""

START_OF_SCAN, END_OF_IMAGE = 0xDA, 0xD9
FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
STANDALONE = {0x01, *range(0xD0, 0xD9)}  # markers that no length follows
JFIF, JPEG_EXIF, ICC, ADOBE = 0xE0, 0xE1, 0xE2, 0xEE
METADATA = {*range(0xE0, 0xF0), 0xFE}  # APP0 to APP15, and comments
LEAST_BYTES = {JFIF: 14, ADOBE: 12}
"""Minimum length of the metadata that decoding needs. Decoders ignore a shorter segment."""
ICC_NAME, EXIF_NAME = b"ICC_PROFILE\0", b"Exif\0\0"
HEADER_MARKER = re.compile(rb"\xff[^\x00\xff]")
"""A marker of the header; any number of 255s may come before it, and decoders skip other bytes."""
SCAN_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
"""A marker after a scan. Within one, a 255 that is data is followed by 0, and restart markers are
followed by more data."""


@dataclass(frozen=True)
class Segment:
    """Hold a segment of a JPEG; `data` is without its marker and length."""

    kind: int
    data: bytes

    @property
    def decides_pixels(self) -> bool:
        """Return whether decoding needs the segment.

        Adobe's defines how CMYK values are stored, JFIF's that three channels are YCbCr.
        """
        if self.kind not in METADATA:
            return True
        return self.kind in LEAST_BYTES and len(self.data) >= LEAST_BYTES[self.kind]

    @property
    def starts_frame(self) -> bool:
        """Return whether it is a frame header (SOF0 to SOF15), which lists the components."""
        return self.kind in FRAMES

    @property
    def holds_profile(self) -> bool:
        """Return whether it is a part of the ICC profile."""
        return self.kind == ICC and self.data.startswith(ICC_NAME)

    @property
    def file_bytes(self) -> bytes:
        """Return the segment as in a file, with marker and length."""
        return bytes((0xFF, self.kind)) + (len(self.data) + 2).to_bytes(2, "big") + self.data


@dataclass(frozen=True)
class JpegParts:
    """Hold the header's segments, and everything from the first scan on."""

    segments: list[Segment]
    scans: bytes

    def lean(self, *, profile: bool = True) -> bytes:
        """Return the file without metadata, with or without its ICC profile."""
        kept = (
            s.file_bytes for s in self.segments if s.decides_pixels or s.holds_profile & profile
        )
        return b"".join((b"\xff\xd8", *kept, self.scans))

    @property
    def exif(self) -> bytes:
        """Return the data of the first EXIF segment, or nothing."""
        for each in self.segments:
            if each.kind == JPEG_EXIF and each.data.startswith(EXIF_NAME):
                return each.data
        return b""

    def has_more_scans_than(self, limit: int) -> bool:
        """Count scans as a decoder comes across them; return whether there are more than `limit`.

        A decoder never reads beyond the end of the image: data that a phone appends there (a film,
        a depth map) may look like anything.
        """
        starts = (at for kind, at in self._markers() if kind == START_OF_SCAN)
        return next(islice(starts, limit, None), None) is not None

    @property
    def has_end(self) -> bool:
        """Return whether the end marker is there. All scans are read."""
        return any(kind == END_OF_IMAGE for kind, _ in self._markers())

    def scan_headers(self) -> Iterator[bytes]:
        """Yield the header of each scan, without its marker and length."""
        for kind, at in self._markers():
            if kind == START_OF_SCAN:
                length = int.from_bytes(self.scans[at + 2 : at + 4], "big")
                yield self.scans[at + 4 : at + 2 + length]

    def _markers(self) -> Iterator[tuple[int, int]]:
        """Yield kind and place of each marker from the first scan to the end of the image.

        Raise `UnreadablePictureError` if the file has more than `MAX_SEGMENTS` segments.
        """
        at, scans = 0, self.scans
        for _ in range(MAX_SEGMENTS - len(self.segments) + 1):  # the end is no segment
            if at + 2 > len(scans):
                return
            kind = scans[at + 1]
            yield kind, at
            if kind == END_OF_IMAGE or at + 4 > len(scans):
                return
            length = int.from_bytes(scans[at + 2 : at + 4], "big")
            marker = SCAN_MARKER.search(scans, at + 2 + length)
            if marker is None:
                return
            at = marker.start()
        raise UnreadablePictureError


def split_jpeg(content: bytes) -> JpegParts:
    """Split a JPEG into its header and its scans.

    Raise `UnreadablePictureError` if there are more than `MAX_SEGMENTS`. Without a scan, `scans` is
    empty.
    """
    segments: list[Segment] = []
    at = 2
    for _ in range(MAX_SEGMENTS):
        marker = HEADER_MARKER.search(content, at)
        if marker is None or marker[0][1] == END_OF_IMAGE:
            return JpegParts(segments, b"")
        kind, at = marker[0][1], marker.end()
        if kind in STANDALONE:
            continue
        length = int.from_bytes(content[at : at + 2], "big")
        if kind == START_OF_SCAN:
            return JpegParts(segments, content[marker.start() :])
        if length < 2 or at + length > len(content):
            return JpegParts(segments, b"")
        segments.append(Segment(kind, content[at + 2 : at + length]))
        at += length
    raise UnreadablePictureError
