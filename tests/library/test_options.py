"""The library's options: what each means, its limits, and what is said of a wrong value."""

from fractions import Fraction
from pathlib import Path
from typing import Any, cast, get_args

import numpy as np
import pytest
from PIL import Image

from cutout import cut_out
from cutout.api.parameters import OptionsQuery
from cutout.choices import FileFormat, Mode, Model
from cutout.errors import RegionOutsideError
from cutout.layout_options import Preset
from cutout.library import session as library
from cutout.library.options import (
    CutOutOptions,
    FormatName,
    ModelName,
    ModeName,
    PresetName,
    build_options,
)
from cutout.options import Source
from cutout.timing import NO_DEADLINE, Clock
from tests.command.stand_in import open_stand_in
from tests.decode.profiles import plain
from tests.samples import gradient, jpeg, png

PHOTO = png(gradient(1024, 1024))


@pytest.fixture(autouse=True)
def _stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "open_pipeline", open_stand_in)
    monkeypatch.setattr(library, "_sessions", {})


MODES = "'fg-image', 'fg-image-shadow', 'fg-mask'"
REGION = "four lengths, left, top, right and bottom, each as '40px' or '10%'"
BAD: list[tuple[str, Any, type[Exception], str]] = [
    ("mode", "fg", ValueError, f"mode must be one of {MODES}, not 'fg'"),
    ("mode", 1, TypeError, f"mode must be one of {MODES}, not int"),
    ("model", "huge", ValueError, "model must be one of 'auto', 'best', 'fast', not 'huge'"),
    ("model", True, TypeError, "model must be one of .*, not bool"),
    ("returns", "file", ValueError, "'image', 'numpy', 'alpha', 'result', not 'file'"),
    ("crop", "10em", ValueError, "crop must be like '0', '30px' or '10%'"),
    ("crop", 10, TypeError, "crop must be a string"),
    ("background", "whitish", ValueError, "a colour or a file, not 'whitish'.*#rrggbb"),
    ("background", 3, TypeError, "not int"),
    ("background", "https://a.example/b.jpg", ValueError, "a colour or a file"),
    ("shadow_opacity", -0.01, ValueError, "shadow_opacity must be from 0 to 1"),
    ("shadow_opacity", 1.01, ValueError, "shadow_opacity must be from 0 to 1"),
    ("shadow_softness", 2, ValueError, "from 0 to 1, not 2"),
    ("shadow_angle", 75.5, ValueError, "from -75 to 75"),
    ("shadow_angle", float("nan"), ValueError, "from -75 to 75"),
    ("shadow_angle", "steep", TypeError, "a number from -75 to 75, not str"),
    ("shadow_opacity", True, TypeError, "a number"),
    ("colour", "white", TypeError, "no such option: colour. There are mode, background"),
    (
        "margin",
        "1px 2px 3px",
        ValueError,
        "margin must be 1, 2 or 4 lengths such as '30px' or '10%'",
    ),
    ("margin", 10, TypeError, "margin must be 1, 2 or 4 lengths such as .*, not 10"),
    ("roi", "10% 10%", ValueError, f"roi must be {REGION}, not '10% 10%'"),
    ("roi", "0 0 9 9", ValueError, f"roi must be {REGION}, not '0 0 9 9'"),
    ("roi", (0, 0, 9, 9), TypeError, f"roi must be {REGION}"),
    ("ratio", "11:1", ValueError, "ratio must be a width and a height such as '4:5', up to '10:1'"),
    ("ratio", 0.8, TypeError, "ratio must be a width and a height .*, not 0.8"),
    ("scale", "9%", ValueError, "scale must be '10%' to '100%', or 'original', not '9%'"),
    ("scale", 0.85, TypeError, "scale must be '10%' to '100%'"),
    ("position", "left", ValueError, "position must be 'center', 'original', or one or two of"),
    ("position", 50, TypeError, "position must be 'center'"),
    ("preset", "etsy", ValueError, "'square', 'amazon', 'ebay', 'shopify', not 'etsy'"),
    ("preset", 1, TypeError, "preset must be one of 'square', .*, not int"),
    ("width", 0, ValueError, "width must be from 1 to 4096, not 0"),
    ("width", 4097, ValueError, "width must be from 1 to 4096, not 4097"),
    ("height", 9.5, TypeError, "height must be a whole number, not float"),
    ("height", True, TypeError, "height must be a whole number, not bool"),
    ("height", np.True_, TypeError, "height must be a whole number, not bool"),
    ("height", np.array([9]), TypeError, "height must be a whole number, not ndarray"),
    ("width", np.int64(4097), ValueError, "width must be from 1 to 4096, not 4097"),
    ("max_side", 0, ValueError, "max_side must be at least 1, not 0"),
    ("max_side", "900", TypeError, "max_side must be a whole number, not str"),
    ("max_megapixels", 0, ValueError, "max_megapixels must be over 0"),
    ("max_megapixels", 1000.5, ValueError, "max_megapixels must be from 0 to 1000, not 1000.5"),
    ("max_megapixels", float("nan"), ValueError, "max_megapixels must be from 0 to 1000"),
    ("max_megapixels", 10**400, ValueError, "max_megapixels must be from 0 to 1000"),
    ("max_megapixels", np.float32("nan"), ValueError, "max_megapixels must be from 0 to 1000"),
    ("max_megapixels", np.True_, TypeError, "max_megapixels must be a number from 0 to 1000"),
    ("max_megapixels", "1", TypeError, "max_megapixels must be a number from 0 to 1000, not str"),
]


@pytest.mark.parametrize(("name", "value", "error", "words"), BAD)
def test_a_bad_option_is_named_with_what_is_allowed(
    name: str, value: Any, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        cut_out(png(), **{name: value})


@pytest.mark.parametrize(
    "options",
    [
        {"mode": Mode.FG_MASK},
        {"crop": "9999px"},
        {"max_side": 64, "max_megapixels": 1000},
        {"width": 64, "height": 48},
        dict.fromkeys(("background", "crop", "margin", "roi", "width", "height", "ratio")),
        dict.fromkeys(("scale", "position", "preset", "max_side", "max_megapixels")),
        {"shadow_opacity": 0, "shadow_softness": 1.0, "shadow_angle": -75},
        {"shadow_opacity": 1, "shadow_softness": 0, "shadow_angle": 75},
    ],
)
def test_options_reach_to_their_limits(options: Any) -> None:
    assert cut_out(png(), **({"mode": "fg-image-shadow"} | options)).size == (64, 48)


LAYOUTS: list[tuple[dict[str, Any], dict[str, str]]] = [
    ({"margin": "10% 30px"}, {"margin": "10% 30px"}),
    ({"crop": "10px", "margin": "10%"}, {"crop": "true", "margin": "10%"}),
    (
        {"width": 300, "height": 200, "scale": "80%"},
        {"width": "300", "height": "200", "scale": "80%"},
    ),
    ({"width": 300, "ratio": "4:5"}, {"width": "300", "ratio": "4:5"}),
    ({"ratio": "1", "position": "50% 90%"}, {"ratio": "1", "position": "50% 90%"}),
    ({"preset": "square"}, {"preset": "square"}),
    ({"preset": Preset.EBAY, "max_side": 500}, {"preset": "ebay", "max-side": "500"}),
    ({"preset": "square", "background": "#eee"}, {"preset": "square", "bg-color": "#eee"}),
    ({"roi": "10% 10% 60% 90%"}, {"roi": "10% 10% 60% 90%"}),
    ({"max_megapixels": 0.25}, {"max-megapixels": "0.25"}),
    ({"max_side": 1100}, {"max-side": "1100"}),
    (
        {"mode": "fg-image-shadow", "shadow_angle": 30},
        {"mode": "fg-image-shadow", "shadow-angle": "30"},
    ),
]


@pytest.mark.parametrize(("options", "query"), LAYOUTS)
def test_options_mean_what_they_mean_to_the_api(
    options: dict[str, Any], query: dict[str, str]
) -> None:
    given = OptionsQuery.model_validate(query).options(objects=True, webp=True)
    assert build_options(cast("CutOutOptions", options)) == given
    photo = jpeg(gradient(2400, 2200))
    clock = Clock(NO_DEADLINE)
    answered = open_stand_in().work.compose(Source(photo, "a.jpg"), given, clock)
    found = cut_out(photo, returns="result", **options)
    assert np.array_equal(found.pixels, answered.pixels)
    assert found.objects == answered.objects
    shrunk = {"max_side", "max_megapixels"} & set(options) and "preset" not in options
    assert (found.alpha.shape == (2200, 2400)) is not bool(shrunk)
    assert found.foreground.shape[:2] == found.alpha.shape


@pytest.mark.parametrize(
    ("options", "size"),
    [
        ({"width": 300}, (300, 300)),
        ({"height": 4096}, (4096, 4096)),
        ({"width": 1, "height": 1}, (1, 1)),
        ({"ratio": "4:5"}, (1024, 1280)),
        ({"preset": "shopify"}, (2048, 2048)),
        ({"max_side": 512}, (512, 512)),
        ({"max_megapixels": 0.01}, (100, 100)),
        ({"width": np.int64(50), "height": np.uint8(40)}, (50, 40)),
        ({"max_side": np.array(512)}, (512, 512)),
        ({"max_megapixels": np.float32(0.01)}, (100, 100)),
        ({"max_megapixels": Fraction(1, 100)}, (100, 100)),
        ({"margin": "0"}, (512, 512)),
        ({"margin": "600px"}, (1512, 1512)),
    ],
)
def test_the_size_of_a_result(options: Any, size: tuple[int, int]) -> None:
    assert cut_out(PHOTO, **options).size == size


def test_a_region_that_exceeds_the_picture() -> None:
    with pytest.raises(RegionOutsideError):
        cut_out(png(), roi="0px 0px 65px 48px")
    assert cut_out(png(), roi="0px 0px 64px 48px").size == (64, 48)


def test_the_shadow_follows_its_options() -> None:
    plain = cut_out(PHOTO, mode="fg-image-shadow")
    changes: list[Any] = [{"shadow_opacity": 0.2}, {"shadow_softness": 0.1}, {"shadow_angle": 40.0}]
    for change in changes:
        assert cut_out(PHOTO, mode="fg-image-shadow", **change).tobytes() != plain.tobytes()


def test_a_background_is_a_colour_or_any_picture(tmp_path: Path) -> None:
    blue = Image.new("RGB", (64, 48), "blue")
    path = tmp_path / "white"
    blue.save(path, "PNG")
    expected = cut_out(png(), background="blue").tobytes()
    for given in ("#00f", path, str(path), path.read_bytes(), blue, np.asarray(blue)):
        assert cut_out(png(), background=given).tobytes() == expected


def test_a_background_that_can_not_be_examined_is_not_called_missing() -> None:
    """`Path.is_file` hides such errors since Python 3.14."""
    with pytest.raises(OSError, match="File name too long"):
        cut_out(png(), background="x" * 300)


@pytest.mark.parametrize("name", ["missing.png", f"{__file__}/a.png", "a\0.png", "."])
def test_a_background_that_is_no_file_is_named(name: str) -> None:
    with pytest.raises(ValueError, match="background must be a colour or a file, not"):
        cut_out(png(), background=name)


def test_a_background_keeps_its_own_transparency_and_colour_space() -> None:
    clear = gradient(40, 30)
    clear.putalpha(Image.linear_gradient("L").resize(clear.size))
    clear.info["icc_profile"] = plain("RGB")
    file = png(clear, icc_profile=plain("RGB"))
    assert cut_out(png(), background=clear).tobytes() == cut_out(png(), background=file).tobytes()
    assert cut_out(png(), background=np.asarray(clear)).mode == "RGBA"


def test_names_are_those_of_the_enumerations() -> None:
    assert set(get_args(ModeName)) == set(Mode)
    assert set(get_args(ModelName)) == set(Model)
    assert set(get_args(PresetName)) == set(Preset)
    assert set(get_args(FormatName)) == set(FileFormat)
