"""ICC profiles made on the spot: plain ones of each colour space, and ones made to hurt."""

from collections.abc import Callable, Mapping
from struct import pack

Tags = Mapping[bytes, bytes]

SPACES = {"L": b"GRAY", "RGB": b"RGB ", "CMYK": b"CMYK"}
CHANNELS = {"L": 1, "RGB": 3, "CMYK": 4}
REPEATS = 100_000
"""Of one stage: over a minute of lcms' time."""
D50 = (0.9642, 1.0, 0.8249)


def profile(
    mode: str,
    tags: Tags,
    *,
    kind: bytes = b"mntr",
    version: bytes = b"\x02\x40\0\0",
    connection: bytes = b"XYZ ",
) -> bytes:
    """A profile for pictures in that mode, each tag's data once."""
    start = 132 + 12 * len(tags)
    places: dict[bytes, int] = {}
    data = b""
    for each in tags.values():
        if each not in places:
            places[each] = start + len(data)
            data += each + bytes(-len(each) % 4)
    table = b"".join(pack(">4sII", name, places[each], len(each)) for name, each in tags.items())
    return _header(mode, start + len(data), kind, version, connection) + (
        pack(">I", len(tags)) + table + data
    )


def _header(mode: str, size: int, kind: bytes, version: bytes, connection: bytes) -> bytes:
    header = bytearray(128)
    header[:4] = pack(">I", size)
    header[8:12], header[12:16], header[16:20], header[20:24] = (
        version,
        kind,
        SPACES[mode],
        connection,
    )
    header[36:40] = b"acsp"
    header[68:80] = b"".join(fixed(each) for each in D50)
    return bytes(header)


def fixed(number: float) -> bytes:
    return pack(">i", round(number * 65536))


def xyz(*numbers: float) -> bytes:
    return b"XYZ \0\0\0\0" + b"".join(map(fixed, numbers))


def curve(*entries: int) -> bytes:
    return b"curv\0\0\0\0" + pack(f">I{len(entries)}H", len(entries), *entries)


def claimed_curve(entries: int) -> bytes:
    return b"curv\0\0\0\0" + pack(">I", entries) + bytes(16)


def parametric(function: int, *parameters: float) -> bytes:
    return b"para\0\0\0\0" + pack(">HH", function, 0) + b"".join(map(fixed, parameters))


def lut16(inputs: int, outputs: int, grid: int, entries: bytes | None = None) -> bytes:
    """An `mft2` whose grid is grey, or whatever `entries` say of it."""
    ramp = pack(">2H", 0, 65535)
    if entries is None:
        entries = b"\x80\0" * (grid**inputs * outputs)
    identity = b"".join(fixed(each % 4 == 0) for each in range(9))
    return b"".join(
        [
            b"mft2\0\0\0\0",
            bytes((inputs, outputs, grid, 0)),
            identity,
            pack(">HH", 2, 2),
            ramp * inputs,
            entries,
            ramp * outputs,
        ]
    )


def lut_a2b(
    inputs: int, grid: int, *, points: bytes | None = None, a: bytes | None = None
) -> bytes:
    """An `mAB ` with A curves, a grid of bytes and B curves."""
    curves = curve() if a is None else a
    curves += bytes(-len(curves) % 4)
    numbers: int = grid**inputs * 3
    table = (points or bytes([grid] * inputs)).ljust(16, b"\0") + bytes((1, 0, 0, 0))
    table += b"\x80" * (numbers + -numbers % 4)
    b_at, grid_at = 32, 32 + 3 * 12
    offsets = pack(">5I", b_at, 0, 0, grid_at, grid_at + len(table))
    head: bytes = b"mAB \0\0\0\0" + bytes((inputs, 3, 0, 0)) + offsets
    return head + curve() * 3 + table + curves * inputs


def lut8(inputs: int, outputs: int, grid: int) -> bytes:
    """An `mft1` whose grid is grey."""
    identity = b"".join(fixed(each % 4 == 0) for each in range(9))
    head = b"mft1\0\0\0\0" + bytes((inputs, outputs, grid, 0)) + identity
    ramp, entries = bytes(range(256)), b"\x80" * (grid**inputs * outputs)
    return b"".join((head, ramp * inputs, entries, ramp * outputs))


def lut_b2a(outputs: int, grid: int) -> bytes:
    """An `mBA ` with B curves, a grid of two bytes and A curves."""
    table = bytes([grid] * 3).ljust(16, b"\0") + bytes((2, 0, 0, 0))
    table += b"\x80\0" * (grid**3 * outputs + outputs % 2)
    offsets = pack(">5I", 32, 0, 0, 68, 68 + len(table))
    head: bytes = b"mBA \0\0\0\0" + bytes((3, outputs, 0, 0)) + offsets
    return head + curve() * 3 + table + curve() * outputs


def shared_elements(channels: int, repeats: int, element: bytes) -> bytes:
    """An `mpet` that asks for one element again and again."""
    at = 16 + 8 * repeats
    return (
        b"mpet\0\0\0\0"
        + pack(">HHI", channels, channels, repeats)
        + pack(">II", at, len(element)) * repeats
        + element
    )


def matrix_element(channels: int) -> bytes:
    return b"matf\0\0\0\0" + pack(">HH", channels, channels) + bytes(4 * channels * (channels + 1))


def sampled_curve_element(channels: int, samples: int) -> bytes:
    """A curve set whose channels share one sampled curve."""
    segments = b"curf\0\0\0\0" + pack(">HH", 1, 0) + b"samf\0\0\0\0" + pack(">I", samples)
    segments += bytes(4 * samples)
    at = 12 + 8 * channels
    head = b"cvst\0\0\0\0" + pack(">HH", channels, channels)
    return head + pack(">II", at, len(segments)) * channels + segments


def basics(mode: str) -> dict[bytes, bytes]:
    """Return the tags that a plain profile of the mode has at least."""
    white = {b"wtpt": xyz(*D50)}
    if mode == "L":
        return {**white, b"kTRC": curve(0x0200)}
    if mode == "CMYK":
        return {**white, b"A2B0": lut16(4, 3, 5)}
    primaries = {
        b"rXYZ": xyz(0.4361, 0.2225, 0.0139),
        b"gXYZ": xyz(0.3851, 0.7169, 0.0971),
        b"bXYZ": xyz(0.1431, 0.0606, 0.7141),
    }
    return {**white, **primaries, **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve(0x0200))}


def plain(mode: str, **changes: bytes) -> bytes:
    """A plain profile, with other tags added or in the place of its own."""
    return profile(
        mode, {**basics(mode), **{name.encode(): each for name, each in changes.items()}}
    )


def multi_process(mode: str, name: str) -> bytes:
    channels = CHANNELS[mode]
    tag = shared_elements(channels, REPEATS, matrix_element(channels))
    return profile(mode, {**basics(mode), name.encode(): tag}, version=b"\x04\x30\0\0")


def sampled(mode: str) -> bytes:
    channels = CHANNELS[mode]
    tag = shared_elements(channels, 20_000, sampled_curve_element(channels, 10_000))
    return profile(mode, {**basics(mode), b"D2B0": tag}, version=b"\x04\x30\0\0")


def bare_multi_process(mode: str) -> bytes:
    """Nothing but the one tag, as in the smallest bombs."""
    channels = CHANNELS[mode]
    tag = shared_elements(channels, REPEATS, matrix_element(channels))
    return profile(mode, {b"D2B0": tag}, version=b"\x04\x30\0\0")


def sharing(mode: str) -> bytes:
    """Sixty texts that overlap nearly whole."""
    found = bytearray(profile(mode, {**basics(mode), **_texts(60)}))
    count = int.from_bytes(found[128:132], "big")
    for row in range(count):
        at = 132 + 12 * row
        if found[at : at + 1] == b"t":
            start = len(found) - 70_000
            found[at + 4 : at + 12] = pack(">II", start + row, 60_000)
            found[start + row : start + row + 8] = b"text\0\0\0\0"
    return bytes(found)


def _texts(count: int) -> dict[bytes, bytes]:
    return {b"t%03d" % each: b"text\0\0\0\0" + bytes(8 + each) for each in range(count - 1)} | {
        b"t999": b"text\0\0\0\0" + bytes(80_000)
    }


def translations(count: int) -> bytes:
    """An `mluc` whose records share one string."""
    records = pack(">2s2sII", b"en", b"US", 4, 16) * count
    return b"mluc\0\0\0\0" + pack(">II", count, 12) + records


def beyond_the_end(mode: str) -> bytes:
    """A first tag that claims as many bytes as the whole profile has."""
    content = plain(mode)
    return content[:140] + pack(">I", len(content)) + content[144:]


HOSTILE: dict[str, Callable[[str], bytes]] = {
    **{
        f"multi-process {name}": lambda mode, name=name: multi_process(mode, name)  # type: ignore[misc]
        for name in ("D2B0", "D2B1", "D2B3", "B2D0", "B2D2")
    },
    "multi-process alone": bare_multi_process,
    "shared sampled curves": sampled,
    "a table that is not there": lambda mode: plain(mode, A2B0=lut16(CHANNELS[mode], 3, 255, b"")),
    "a table of another number of channels": lambda mode: plain(
        mode, A2B0=lut16(CHANNELS[mode] % 4 + 1, 3, 2)
    ),
    "a table of one point": lambda mode: plain(mode, A2B0=lut16(CHANNELS[mode], 3, 1)),
    "a staged table that is not there": lambda mode: plain(
        mode, A2B0=lut_a2b(CHANNELS[mode], 2, points=bytes([255] * CHANNELS[mode]))
    ),
    "a staged table without points": lambda mode: plain(
        mode, A2B0=lut_a2b(CHANNELS[mode], 2, points=bytes(CHANNELS[mode]))
    ),
    "curves within a table that claim gigabytes": lambda mode: plain(
        mode, A2B0=lut_a2b(CHANNELS[mode], 2, a=claimed_curve(0xFFFF_FFFF))
    ),
    "a table of another type": lambda mode: plain(mode, A2B0=curve(0x0200)),
    "a backward table that is not there": lambda mode: plain(
        mode, B2A0=lut16(3, CHANNELS[mode], 255, b"")
    ),
    "a curve that claims gigabytes": lambda mode: plain(mode, kTRC=claimed_curve(0xFFFF_FFFF)),
    "a curve longer than lcms takes": lambda mode: plain(mode, kTRC=curve(*range(32_768))),
    "a curve of unknown type": lambda mode: plain(mode, kTRC=b"xxxx" + bytes(100)),
    "a parametric curve of no known function": lambda mode: plain(
        mode, kTRC=parametric(5, *[1.0] * 8)
    ),
    "a parametric curve without its numbers": lambda mode: plain(mode, kTRC=parametric(4, 2.4)),
    "a text that ends before its strings": lambda mode: plain(
        mode, desc=b"desc\0\0\0\0" + pack(">I", 0xFFFF_FFFF)
    ),
    "a hundred thousand translations": lambda mode: plain(mode, desc=translations(100_000)),
    "named colours": lambda mode: profile(
        mode,
        {**basics(mode), b"ncl2": b"ncl2" + bytes(8) + pack(">II", 0xFFFF_FFFF, 3) + bytes(64)},
        kind=b"nmcl",
    ),
    "a device link": lambda mode: profile(mode, basics(mode), kind=b"link"),
    "an abstract profile": lambda mode: profile(mode, basics(mode), kind=b"abst"),
    "version 5": lambda mode: profile(mode, basics(mode), version=b"\x05\0\0\0"),
    "another connection space": lambda mode: profile(mode, basics(mode), connection=b"CMYK"),
    "tags that share their bytes": sharing,
    "a tag beyond the end": beyond_the_end,
    "a white point of another type": lambda mode: plain(mode, wtpt=curve(1)),
    "a white point that is cut off": lambda mode: plain(mode, wtpt=xyz(1.0)),
}
"""None of these is used, nor passed on."""

COSTLY: dict[str, Callable[[str], bytes]] = {
    "the longest curves": lambda mode: plain(
        mode, **dict.fromkeys(("kTRC", "rTRC", "gTRC", "bTRC"), curve(*[0] * 32_767))
    ),
    "the largest table": lambda mode: plain(
        mode,
        A2B0=lut16(CHANNELS[mode], 3, {1: 255, 3: 105, 4: 33}[CHANNELS[mode]]),
    ),
    "parametric curves at their extremes": lambda mode: plain(
        mode,
        **dict.fromkeys(
            ("kTRC", "rTRC", "gTRC", "bTRC"), parametric(4, 32767, -32768, 32767, 1e-4, -1, 9, 9)
        ),
    ),
    "a staged table": lambda mode: plain(mode, A2B0=lut_a2b(CHANNELS[mode], 17)),
}
"""Plain, and as costly as a plain profile may be."""
