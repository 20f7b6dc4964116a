"""Check which files are sent as they are, and what the browser makes of others."""

import struct
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import requests
from PIL import Image, ImageOps
from playwright.sync_api import Browser

from tests.fetch.servers import answer, serving
from tests.local_server import LocalServer
from tests.page.browser import Visit, file, visiting
from tests.page.conftest import STRICT_SIDE
from tests.page.test_mending import finish, paint, start
from tests.page.test_saving import run, saved
from tests.samples import gradient, png, webp
from tests.shown import shown

SIDE = STRICT_SIDE
"""Noise of 500 x 500 pixels has 750 kB as PNG, more than the half megabyte that the server takes,
and less as a JPEG."""
TOO_WIDE = "too large, so it was scaled down in the browser"


@pytest.fixture
def visit(browser: Browser, strict: LocalServer) -> Iterator[Visit]:
    """The page of the strict server."""
    with visiting(browser, strict.url + "/") as found:
        yield found


def noise(kind: str, bands: int = 3) -> bytes:
    pixels = np.random.default_rng(1).integers(0, 256, (SIDE, SIDE, bands), np.uint8)
    content = BytesIO()
    Image.fromarray(pixels).save(content, kind)
    return content.getvalue()


def test_a_webp_is_sent_as_it_is(visit: Visit, strict: LocalServer, tmp_path: Path) -> None:
    """Its pixels would not fit a PNG that the server takes."""
    content = noise("WEBP")
    (tmp_path / "a.webp").write_bytes(content)
    visit.choose(tmp_path / "a.webp")
    assert visit.page.inner_text("#name") == "a.webp"
    assert visit.facts().startswith(f"{SIDE} x {SIDE} ")
    assert "browser" not in visit.facts()
    reply = requests.post(
        f"{strict.url}/v1/results",
        params={"webp": "true"},
        files={"image": content},
        headers={"Accept": "image/*"},
        timeout=60,
    )
    name, picture = saved(visit.page, "#save")
    assert shown(picture) == shown(reply.content)
    run(visit.command(), tmp_path)
    assert shown((tmp_path / name).read_bytes()) == shown(picture)


def test_a_webp_is_mended_at_its_full_size(visit: Visit, tmp_path: Path) -> None:
    image = Image.new("RGB", (400, 400), (90, 120, 150))
    (tmp_path / "grey.webp").write_bytes(webp(image, lossless=True))
    visit.choose(tmp_path / "grey.webp")
    start(visit, "keep")
    paint(visit, (3, 3))
    found = finish(visit)
    assert found.shape == (400, 400, 4)
    assert np.abs(found[3, 3].astype(int) - (90, 120, 150, 255)).max() <= 2
    visit.press("mode", "fg-mask")
    visit.wait_for_command("mode=fg-mask")
    saved_mask = saved(visit.page, "#save")
    (tmp_path / saved_mask[0]).write_bytes(saved_mask[1])
    visit.press("mode", "fg-image")
    visit.wait_for_command("mode=fg-image")
    name, picture = saved(visit.page, "#save")
    run(visit.command(), tmp_path)
    assert shown((tmp_path / name).read_bytes()) == shown(picture)


def turned_webp(orientation: int, prefix: bytes = b"", order: str = "<") -> bytes:
    """Four colours, 60 x 40, to be turned by their EXIF data."""
    image = Image.new("RGB", (60, 40), "red")
    for colour, at in (("lime", (30, 0)), ("blue", (0, 20)), ("white", (30, 20))):
        image.paste(colour, (*at, at[0] + 30, at[1] + 20))
    start = {"<": b"II", ">": b"MM"}[order]
    tag = struct.pack(f"{order}HLHHHLHHL", 42, 8, 1, 0x0112, 3, 1, orientation, 0, 0)
    return webp(image, lossless=True, exif=prefix + start + tag)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_webp_on_its_side_is_compared_upright(visit: Visit, orientation: int) -> None:
    """Browsers do not turn WebPs, unlike JPEGs."""
    content = turned_webp(orientation)
    upright = ImageOps.exif_transpose(Image.open(BytesIO(content)))
    visit.choose(file("a.webp", content))
    assert Image.open(BytesIO(saved(visit.page, "#save")[1])).size == upright.size
    assert visit.facts().startswith(f"{upright.width} x {upright.height} ")
    visit.set_split(100)
    for x, y in ((0.2, 0.2), (0.8, 0.2), (0.2, 0.8), (0.8, 0.8)):
        expected = upright.getpixel((int(x * upright.width), int(y * upright.height)))
        assert visit.pixel(x, y)[:3] == expected


def test_a_webp_s_exif_data_in_other_forms(visit: Visit) -> None:
    visit.choose(file("a.webp", turned_webp(6, b"Exif\0\0", ">")))
    visit.set_split(100)
    assert visit.pixel(0.8, 0.2)[:3] == (255, 0, 0)


def test_a_turned_webp_that_is_too_wide(visit: Visit) -> None:
    image = Image.new("RGB", (SIDE + 100, 200), "red")
    image.paste("blue", (300, 0, SIDE + 100, 200))
    exif = image.getexif()
    exif[0x0112] = 6
    visit.choose(file("a.webp", webp(image, exif=exif)))
    assert TOO_WIDE in visit.facts()
    picture = Image.open(BytesIO(saved(visit.page, "#save")[1])).convert("RGB")
    assert picture.size == (round(SIDE / (SIDE + 100) * 200), SIDE)
    visit.set_split(100)
    assert visit.pixel(0.5, 0.2)[0] > 200
    assert visit.pixel(0.5, 0.8)[0] < 50


@pytest.mark.parametrize("end", range(25, 140, 13))
def test_a_webp_with_broken_exif_data(visit: Visit, end: int) -> None:
    content = turned_webp(6)
    broken = content[:end] + bytes([255]) * 4 + content[end + 4 :]
    visit.page.set_input_files("#file", file("a.webp", broken))
    visit.page.wait_for_selector('body:is([data-state="done"], [data-state="failed"])')


@pytest.mark.parametrize(
    ("bands", "options", "suffix"),
    [(3, {}, "jpg"), (3, {"lossless": True}, "jpg"), (4, {}, "png")],
    ids=["lossy", "lossless", "with alpha"],
)
def test_a_webp_that_is_too_wide(
    visit: Visit, bands: int, options: dict[str, object], suffix: str
) -> None:
    """The three kinds of headers say how wide it is."""
    pixels = np.full((40, SIDE + 1, bands), 128, np.uint8)
    visit.choose(file("a.webp", webp(Image.fromarray(pixels), **options)))
    assert visit.page.inner_text("#name") == f"a.{suffix}"
    assert visit.facts().startswith(f"{SIDE} x 40 ")
    assert TOO_WIDE in visit.facts()
    assert len(visit.posts("/v1/results")) == 1, "the page did not know that it is too wide"


@pytest.mark.parametrize(
    ("kind", "note"),
    [
        ("AVIF", "converted to JPEG in the browser"),
        ("BMP", "converted to JPEG in the browser"),
        ("PNG", "too large, so it was compressed in the browser"),
    ],
)
def test_no_pixel_is_given_up_while_a_jpeg_fits(visit: Visit, kind: str, note: str) -> None:
    visit.choose(file(f"a.{kind.lower()}", noise(kind)))
    assert visit.page.inner_text("#name") == "a.jpg"
    assert visit.facts().startswith(f"{SIDE} x {SIDE} ")
    assert note in visit.facts()


def test_a_drawing_becomes_a_png(visit: Visit) -> None:
    content = BytesIO()
    Image.new("P", (60, 40)).save(content, "GIF")
    visit.choose(file("a.gif", content.getvalue()))
    assert visit.page.inner_text("#name") == "a.png"
    assert "converted to PNG in the browser" in visit.facts()


def test_an_avif_with_transparency_keeps_it(visit: Visit) -> None:
    content = BytesIO()
    Image.new("RGBA", (60, 40), (0, 0, 0, 0)).save(content, "AVIF")
    visit.page.set_input_files("#file", file("a.avif", content.getvalue()))
    visit.wait("blank")
    assert visit.page.inner_text("#name") == "a.png"


def test_pixels_are_given_up_where_nothing_else_fits(visit: Visit) -> None:
    visit.choose(file("a.png", noise("PNG", 4)))
    assert visit.page.inner_text("#name") == "a.png"
    assert visit.facts().startswith("320 x 320 "), "more was given up than is needed"
    assert TOO_WIDE in visit.facts()


def test_an_address_may_lead_to_a_webp(
    browser: Browser, private: LocalServer, tmp_path: Path
) -> None:
    with (
        serving(answer(webp())) as pictures,
        visiting(browser, private.url + "/") as visit,
    ):
        visit.page.fill("#address", pictures.url("/vase.webp"))
        visit.page.click("#address-form button")
        visit.wait("done")
        name, picture = saved(visit.page, "#save")
        run(visit.command(), tmp_path)
        assert shown((tmp_path / name).read_bytes()) == shown(picture)


def test_a_webp_behind_the_photo(visit: Visit, tmp_path: Path) -> None:
    """The command sends it, and says that the server must accept it."""
    (tmp_path / "a.png").write_bytes(png(gradient(60, 40)))
    (tmp_path / "scene.webp").write_bytes(webp(gradient(60, 40), lossless=True))
    visit.choose(tmp_path / "a.png")
    visit.page.set_input_files("#scene", tmp_path / "scene.webp")
    visit.page.wait_for_selector("#scene-name:has-text('scene.webp')", state="attached")
    visit.press("backdrop", "picture")
    name, picture = saved(visit.page, "#save")
    run(visit.command(), tmp_path)
    ours, theirs = (
        np.asarray(Image.open(BytesIO(each)).convert("RGB")).astype(int)
        for each in (picture, (tmp_path / name).read_bytes())
    )
    assert np.abs(ours - theirs).max() <= 2
