"""The page's own grey PNG, which is what it sends and saves as a mask."""

import base64
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser

import cutout.page
from cutout.api.page import join_modules
from cutout.compose.objects import VISIBLE, find_objects
from tests.local_server import LocalServer
from tests.page.browser import Visit, visiting

FOLDER = Path(cutout.page.__file__).parent
MASK_OF = """
  async (png) => {
    const bytes = Uint8Array.from(atob(png), (each) => each.charCodeAt(0));
    const { png: made, isBlank } = await alphaPng(await createImageBitmap(new Blob([bytes])));
    return [isBlank, ...new Uint8Array(await made.arrayBuffer())];
  }
"""


OWN_BYTES = """
  async (png) => {
    const bytes = Uint8Array.from(atob(png), (each) => each.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes]));
    const { width, height } = bitmap;
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    canvas.getContext("2d").drawImage(bitmap, 0, 0);
    return (await new Promise((resolve) => canvas.toBlob(resolve))).size;
  }
"""


@pytest.fixture(scope="module")
def visit(browser: Browser, server: LocalServer) -> Iterator[Visit]:
    """Provide one page for all tests: they only call functions in it, and leave no trace."""
    with visiting(browser, server.url + "/") as found:
        yield found


def as_text(pixels: np.ndarray) -> str:
    file = BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def masked(visit: Visit, alpha: np.ndarray) -> tuple[bytes, bool]:
    """Return the PNG that the page makes of a cut-out's alpha, and whether it shows nothing."""
    modules = {path.name: path.read_text("utf-8") for path in FOLDER.glob("*.js")}
    pixels = np.full((*alpha.shape, 4), 90, np.uint8)
    pixels[..., 3] = alpha
    script = f"(async (png) => {{ {join_modules(modules, 'grey.js')}; return ({MASK_OF})(png); }})"
    is_blank, *content = visit.page.evaluate(script, as_text(pixels))
    return bytes(content), is_blank


@pytest.mark.parametrize("shape", [(1, 1), (255, 3), (256, 1), (257, 40), (600, 333)])
def test_every_alpha_is_kept(visit: Visit, shape: tuple[int, int]) -> None:
    alpha = np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)
    with Image.open(BytesIO(masked(visit, alpha)[0])) as opened:
        assert opened.format == "PNG"
        assert opened.mode == "L"
        assert np.array_equal(np.asarray(opened), alpha)


def test_it_has_fewer_bytes_than_the_browsers_own(visit: Visit) -> None:
    rows, columns = np.mgrid[:1000, :1000]
    alpha = np.clip((400 - np.hypot(rows - 500, columns - 500)) * 40, 0, 255).astype(np.uint8)
    own = visit.page.evaluate(OWN_BYTES, as_text(np.dstack([alpha] * 3)))
    assert len(masked(visit, alpha)[0]) < own / 2


@pytest.mark.parametrize("value", [0, VISIBLE - 1, VISIBLE])
def test_it_shows_nothing_where_the_api_finds_no_object(visit: Visit, value: int) -> None:
    alpha = np.zeros((300, 40), np.uint8)
    alpha[299, 39] = value
    assert masked(visit, alpha)[1] is not bool(find_objects(alpha))
