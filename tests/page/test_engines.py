"""The page's main path in Firefox and WebKit, where they are installed."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from tests.local_server import LocalServer
from tests.page.test_saving import ASTRONAUT, png_of
from tests.page.webdriver import Engine, firefox, webkit
from tests.shown import shown

NAME = "astronaut-cut-out.png"
DONE = "document.body.dataset.state === 'done'"
FINISHED = r"/mended by hand \u00b7 \d/.test(document.getElementById('facts').textContent)"
PLACE = """
const {left, top, width, height} = document.getElementById("view").getBoundingClientRect();
return [Math.round(left + width / 2), Math.round(top + height / 2)];
"""


def middle_alpha(content: bytes) -> object:
    with Image.open(BytesIO(content)) as picture:
        return picture.getchannel("A").getpixel((picture.width // 2, picture.height // 2))


@pytest.mark.parametrize(("start", "keeps"), [(firefox, True), (webkit, False)])
def test_a_photo_is_cut_out_saved_mended_and_kept(
    start: Callable[[Path], AbstractContextManager[Engine]],
    keeps: bool,
    server: LocalServer,
    tmp_path: Path,
) -> None:
    """WebKit's private windows keep no photo, and the page says so."""
    with start(tmp_path) as engine:
        engine.go(server.url + "/")
        engine.choose("#file", ASTRONAUT)
        engine.wait(DONE)
        engine.click("#save")
        assert shown(engine.saved(NAME)) == shown(png_of(server, ASTRONAUT, "fg-image"))
        engine.wait(f"document.getElementById('notice').hidden === {str(keeps).lower()}")

        engine.click("#mend")
        engine.wait("document.body.dataset.mending")
        engine.click('label:has([name="brush"][value="erase"])')
        engine.press_mouse(*engine.run(PLACE))
        engine.wait("!document.getElementById('undo').disabled")
        engine.click("#mended")
        engine.wait(FINISHED)
        engine.click("#save")
        assert middle_alpha(engine.saved(NAME)) == 0

        engine.reload()
        if keeps:
            engine.wait(DONE)
            engine.click("#save")
            assert middle_alpha(engine.saved(NAME)) == 0
        else:
            engine.wait("document.body.dataset.state === 'empty'")
