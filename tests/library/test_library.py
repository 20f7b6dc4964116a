"""`from cutout import cut_out`."""

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from io import SEEK_END, BytesIO
from pathlib import Path
from struct import pack

import numpy as np
import pytest
from PIL import Image, ImageCms

import cutout
from cutout import cut_out
from cutout.choices import Model
from cutout.engine import local_settings
from cutout.errors import UnreadablePictureError, UnsupportedTypeError
from cutout.library import session as library
from cutout.library.inputs import decode_any
from cutout.pipeline import Pipeline
from cutout.segment.network import Network
from cutout.settings import Settings
from tests.command.stand_in import open_stand_in
from tests.decode.keyed import KEYED
from tests.local_server import ROOT
from tests.samples import PHOTOS, after_header, gradient, jpeg, png, png_chunk, webp


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> list[Model | None]:
    """Without the network; which models were opened."""
    opened: list[Model | None] = []

    def open_pipeline(model: Model | None = None, threads: int | None = None) -> Pipeline:
        opened.append(model)
        return open_stand_in(model, threads)

    monkeypatch.setattr(library, "open_pipeline", open_pipeline)
    monkeypatch.setattr(library, "_sessions", {})
    return opened


@pytest.mark.usefixtures("stand_in")
def test_a_path_bytes_or_an_image(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(png())
    with Image.open(path) as image:
        made = [cut_out(each) for each in (path, str(path), path.read_bytes(), image)]
    for each in made:
        assert (each.mode, each.size) == ("RGBA", (64, 48))
        assert each.getchannel("A").getextrema() == (0, 255)
        assert each.tobytes() == made[0].tobytes()


MODES = ["1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr", "HSV", "I;16", "I", "F"]


@pytest.mark.usefixtures("stand_in")
@pytest.mark.parametrize("mode", MODES)
def test_images_of_any_mode(mode: str) -> None:
    assert cut_out(Image.new(mode, (40, 30))).size == (40, 30)


@pytest.mark.usefixtures("stand_in")
@pytest.mark.parametrize("mode", ["I;16", "I"])
def test_deep_greys_are_of_16_bits_and_what_is_beyond_is_black_or_white(mode: str) -> None:
    values = {0: 0, 257 * 200: 200, 65535: 255}
    if mode == "I":
        values |= {-1: 0, 70_000: 255}
    for value, grey in values.items():
        made = cut_out(Image.new(mode, (40, 30), value))
        assert made.getpixel((20, 15)) == (grey, grey, grey, 255), value


@pytest.mark.usefixtures("stand_in")
def test_greys_converted_to_32_bits_keep_their_brightness() -> None:
    grey = gradient().convert("L")
    for mode in ("I", "F"):
        assert cut_out(grey.convert(mode)).tobytes() == cut_out(grey).tobytes()


@pytest.mark.usefixtures("stand_in")
def test_floats_from_0_to_1_are_not_taken_as_black() -> None:
    with pytest.raises(ValueError, match=r"0 to 255 \(scale 0..1 by 255"):
        cut_out(Image.new("F", (40, 30), 1))


@pytest.mark.parametrize("content", KEYED)
def test_a_transparent_colour_is_one_in_an_opened_image_as_well(content: bytes) -> None:
    with Image.open(BytesIO(content)) as image:
        before = dict(image.info)
        picture = decode_any(image, Settings())
        assert image.info == before, "the caller's image was changed"
    assert picture.own_alpha is not None
    assert picture.own_alpha.tolist() == [[0, 255]]


@pytest.mark.parametrize("save", [jpeg, png])
def test_an_opened_file_that_ends_early_is_unreadable(save: Callable[..., bytes]) -> None:
    content = save(gradient(256, 256))
    with Image.open(BytesIO(content[: len(content) // 2])) as image:
        with pytest.raises(UnreadablePictureError):
            cut_out(image, mask=np.ones((256, 256), bool))
        with pytest.raises(UnreadablePictureError):
            cut_out(content, mask=image)


def test_an_opened_avif_that_is_broken_is_unreadable() -> None:
    if ".avif" not in Image.registered_extensions():
        pytest.skip("this Pillow reads no AVIF")
    file = BytesIO()
    gradient().save(file, "AVIF")
    file.seek(-50, SEEK_END)
    file.write(bytes(50))
    with Image.open(file) as image, pytest.raises(UnreadablePictureError):
        cut_out(image)


@pytest.mark.usefixtures("stand_in")
def test_the_colours_of_an_opened_png_are_those_of_its_file() -> None:
    gamma = png_chunk(b"gAMA", pack(">I", 100_000))
    p3 = pack(">8I", 31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000)
    for chunks in (gamma, png_chunk(b"cHRM", p3), png_chunk(b"sRGB", b"\0") + gamma):
        content = after_header(png(), chunks)
        with Image.open(BytesIO(content)) as image:
            made, expected = cut_out(image), cut_out(content)
        assert made.tobytes() == expected.tobytes()
        assert made.info == expected.info


@pytest.mark.usefixtures("stand_in")
@pytest.mark.parametrize(
    "save",
    [
        *(partial(jpeg, subsampling="4:2:0"), partial(jpeg, subsampling="4:4:4")),
        *(webp, partial(webp, lossless=True), partial(webp, exif=b"Exif\0\0MM\0*\0\0\0\x08\0")),
    ],
)
def test_an_opened_file_loses_tints_as_it_does_by_path(
    save: Callable[..., bytes], tmp_path: Path
) -> None:
    photo = Image.new("RGB", (320, 240), "red")
    photo.paste("white", (82, 61, 240, 180))  # about where the stand-in finds the object
    path = tmp_path / "photo"
    path.write_bytes(save(photo))
    expected = cut_out(path).tobytes()
    for file in (path, BytesIO(path.read_bytes())):
        with Image.open(file) as image:
            assert cut_out(image).tobytes() == expected
            assert cut_out(image).mode == "RGBA", "a loaded image is one as well"


@pytest.mark.usefixtures("stand_in")
def test_an_opened_webp_whose_file_is_closed() -> None:
    file = BytesIO(webp())
    with Image.open(file) as image:
        file.close()
        assert cut_out(image).size == (64, 48)


@pytest.mark.usefixtures("stand_in")
def test_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    path = tmp_path / "a.jpg"
    path.write_bytes(jpeg(gradient(60, 40), exif=exif.tobytes()))
    with Image.open(path) as image:
        assert cut_out(path).size == cut_out(image).size == (40, 60)


@pytest.mark.usefixtures("stand_in")
@pytest.mark.parametrize("save", [jpeg, png, partial(webp, lossless=True)])
@pytest.mark.parametrize(
    "exif",
    [b"Exif\0\0no TIFF", b"Exif\0\0MM\0*\0\0\0\x08\0", b"Exif\0\0MM\0*\xff\xff\xff\xff\0\2"],
)
def test_broken_exif_fails_no_opened_image(save: Callable[..., bytes], exif: bytes) -> None:
    content = save(exif=exif)
    with Image.open(BytesIO(content)) as image:
        assert cut_out(image).tobytes() == cut_out(content).tobytes()


@pytest.mark.usefixtures("stand_in")
def test_the_profile_goes_into_what_is_saved(tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    made = cut_out(png(icc_profile=profile))
    made.save(tmp_path / "a.png")
    with Image.open(tmp_path / "a.png") as saved:
        assert saved.info["icc_profile"] == profile
    assert "icc_profile" not in cut_out(png()).info


@pytest.mark.usefixtures("stand_in")
def test_options() -> None:
    assert cut_out(png(), mode="fg-mask").mode == "L"
    on_white = cut_out(png(), background="white")
    assert (on_white.mode, on_white.getpixel((0, 0))) == ("RGB", (255, 255, 255))
    photo = png(gradient(1024, 1024))
    assert cut_out(photo, crop="0").size == (512, 512)
    assert cut_out(photo, crop="10px").size == (532, 532)


@pytest.mark.usefixtures("stand_in")
def test_a_background_is_an_open_file() -> None:
    expected = cut_out(png(), background=png(gradient(20, 20)))
    assert cut_out(png(), background=BytesIO(png(gradient(20, 20)))).tobytes() == expected.tobytes()


@pytest.mark.usefixtures("stand_in")
def test_what_is_wrong_is_raised(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedTypeError):
        cut_out(b"no picture")
    with pytest.raises(UnreadablePictureError):
        cut_out(png()[:100])
    with pytest.raises(FileNotFoundError):
        cut_out(tmp_path / "missing.jpg")
    with pytest.raises(ValueError, match="fg"):
        cut_out(png(), mode="fg")  # type: ignore[call-overload]
    with pytest.raises(ValueError, match="#rrggbb"):
        cut_out(png(), background="whitish")
    with pytest.raises(ValueError, match="30px"):
        cut_out(png(), crop="wide")
    with pytest.raises(ValueError, match="huge"):
        cut_out(png(), model="huge")  # type: ignore[call-overload]


def test_the_model_is_loaded_once(stand_in: list[Model | None]) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(cut_out, [png()] * 16))
    assert stand_in == [None]
    assert len({each.tobytes() for each in made}) == 1
    cut_out(png(), model="fast")
    cut_out(png(), model=Model.FAST)
    assert stand_in == [None, Model.FAST]


def test_the_default_model_by_name_is_not_loaded_again(stand_in: list[Model | None]) -> None:
    cut_out(png())
    cut_out(png(), model="auto")
    assert stand_in == [None]


def test_the_real_network(monkeypatch: pytest.MonkeyPatch, network: Network) -> None:
    pipeline = Pipeline(local_settings(), network)
    monkeypatch.setattr(library, "open_pipeline", lambda *_: pipeline)
    monkeypatch.setattr(library, "_sessions", {})
    alpha = cut_out(PHOTOS / "astronaut.jpg").getchannel("A")
    assert alpha.getpixel((250, 300)) == 255, "her suit"
    assert alpha.getpixel((20, 20)) == 0, "behind her"


def test_the_package_is_imported_in_no_time() -> None:
    code = "import sys, cutout; print(sorted({'PIL', 'numpy', 'pydantic'} & set(sys.modules)))"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    assert done.stdout == "[]\n", "each start of the function would pay for it"


def test_importing_the_function_loads_nothing_heavy() -> None:
    heavy = {"asyncio", "fastapi", "numpy", "onnxruntime", "pydantic", "requests", "starlette"}
    code = f"import sys; from cutout import cut_out; print(sorted({heavy} & set(sys.modules)))"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    assert done.stdout == "[]\n"


def test_a_cut_out_loads_no_web_framework() -> None:
    web = {"fastapi", "mangum", "requests", "starlette", "urllib3", "uvicorn"}
    code = (
        "import sys; from cutout import cut_out; "
        f"cut_out({str(PHOTOS / 'astronaut-160.jpg')!r}, model='fast'); "
        f"print(sorted({web} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    assert done.stdout == "[]\n"


def test_the_package_has_nothing_else_to_offer() -> None:
    assert set(cutout.__all__) == {"__version__", "CutOut", "Session", "cut_out"}
    assert set(cutout.__all__) <= set(dir(cutout)), "what notebooks complete"
    with pytest.raises(AttributeError, match="has no attribute 'cut_off'"):
        _ = cutout.cut_off
