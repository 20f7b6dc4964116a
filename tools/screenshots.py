"""Take the screenshots in `docs/` of the demo page: `python -m tools.screenshots`.

This needs Chromium (`tools/browser.sh`) and uses the shipped networks.
"""

from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from tests.local_server import LocalServer
from tests.page.browser import DESKTOP, FLAGS, NAMES, PHONE, Visit, program, visiting
from tests.samples import PHOTOS

DOCS = Path(__file__).resolve().parent.parent / "docs"
LARGEST = 200_000  # bytes that a README may well load for a picture


def keep(visit: Visit, name: str) -> None:
    """Save the page as it looks now as a JPEG."""
    path = DOCS / name
    visit.page.evaluate("document.activeElement.blur()")  # no ring around what was set last
    visit.page.evaluate("scrollTo(0, 0)")
    image = Image.open(BytesIO(visit.page.screenshot())).convert("RGB")
    image.save(path, quality=85, optimize=True, progressive=True)
    if path.stat().st_size > LARGEST:
        raise RuntimeError(f"{name} is too large: {path.stat().st_size} bytes.")
    print(path.relative_to(DOCS.parent), image.size, path.stat().st_size)


def desktop(browser: Browser, url: str) -> None:
    """Take the screenshot of a desktop browser."""
    with visiting(browser, url, viewport=DESKTOP) as visit:
        visit.choose(PHOTOS / "astronaut.jpg")
        visit.set_split(42)
        keep(visit, "page.jpg")


def phone(browser: Browser, url: str) -> None:
    """Take the screenshot of a phone."""
    device: dict[str, Any] = {"viewport": PHONE, "device_scale_factor": 2, "is_mobile": True}
    with visiting(browser, url, color_scheme="dark", has_touch=True, **device) as visit:
        visit.choose(PHOTOS / "coffee.jpg")
        visit.set_split(33)
        visit.press("backdrop", "white")
        keep(visit, "page-phone.jpg")


def main() -> None:
    """Start a server and a browser, and take both screenshots."""
    with (
        TemporaryDirectory() as folder,
        LocalServer("cutout", "serve", CUTOUT_STORAGE_DIR=folder) as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=program(*NAMES), args=FLAGS)
        with visiting(browser, server.url + "/") as warm_up:
            warm_up.choose(PHOTOS / "chelsea.jpg")
        desktop(browser, server.url + "/")
        phone(browser, server.url + "/")
        browser.close()


if __name__ == "__main__":
    main()
