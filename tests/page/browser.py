"""Headless Chromium with the demo page in it, and what it complained about."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import pytest
from playwright.sync_api import (
    Browser,
    CDPSession,
    Error,
    FilePayload,
    Page,
    Request,
    sync_playwright,
)

from tests.page.tabs import tab_for

NAMES = (
    *("chromium-headless-shell", "chromium", "chromium-browser"),
    *("google-chrome", "google-chrome-stable"),
)
"""Programs in the order in which they are tried. The shell is Chromium without windows: to open and
close the page takes 0.22 rather than 0.46 s of processor time (20 visits, measured by hand)."""
UNWANTED = (
    # Pages that wait behind the address bar: two processes for each window, thus for each visit.
    *("WebUIOmniboxPopup", "WebUIOmniboxAimPopup"),
    # A process that waits for the next page of a visit, while each visit is one page.
    "SpareRendererForSitePerProcess",
    # Playwright 1.65's own list (its chromiumSwitches.ts), which this one replaces.
    *("AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades"),
    *("HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding"),
    *("ThirdPartyStoragePartitioning", "AvoidCorsURLLoaderRestartOnRedirect", "AimEnabled"),
    *("OptimizationHints", "NetworkTimeServiceQuerying", "PreconnectToSearch"),
)
"""Features of Chromium that the tests do without."""
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    f"--disable-features={','.join(UNWANTED)}",
]
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
MILLISECONDS = 60_000


def program(*names: str) -> str:
    """Return the path of a browser program.

    Skip the test if it is missing, or fail if the environment says that all must be there.
    """
    for name in names:
        if found := shutil.which(name):
            return found
    return missing(names[0])


def missing(name: str) -> NoReturn:
    reason = f"There is no {name}: tools/browser.sh installs it on Debian."
    if os.environ.get("CUTOUT_BROWSER") == "required":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Provide a browser with a profile of its own, for one module.

    Playwright keeps an event loop in this thread, beside which others could not run one.
    """
    with running_browser() as running:
        yield running


@contextmanager
def running_browser() -> Iterator[Browser]:
    """Start a browser, and end it with the event loop that Playwright keeps."""
    path = program(*NAMES)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=FLAGS, headless=True)
        yield running
        running.close()


def file(name: str, content: bytes) -> FilePayload:
    """A file that is made up for one test."""
    return {"name": name, "mimeType": "image/jpeg", "buffer": content}


class Visit:
    """The page in a tab of its own."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.tab, self.url = page, page, url
        self.errors: list[str] = []
        self.requests: list[str] = []
        page.set_default_timeout(MILLISECONDS)
        page.on("console", self._note)
        page.on("pageerror", self._note_error)
        page.on("request", self._note_request)
        page.goto(url)

    def choose(self, file: Any, wait: str = "done") -> None:
        """Picks a photo as a person does, and waits for a state."""
        field = "#file" if self.state() == "empty" else "#another"
        self.page.set_input_files(field, file)
        self.wait(wait)

    def wait(self, state: str) -> None:
        """Wait until the page stays in a state: it is busy again while a newer result is opened."""
        while True:
            self.page.wait_for_selector(f'body:is([data-state="{state}"], [data-state="failed"])')
            self.settle()
            found = self.state()
            if found in (state, "failed"):
                break
        assert found == state, plain(self.page.inner_text('[role="alert"]'))

    def wait_for_command(self, part: str) -> None:
        """Wait until the command, which may be folded away, has this part."""
        text = "document.getElementById('command-text').textContent"
        self.page.wait_for_function(f"(part) => {text}.includes(part)", arg=part)
        self.wait("done")

    def command(self) -> str:
        """Return the command as it is on the page."""
        return self.page.text_content("#command-text") or ""

    def notice(self) -> str:
        """Return what the notice says once it is there."""
        self.page.wait_for_selector("#notice")
        return plain(self.page.inner_text("#notice [role=status]"))

    def settle(self) -> None:
        """Until what was asked for is drawn."""
        frames = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
        self.page.evaluate(f"() => {frames}")

    def state(self) -> str | None:
        return self.page.get_attribute("body", "data-state")

    def failure(self) -> str:
        """What is said of it, title and text."""
        self.wait("failed")
        return plain(self.page.inner_text('[role="alert"]'))

    def facts(self) -> str:
        """What is said of the photo."""
        return plain(self.page.inner_text("#facts"))

    def press(self, name: str, value: str) -> None:
        """Chooses a radio button by its label's place, as a person does."""
        self.page.locator(f'label:has(input[name="{name}"][value="{value}"])').click()
        self.settle()

    @contextmanager
    def waiting_for_results(self) -> Iterator[None]:
        """The server takes its time, for as long as this lasts."""
        self.page.route("**/v1/results*", lambda _: None)
        yield
        self.page.unroute("**/v1/results*")

    def set_split(self, percent: int) -> None:
        self.page.locator("#split").fill(str(percent))
        self.settle()

    def assert_save_is_visible(self) -> None:
        """The main button is on a phone's first screen, which does not scroll sideways."""
        self.page.evaluate("scrollTo(0, 0)")
        box = self.page.locator("#save").bounding_box()
        assert box
        assert box["y"] + box["height"] <= PHONE["height"], str(box)
        assert self.page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]

    def pixel(self, x: float, y: float) -> tuple[int, ...]:
        """Return the colour at a share of the picture's width and height, fitted to its frame."""
        return tuple(self.page.evaluate(PIXEL, [x, y]))

    def drawn(self) -> str:
        """Return the size and a digest of the pixels that are drawn: cheaper than the pixels."""
        return str(self.page.evaluate(DRAWN))

    def posts(self, path: str) -> list[str]:
        """Requests to a path, without their query."""
        return [url for url in self.requests if url.partition("?")[0].endswith(path)]

    def system(self) -> CDPSession:
        """Return a session with the browser itself; the tab then ends with the visit."""
        return self.page.context.new_cdp_session(self.tab)

    def leave(self) -> None:
        """Note no more of the page."""
        self.tab.remove_listener("console", self._note)
        self.tab.remove_listener("pageerror", self._note_error)
        self.tab.remove_listener("request", self._note_request)

    def _note_error(self, error: Error) -> None:
        self.errors.append(str(error))

    def _note_request(self, request: Request) -> None:
        self.requests.append(request.url)

    def _note(self, message: Any) -> None:
        is_ours = (
            "willReadFrequently" in message.text
        )  # these tests read the canvas again and again
        if message.type in {"error", "warning"} and not is_ours:
            self.errors.append(message.text)


# The place of the picture is that of `View.frame`: in the middle, with 16 pixels around it.
PIXEL = """([x, y]) => {
  const canvas = document.getElementById("view");
  const facts = document.getElementById("facts").textContent;
  const [, width, height] = /(\\d+)\\s\\u00d7\\s(\\d+)/.exec(facts).map(Number);
  const room = (length) => length - 32 * devicePixelRatio;
  const fit = Math.min(room(canvas.width) / width, room(canvas.height) / height);
  const scale = Math.min(fit, 3 * devicePixelRatio);
  const at = (share, length, whole) =>
    Math.min(Math.floor((whole - length * scale) / 2 + share * length * scale), whole - 1);
  const context = canvas.getContext("2d");
  return [...context.getImageData(
    at(x, width, canvas.width), at(y, height, canvas.height), 1, 1).data];
}"""

DRAWN = """async () => {
  const canvas = document.getElementById("view");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", data));
  return [canvas.width, canvas.height, ...digest].join();
}"""


def plain(text: str) -> str:
    """The text with the typewriter's signs, and with single spaces."""
    return " ".join(text.replace("\u2019", "'").replace("\u00d7", "x").split())


@contextmanager
def visiting(
    browser: Browser, url: str, *, complaints: int | None = 0, also: str = "", **context: Any
) -> Iterator[Visit]:
    """The page at `url`; at the end it must have complained `complaints` times (a browser logs
    each refused request as an error; None is any number), have met its security policy, and have
    asked nobody but its own server and `also`."""
    origin = "/".join(url.split("/", 3)[:3])
    options: dict[str, Any] = {"viewport": DESKTOP, "reduced_motion": "reduce", **context}
    with tab_for(browser, origin, options, is_shared=not context) as (page, watched):
        visit = Visit(page, url)
        visit.page = watched  # for tests; `visit.tab` is the page itself
        yield visit
        if complaints is not None:
            assert len(visit.errors) == complaints, visit.errors
        assert page.evaluate("violations") == []
        own = (f"{origin}/", "blob:", "data:", *([also] if also else []))
        strangers = [each for each in visit.requests if not each.startswith(own)]
        assert not strangers, strangers
        visit.leave()
