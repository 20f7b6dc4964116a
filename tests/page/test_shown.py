"""The saved file is the picture that is shown, and the command gives it again."""

from base64 import b64decode
from io import BytesIO
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser

from cutout.choices import Mode
from tests.e2e.segmenter import INNER_SIZE
from tests.local_server import LocalServer
from tests.page.browser import Visit, file, visiting
from tests.page.test_saving import run, saved
from tests.samples import PHOTOS, gradient, jpeg

PHOTO = jpeg(gradient(*INNER_SIZE))
DETAILED = jpeg(Image.open(PHOTOS / "astronaut-160.jpg").crop((0, 0, *INNER_SIZE)), quality=95)
SCENE = jpeg(gradient(200, 50).rotate(180), quality=100)

# As base64: Playwright takes a second for 40,000 numbers.
SHOWN = """([width, height]) => {
  const canvas = document.getElementById("view");
  const [x, y] = [(canvas.width - width) / 2, (canvas.height - height) / 2].map(Math.round);
  const { data } = canvas.getContext("2d").getImageData(x, y, width, height);
  return btoa(Array.from(data, (each) => String.fromCharCode(each)).join(""));
}"""


def seen(visit: Visit, size: tuple[int, int]) -> np.ndarray:
    """Return what the screen shows of the result at 100 %, shape (height, width, 3)."""
    visit.set_split(0)
    visit.press("zoom", "1")
    pixels = np.frombuffer(b64decode(visit.page.evaluate(SHOWN, list(size))), np.uint8)
    return pixels.reshape(size[1], size[0], 4)[..., :3]


def choose_background(visit: Visit, kind: str) -> None:
    if kind == "picture":
        visit.page.set_input_files("#scene", file("scene.jpg", SCENE))
        visit.page.wait_for_selector("#scene-name:has-text('scene.jpg')", state="attached")
    visit.press("backdrop", kind)


@pytest.mark.parametrize("kind", ["white", "colour", "picture"])
def test_the_saved_picture_is_the_shown_one(
    visit: Visit, kind: str, subtests: pytest.Subtests
) -> None:
    visit.choose(file("a.jpg", PHOTO))
    choose_background(visit, kind)
    for canvas, crop in product(["none", "square"], ["none", "0%", "10%"]):
        with subtests.test(canvas=canvas, crop=crop):
            visit.page.select_option("#crop", crop)
            visit.page.select_option("#canvas", canvas)
            visit.settle()
            name, content = saved(visit.page, "#save")
            picture = Image.open(BytesIO(content))
            assert name == "a-cut-out.png"
            assert (max(picture.size) == max(INNER_SIZE)) == (crop == "none")
            assert (picture.width == picture.height) == (canvas == "square")
            assert np.array_equal(np.asarray(picture.convert("RGB")), seen(visit, picture.size))


@pytest.mark.parametrize(("kind", "crop"), [("none", "5%"), ("colour", "none"), ("picture", "0%")])
def test_the_command_gives_it_again(
    visit: Visit, tmp_path: Path, kind: str, crop: str, subtests: pytest.Subtests
) -> None:
    """Both blend on their own, and round to either side."""
    (tmp_path / "a.jpg").write_bytes(PHOTO)
    (tmp_path / "scene.jpg").write_bytes(SCENE)
    visit.choose(file("a.jpg", PHOTO))
    choose_background(visit, kind)
    visit.page.select_option("#crop", crop)
    for mode in Mode:
        with subtests.test(mode=mode):
            visit.press("mode", mode)
            visit.wait_for_command(f"mode={mode}")
            _, here, there = saved_and_made(visit, tmp_path)
            assert here.size == there.size
            ours, theirs = (premultiplied(each) for each in (here, there))
            # the two scale the background by different filters
            smooth = 12 if kind == "picture" else 2
            assert np.abs(ours - theirs).max() <= smooth


@pytest.mark.parametrize(("kind", "crop"), [("none", "none"), ("colour", "5%")])
def test_the_command_gives_the_jpeg_again(
    visit: Visit, tmp_path: Path, kind: str, crop: str, subtests: pytest.Subtests
) -> None:
    """Both round on their own, and compress alike."""
    (tmp_path / "a.jpg").write_bytes(DETAILED)
    visit.choose(file("a.jpg", DETAILED))
    choose_background(visit, kind)
    visit.page.select_option("#crop", crop)
    visit.press("format", "jpg")
    for mode, (quality, most) in product(Mode, {"89": 12, "100": 6}.items()):
        with subtests.test(mode=mode, quality=quality):
            visit.press("quality", quality)
            visit.press("mode", mode)
            visit.wait_for_command(f"mode={mode}")
            command = visit.command()
            assert f"quality={quality}" in command
            assert command.startswith("# The page and the server each compress the JPEG")
            name, here, there = saved_and_made(visit, tmp_path)
            suffix = name.rpartition(".")[2]
            assert (suffix, here.format, there.format) == ("jpg", "JPEG", "JPEG")
            assert here.size == there.size
            ours, theirs = (np.asarray(each.convert("RGB")).astype(int) for each in (here, there))
            assert np.abs(ours - theirs).max() <= most


def saved_and_made(visit: Visit, folder: Path) -> tuple[str, Image.Image, Image.Image]:
    """Return the saved file's name, its picture, and the one that the command makes in a folder."""
    name, content = saved(visit.page, "#save")
    assert not (folder / name).exists()
    run(visit.command(), folder)
    made = (folder / name).read_bytes()
    (folder / name).unlink()
    return name, Image.open(BytesIO(content)), Image.open(BytesIO(made))


def premultiplied(image: Image.Image) -> np.ndarray:
    return premultiplied_pixels(np.asarray(image.convert("RGBA")))


def premultiplied_pixels(rgba: np.ndarray) -> np.ndarray:
    """Return pixels, shape (..., 4), with their colours multiplied by their alpha, 0 to 255."""
    pixels = rgba.astype(np.float32)
    pixels[..., :3] *= pixels[..., 3:] / 255
    return pixels


def mean_difference(here: Image.Image, there: Image.Image) -> float:
    """Return the mean absolute difference of two pictures' premultiplied channels.

    Equal pixels, which are most of a canvas, need no arithmetic.
    """
    ours, theirs = (np.asarray(each.convert("RGBA")) for each in (here, there))
    differs = (ours.view(np.uint32) != theirs.view(np.uint32))[..., 0]
    ours, theirs = (premultiplied_pixels(each[differs]) for each in (ours, theirs))
    return float(np.abs(ours - theirs).sum(dtype=np.float64) / (4 * differs.size))


def test_a_jpeg_is_on_white(visit: Visit) -> None:
    visit.choose(file("a.jpg", DETAILED))
    visit.press("format", "jpg")
    visit.press("quality", "100")
    visit.set_split(0)
    assert visit.pixel(0.01, 0.01) == (255, 255, 255, 255)
    name, content = saved(visit.page, "#save")
    picture = Image.open(BytesIO(content))
    assert (name, picture.format, picture.size) == ("a-cut-out.jpg", "JPEG", INNER_SIZE)
    difference = np.asarray(picture).astype(int) - seen(visit, INNER_SIZE)
    assert np.abs(difference).max() <= 4
    assert "bg-color=white&format=jpg" in visit.command()


def test_a_jpeg_is_small_unless_the_best_is_chosen(visit: Visit) -> None:
    visit.choose(file("a.jpg", DETAILED))
    assert visit.page.is_hidden("#qualities")
    visit.press("format", "jpg")
    sizes = [len(saved(visit.page, "#save")[1])]
    visit.press("quality", "100")
    sizes.append(len(saved(visit.page, "#save")[1]))
    visit.page.reload()
    visit.wait("done")
    sizes.append(len(saved(visit.page, "#save")[1]))
    assert sizes[0] < sizes[1] / 2
    assert sizes[2] == sizes[1]


def test_the_picture_is_copied(browser: Browser, server: LocalServer) -> None:
    allowed = ["clipboard-read", "clipboard-write"]
    with visiting(browser, server.url + "/", permissions=allowed) as visit:
        visit.choose(file("a.jpg", PHOTO))
        visit.press("backdrop", "black")
        visit.page.click("#copy-picture")
        visit.page.wait_for_selector("#said:has-text('Copied.')", state="attached")
        pixel = visit.page.evaluate("""async () => {
          const [item] = await navigator.clipboard.read();
          const bitmap = await createImageBitmap(await item.getType("image/png"));
          const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
          canvas.getContext("2d").drawImage(bitmap, 0, 0);
          const { data } = canvas.getContext("2d").getImageData(0, 0, 1, 1);
          return [bitmap.width, bitmap.height, ...data];
        }""")
        assert pixel == [*INNER_SIZE, 0, 0, 0, 255]


def test_the_picture_is_dragged_out(visit: Visit) -> None:
    """To a folder, which Chromium does for an address, a type and a name."""
    visit.choose(file("a.jpg", PHOTO))
    visit.press("backdrop", "black")
    visit.page.hover("#save")
    visit.page.wait_for_timeout(300)
    dragged = visit.page.evaluate("""() => {
      const dataTransfer = new DataTransfer();
      const event = new DragEvent("dragstart", { dataTransfer, bubbles: true });
      document.getElementById("save").dispatchEvent(event);
      return dataTransfer.getData("DownloadURL");
    }""")
    assert dragged.startswith(f"image/png:a-cut-out.png:blob:{visit.url}")
