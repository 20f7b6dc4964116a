"""`cut_out(photo, returns="result")`: what it holds, and the files that it makes."""

import pickle
import pydoc
from io import BytesIO
from typing import Any, cast

import numpy as np
import pytest
from PIL import Image

from cutout import CutOut, cut_out
from cutout.engine import local_settings
from cutout.library import session as library
from cutout.library.options import CutOutOptions
from cutout.pictures import Alpha, Picture
from cutout.pipeline import Pipeline
from tests.api.removebg.asking import parts_of
from tests.command.stand_in import middle_is_object, open_stand_in
from tests.samples import gradient, png

PHOTO = png(gradient(1024, 1024))


@pytest.fixture(autouse=True)
def _stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "open_pipeline", open_stand_in)
    monkeypatch.setattr(library, "_sessions", {})


ALPHAS: list[tuple[dict[str, Any], tuple[int, int]]] = [
    ({"max_side": 399}, (1024, 939)),
    ({"max_side": 400}, (400, 367)),
    ({"max_side": 500}, (500, 458)),
    ({"max_side": 1100}, (1100, 1008)),
    ({"max_megapixels": 0.01}, (1024, 939)),
    ({"max_side": 500, "crop": "0"}, (1200, 1100)),
    ({"max_side": 500, "preset": "square"}, (1200, 1100)),
    ({"max_side": 500, "mask": np.ones((1100, 1200), bool)}, (1200, 1100)),
]


@pytest.mark.parametrize(("options", "size"), ALPHAS)
def test_the_size_of_a_result_s_alpha(options: Any, size: tuple[int, int]) -> None:
    found = cut_out(png(gradient(1200, 1100)), returns="result", **options)
    assert found.alpha.shape[::-1] == size
    assert found.foreground.shape[1::-1] == size


def test_that_size_is_documented() -> None:
    assert "at least 400 pixels" in " ".join(pydoc.plain(pydoc.render_doc(CutOut)).split())


def test_a_result_is_told_in_a_line() -> None:
    told = repr(cut_out(PHOTO, returns="result"))
    assert told.startswith("CutOut(image=<PIL.Image.Image")
    assert "objects=(FoundObject(" in told
    assert "doubt=Quality(" in told
    assert len(told) < 400, "private fields or pixels are in it"


FILES: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"format": "gif"}, ValueError, "format must be one of 'png', 'webp', 'jpg', 'zip', not 'gif'"),
    ({"format": 1}, TypeError, "format must be one of 'png', 'webp', 'jpg', 'zip', not int"),
    ({"quality": 0}, ValueError, "quality must be from 1 to 100, not 0"),
    ({"quality": 101}, ValueError, "quality must be from 1 to 100, not 101"),
    ({"quality": 9.5}, TypeError, "quality must be a whole number, not float"),
]


@pytest.mark.parametrize(("arguments", "error", "words"), FILES)
def test_what_is_no_file(arguments: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        cut_out(png(), returns="result").to_bytes(**arguments)


def test_a_jpeg_lies_on_white_unless_there_is_a_background() -> None:
    for options, corner in ({}, 255), ({"background": "black"}, 0):
        found = cut_out(PHOTO, returns="result", **cast("CutOutOptions", options))
        sizes = []
        for quality in (1, 90, 100):
            content = found.to_bytes("jpg", quality=quality)
            sizes.append(len(content))
            with Image.open(BytesIO(content)) as file:
                assert (file.format, file.mode) == ("JPEG", "RGB")
                assert file.getpixel((0, 0)) == pytest.approx((corner,) * 3, abs=1)
        assert sizes == sorted(sizes)
        assert found.to_bytes("jpg") == found.to_bytes("jpg", 90)
    assert len(found.to_bytes("webp", quality=5)) < len(found.to_bytes("webp"))
    numpy_s: Any = np.int64(5)
    assert found.to_bytes("jpg", numpy_s) == found.to_bytes("jpg", 5)


ZIPS: dict[str, CutOutOptions] = {
    "no options": {},
    "a crop": {"crop": "10px"},
    "a shadow, small": {"mode": "fg-image-shadow", "max_side": 300},
    "a colour": {"background": "teal"},
    "a soft picture": {"background": Image.new("RGBA", (9, 9), (255, 0, 0, 128))},
    "a preset": {"preset": "square"},
}


@pytest.mark.parametrize("options", ZIPS.values(), ids=ZIPS)
def test_a_zip_put_together_is_the_image(options: CutOutOptions) -> None:
    found = cut_out(PHOTO, returns="result", **options)
    colour, alpha = parts_of(found.to_bytes("zip"))
    image = found.image.convert("RGBA")
    assert colour.size == image.size
    assert alpha.tobytes() == image.getchannel("A").tobytes()
    shown = np.asarray(alpha) > 0
    difference = np.abs(np.asarray(colour, int) - np.asarray(image.convert("RGB"), int))
    assert difference[shown].mean() < 3


def test_a_zip_has_the_picture_s_own_background_also_for_a_mask() -> None:
    for mode in ("fg-image", "fg-mask"):
        found = cut_out(PHOTO, returns="result", mode=mode)
        colour, alpha = parts_of(found.to_bytes("zip"))
        difference = np.abs(np.asarray(colour, int) - np.asarray(gradient(1024, 1024), int))
        assert difference.mean() < 3
        assert np.array_equal(np.asarray(alpha), found.alpha)
        assert len(found.to_bytes("zip", quality=5)) < len(found.to_bytes("zip"))


def test_a_zip_needs_no_networks_any_more() -> None:
    def network(picture: Picture) -> Alpha:
        return middle_is_object(picture)  # this function can't be pickled, as networks can't

    session = library.Session()
    session._pipeline = Pipeline(local_settings(), network)
    found = session.cut_out(PHOTO, returns="result")
    kept = pickle.loads(pickle.dumps(found))  # noqa: S301  # as another process gets it
    assert kept.to_bytes("zip") == found.to_bytes("zip")
