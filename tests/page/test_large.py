"""Files and answers that are too large for a request."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.e2e.photos import noise
from tests.page.browser import Visit, file
from tests.page.conftest import Open
from tests.samples import jpeg

LARGE = 4_400_000  # as in clients/js/cutout.js


def of_size(size: int) -> bytes:
    """Return a JPEG of so many bytes: what stands behind its end is ignored by everybody."""
    start = jpeg(Image.fromarray(np.full((300, 400, 3), 90, np.uint8)))
    return start.ljust(size, b"\0")


def big_one(folder: Path, size: int) -> Path:
    """Write a JPEG of so many bytes: Playwright takes seconds to hand over the content itself."""
    path = folder / "big one.jpg"
    path.write_bytes(of_size(size))
    return path


@pytest.mark.parametrize(("size", "goes_there"), [(LARGE, False), (LARGE + 1, True)])
def test_a_large_file_goes_through_uploads(
    visit: Visit, tmp_path: Path, size: int, goes_there: bool
) -> None:
    visit.choose(big_one(tmp_path, size))
    assert len(visit.posts("/v1/uploads")) == int(goes_there)
    assert len(visit.posts("/v1/results")) == 1
    uploaded = [url for url in visit.requests if "/v1/uploads/" in url]
    assert len(uploaded) == int(goes_there)


def test_a_server_without_storage_gets_it_directly(open_page: Open, tmp_path: Path) -> None:
    with open_page(complaints=1) as visit:
        visit.page.route(
            "**/v1/uploads*",
            lambda route: route.fulfill(status=404, body='{"detail": "This server takes none."}'),
        )
        visit.choose(big_one(tmp_path, LARGE + 1))
        assert len(visit.posts("/v1/results")) == 1


@pytest.mark.parametrize(("size", "is_smaller"), [(16 * 2**20 - 1, False), (16 * 2**20, True)])
def test_a_file_over_the_limit_is_compressed_unasked(
    visit: Visit, tmp_path: Path, size: int, is_smaller: bool
) -> None:
    visit.choose(big_one(tmp_path, size))
    assert ("too large, so it was compressed in the browser" in visit.facts()) == is_smaller
    assert visit.facts().startswith("400 x 300")


def test_the_progress_of_an_upload_is_shown(visit: Visit) -> None:
    """Slow the upload down by Chromium's own throttling."""
    system = visit.system()
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 400_000}
    system.send("Network.enable")
    system.send("Network.emulateNetworkConditions", slow)
    content = noise(700, quality=95)
    assert 400_000 < len(content) < LARGE
    visit.page.evaluate(WATCH_PROGRESS)
    visit.choose(file("a.jpg", content))
    values = visit.page.evaluate("progress")
    assert any(0.05 < value < 0.95 for value in values), values
    assert values == sorted(values)


WATCH_PROGRESS = """
window.progress = [];
const bar = document.getElementById("progress");
const text = document.getElementById("busy-text");
new MutationObserver(() => text.textContent.startsWith("Sending") && progress.push(bar.value))
  .observe(bar, { attributes: true });
"""
