"""Check the saved files, and the command that makes the same file."""

import subprocess
from base64 import b64decode
from io import BytesIO
from pathlib import Path

import pytest
import requests
from PIL import Image
from playwright.sync_api import Browser, FilePayload, Page

from tests.local_server import LocalServer
from tests.page.browser import Visit, file, program, visiting
from tests.page.conftest import ServerWith
from tests.page.test_large import LARGE, big_one
from tests.samples import PHOTOS, gradient, jpeg
from tests.shown import shown

ASTRONAUT = PHOTOS / "astronaut.jpg"
KEY = "sesame-open-the-door"


def saved(page: Page, button: str) -> tuple[str, bytes]:
    with page.expect_download() as download:
        page.click(button)
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


def png_of(server: LocalServer, photo: Path, mode: str) -> bytes:
    with photo.open("rb") as file:
        reply = requests.post(
            f"{server.url}/v1/results", params={"mode": mode}, files={"image": file}, timeout=60
        )
    return b64decode(reply.json()["results"][0]["entities"][0]["image"])


@pytest.mark.parametrize(
    ("mode", "ending"),
    [("fg-image", "cut-out"), ("fg-image-shadow", "shadow"), ("fg-mask", "mask")],
)
def test_the_file_is_the_api_s_own(
    visit: Visit, server: LocalServer, mode: str, ending: str
) -> None:
    visit.page.set_input_files("#file", ASTRONAUT)
    visit.wait("done")
    if mode != "fg-image":
        visit.press("mode", mode)
        visit.wait_for_command(f"mode={mode}")
    name, content = saved(visit.page, "#save")
    assert name == f"astronaut-{ending}.png"
    assert shown(content) == shown(png_of(server, ASTRONAUT, mode))


# Decodes no result for the screen until `release()` is called.
HOLD_RESULTS = """() => {
  const { createImageBitmap: decode } = window;
  const released = new Promise((done) => (window.release = done));
  window.held = 0;
  window.createImageBitmap = async (blob, ...rest) => {
    if (blob.type === "image/png" && !rest.length && held++ === 0) await released;
    return decode(blob, ...rest);
  };
}"""


@pytest.mark.parametrize("suffix", ["png", "jpg"])
def test_the_saved_picture_is_that_of_the_named_photo(visit: Visit, suffix: str) -> None:
    """Even while it is still being opened."""
    photos = [file(f"{width}.jpg", jpeg(gradient(width, 40))) for width in (60, 70)]
    visit.choose(photos)
    visit.page.wait_for_selector("#tally-text:text-is('2 of 2 done.')")
    visit.press("format", suffix)
    visit.page.evaluate(HOLD_RESULTS)
    visit.page.click('[role=option][aria-label^="70.jpg:"]')
    visit.page.wait_for_function("() => held > 0")
    assert visit.page.inner_text("#name") == "70.jpg"
    name, content = saved(visit.page, "#save")
    assert name == f"70-cut-out.{suffix}"
    assert Image.open(BytesIO(content)).size == (70, 40)
    visit.page.evaluate("release()")
    visit.wait("done")
    assert saved(visit.page, "#save")[1] == content


def test_the_cut_out_on_its_background(visit: Visit) -> None:
    visit.choose(ASTRONAUT)
    visit.press("backdrop", "colour")
    visit.page.fill("#colour", "#12ab34")
    name, content = saved(visit.page, "#save")
    picture = Image.open(BytesIO(content))
    assert name == "astronaut-cut-out.png"
    assert picture.size == (512, 512)
    assert picture.convert("RGBA").getpixel((0, 0)) == (0x12, 0xAB, 0x34, 255)


def run(command: str, folder: Path) -> None:
    """As in a terminal that is in the photo's folder."""
    for name in ("curl", "jq"):
        program(name)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],  # noqa: S607
        cwd=folder,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "KEY": KEY, "no_proxy": "*"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stderr}"


@pytest.mark.parametrize("name", ["photo.jpg", 'it\'s a; "photo".jpg'])
def test_the_command_makes_the_same_file(visit: Visit, tmp_path: Path, name: str) -> None:
    photo = tmp_path / name
    photo.write_bytes(ASTRONAUT.read_bytes())
    visit.choose(photo)
    target, content = saved(visit.page, "#save")
    run(visit.command(), tmp_path)
    offered = visit.page.get_attribute("#save", "download")
    assert offered
    assert shown((tmp_path / offered).read_bytes()) == shown(content), target


def test_the_command_of_a_large_file_with_a_key(
    browser: Browser, server_with: ServerWith, tmp_path: Path
) -> None:
    with visiting(browser, server_with(CUTOUT_API_KEYS=KEY).url + "/") as visit:
        visit.page.fill("#key", KEY)
        visit.choose(big_one(tmp_path, LARGE + 1))
        name, content = saved(visit.page, "#save")
        run(visit.command(), tmp_path)
        assert shown((tmp_path / name).read_bytes()) == shown(content)


def test_the_command_is_copied(browser: Browser, server: LocalServer) -> None:
    allowed = ["clipboard-read", "clipboard-write"]
    with visiting(browser, server.url + "/", permissions=allowed) as visit:
        visit.choose(ASTRONAUT)
        visit.page.click("summary")
        visit.page.click("#copy")
        visit.page.wait_for_selector("#said:has-text('Copied.')")
        copied = visit.page.evaluate("navigator.clipboard.readText()")
        assert copied == visit.command()
        assert copied.startswith("IMAGE=$(curl -sSL -F image=@astronaut.jpg ")


def scene(kind: str) -> FilePayload:
    """Return a background that the server doesn't take as it is."""
    size = (5000, 40) if kind == "JPEG" else (60, 40)
    written = BytesIO()
    Image.new("RGB", size, "green").save(written, kind)
    name = f"back.{kind.lower()}"
    return {"name": name, "mimeType": f"image/{kind.lower()}", "buffer": written.getvalue()}


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("GIF", "# back.png is the background as the page uses it: converted to PNG"),
        ("JPEG", "# back.jpg is the background as the page uses it: too large, so it was scaled"),
    ],
)
def test_the_command_says_how_a_background_was_changed(
    visit: Visit, kind: str, change: str
) -> None:
    visit.choose(ASTRONAUT)
    visit.page.set_input_files("#scene", scene(kind))
    visit.page.wait_for_selector("#scene-name:has-text('back.')", state="attached")
    visit.press("backdrop", "picture")
    visit.wait_for_command("image-bg=@back.")
    assert change in visit.command()
    visit.page.reload()
    visit.wait("done")
    assert change in visit.command()


def test_a_command_that_fails_says_so_and_writes_nothing(visit: Visit, tmp_path: Path) -> None:
    (tmp_path / ASTRONAUT.name).write_bytes(ASTRONAUT.read_bytes()[:300])
    visit.choose(ASTRONAUT)
    command = ["bash", "-c", visit.command()]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "Can not load image." in done.stderr
    assert [each.name for each in tmp_path.iterdir()] == [ASTRONAUT.name]


@pytest.mark.parametrize("name", ["a\ntouch ran\n.gif", "a; touch ran; .gif", "$(touch ran).gif"])
def test_the_command_runs_nothing_that_a_file_is_called(
    visit: Visit, tmp_path: Path, name: str
) -> None:
    """A comment names a file that the page converted.

    A line break would end the comment, and some shells have none when they are interactive: zsh, as
    on macOS, and bash without `interactive_comments`.
    """
    content = BytesIO()
    Image.new("P", (60, 40)).save(content, "GIF")
    visit.choose({"name": name, "mimeType": "image/gif", "buffer": content.getvalue()})
    assert "converted to PNG" in visit.command()
    for start in ("", "shopt -u interactive_comments\n"):
        subprocess.run(
            ["bash", "--norc", "-i"],  # noqa: S607
            input=f"{start}{visit.command()}\n",
            cwd=tmp_path,
            capture_output=True,
            text=True,
            start_new_session=True,  # it would take the terminal away
            check=False,
        )
        assert not (tmp_path / "ran").exists()
