"""Check which profiles are trusted.

`tests/test_profiles.py` checks the cost of hostile ones.
"""

from io import BytesIO
from pathlib import Path
from struct import pack

import pytest
from PIL import Image, ImageCms

from cutout.decode.icc import MAX_PROFILE_BYTES, MAX_TAGS, trusted_profile
from cutout.decode.icc_tags import MAX_CURVE_ENTRIES, MAX_STRINGS
from tests.decode.profiles import (
    CHANNELS,
    COSTLY,
    HOSTILE,
    SPACES,
    basics,
    curve,
    lut8,
    lut16,
    lut_a2b,
    lut_b2a,
    parametric,
    plain,
    profile,
    translations,
)

CORPUS = Path(__file__).parents[3] / "shared/corpora/icc-profiles/files/profiles"
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
MODES = pytest.mark.parametrize("mode", SPACES)


@MODES
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_profile_is_not_trusted(mode: str, name: str) -> None:
    assert trusted_profile(HOSTILE[name](mode)) is None


@MODES
@pytest.mark.parametrize("name", COSTLY)
def test_a_plain_profile_is_returned_as_it_is(mode: str, name: str) -> None:
    content = COSTLY[name](mode)
    assert trusted_profile(content) == content
    assert trusted_profile(content + b"words") == content, "more than it states"
    assert trusted_profile(content[:-1]) is None, "less than it states"


def test_pillows_own_profile_is_trusted() -> None:
    assert trusted_profile(SRGB) == SRGB


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside the project")
def test_profiles_in_use_are_trusted_to_the_byte() -> None:
    found = sorted(CORPUS.glob("*.icc"))
    assert len(found) == 44
    for path in found:
        assert trusted_profile(path.read_bytes()) == path.read_bytes(), path.name


@MODES
def test_private_tags_are_left_out_and_the_rest_stays(mode: str) -> None:
    tags = {**basics(mode), b"cprt": b"text\0\0\0\0words\0"}
    private = {b"vcgt": b"vcgt" + bytes(20), b"xPRV": b"mpet" + bytes(400)}
    wanted = profile(mode, tags)
    signed = bytearray(profile(mode, {**private, **tags}))
    signed[84:100] = bytes(range(16))  # an identity, of a whole that is no more
    assert trusted_profile(bytes(signed)) == wanted
    assert trusted_profile(wanted) == wanted


def test_a_table_at_an_odd_place_keeps_its_alignment() -> None:
    """Curves within it are aligned by their place in the file."""
    tags = {**basics("CMYK"), b"A2B0": lut_a2b(4, 2, a=curve(0, 30_000, 65_535))}
    whole = bytearray(profile("CMYK", {**tags, b"xPRV": b"priv" + bytes(8)}))
    trusted = trusted_profile(bytes(whole))
    assert trusted is not None
    for shift in (0, 2):
        moved = _moved(bytes(whole), b"A2B0", shift)
        rebuilt = trusted_profile(moved)
        assert (rebuilt is None) == (trusted_profile(_without_private(moved)) is None)
        if rebuilt is not None:
            assert trusted_profile(rebuilt) == rebuilt
            assert _place(rebuilt, b"A2B0") % 4 == _place(moved, b"A2B0") % 4


def _place(content: bytes, name: bytes) -> int:
    row = content.index(name, 132)
    return int.from_bytes(content[row + 4 : row + 8], "big")


def _moved(content: bytes, name: bytes, shift: int) -> bytes:
    """Return the profile with a copy of a tag at the end, so far from a multiple of four."""
    row, place = content.index(name, 132), _place(content, name)
    size = int.from_bytes(content[row + 8 : row + 12], "big")
    longer = content + bytes(shift)
    entry = pack(">4sII", name, len(longer), size)
    longer = longer[:row] + entry + longer[row + 12 :] + content[place : place + size]
    longer += bytes(-len(longer) % 4)
    return pack(">I", len(longer)) + longer[4:]


def _without_private(content: bytes) -> bytes:
    """Return the profile with the private tag under the name of a text."""
    at = content.index(b"priv")
    return content[:at] + b"text" + content[at + 4 :]


@MODES
@pytest.mark.parametrize("name", ["A2B0", "B2A0"])
@pytest.mark.parametrize("bits", [8, 16, "staged"])
def test_tables_of_every_type_are_trusted_up_to_their_last_byte(
    bits: int | str, name: str, mode: str
) -> None:
    device = CHANNELS[mode]
    channels = (device, 3) if name == "A2B0" else (3, device)
    staged = lut_a2b(device, 3) if name == "A2B0" else lut_b2a(device, 3)
    table = {8: lut8(*channels, 3), 16: lut16(*channels, 3), "staged": staged}[bits]
    assert trusted_profile(plain(mode, **{name: table})) == plain(mode, **{name: table})
    assert trusted_profile(plain(mode, **{name: table[:-1]})) is None


def test_the_length_of_a_curve_is_bounded() -> None:
    most = plain("L", kTRC=curve(*range(MAX_CURVE_ENTRIES)))
    assert trusted_profile(most) == most
    assert trusted_profile(plain("L", kTRC=curve(*range(MAX_CURVE_ENTRIES + 1)))) is None


@pytest.mark.parametrize(("function", "count"), [(0, 1), (1, 3), (2, 4), (3, 5), (4, 7)])
def test_a_parametric_curve_holds_its_numbers(function: int, count: int) -> None:
    whole = plain("L", kTRC=parametric(function, *[1.0] * count))
    assert trusted_profile(whole) == whole
    assert trusted_profile(plain("L", kTRC=parametric(function, *[1.0] * (count - 1)))) is None


def test_the_number_of_translations_is_bounded() -> None:
    most = plain("L", desc=translations(MAX_STRINGS))
    assert trusted_profile(most) == most
    assert trusted_profile(plain("L", desc=translations(MAX_STRINGS + 1))) is None


def test_the_number_of_tags_is_bounded() -> None:
    def with_tags(count: int) -> bytes:
        own = basics("L")
        texts = {b"t%03d" % each: b"text" + bytes(8) for each in range(count - len(own))}
        return profile("L", {**own, **texts})

    assert trusted_profile(with_tags(MAX_TAGS)) == with_tags(MAX_TAGS)
    assert trusted_profile(with_tags(MAX_TAGS + 1)) is None


def test_the_size_is_bounded() -> None:
    def of_size(size: int) -> bytes:
        return pack(">I", size) + plain("L")[4:].ljust(size - 4, b"\0")

    assert trusted_profile(of_size(MAX_PROFILE_BYTES)) == of_size(MAX_PROFILE_BYTES)
    assert trusted_profile(of_size(MAX_PROFILE_BYTES + 1)) is None


def test_a_tag_name_that_repeats_is_not_trusted() -> None:
    twice = bytearray(profile("L", {**basics("L"), b"kTR2": curve(0x0300)}))
    at = twice.index(b"kTR2", 128)
    assert trusted_profile(bytes(twice)) == bytes(twice), "the tag alone is plain"
    twice[at : at + 4] = b"kTRC"
    assert trusted_profile(bytes(twice)) is None


@pytest.mark.parametrize("length", [0, 3, 127, 131])
def test_a_stump_is_not_trusted(length: int) -> None:
    stump = plain("L")[:length]
    assert trusted_profile(stump) is None
    assert trusted_profile(pack(">I", length)[:length] + stump[4:]) is None


@MODES
def test_lcms_converts_by_what_is_trusted(mode: str) -> None:
    """Otherwise these tests would be about profiles that nobody can use."""
    for make in (plain, *COSTLY.values()):
        content = trusted_profile(make(mode))
        assert content is not None
        converted = ImageCms.profileToProfile(
            Image.new(mode, (2, 2)), _opened(content), _opened(SRGB), outputMode="RGB"
        )
        assert converted is not None
        assert converted.mode == "RGB"


def _opened(content: bytes) -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(BytesIO(content))
