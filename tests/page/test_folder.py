"""A folder of photos from the picker to the ZIP: nothing is lost, and memory stays flat.

`make test` runs a short folder without the networks; `make page-folder` runs 300 files with them
and compares the pictures with the command's.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from time import monotonic
from zipfile import ZipFile

import pytest
from playwright.sync_api import Browser

from tests.local_server import ROOT, LocalServer
from tests.page.browser import Visit, file, plain, visiting
from tests.page.folder import SMALL, TWELVE_MEGAPIXELS, Folder, draw_folder
from tests.page.test_many import made_by_api, select
from tests.shown import Shown, shown

TAB_BYTES = 1 << 30
SERVER_GROWTH_KB = 100_000
HOURS = 4
FIGURES = ROOT / "build" / "page-folder.json"
HEIC_REASON = "HEIC, which this browser can't open. Save it as JPEG first."


@contextmanager
def sampling(measure: Callable[[], int], seconds: float = 0.5) -> Iterator[list[int]]:
    """Measure on a thread of its own until the end."""
    found, is_over = [measure()], Event()

    def run() -> None:
        while not is_over.wait(seconds):
            found.append(measure())

    thread = Thread(target=run)
    thread.start()
    try:
        yield found
    finally:
        is_over.set()
        thread.join()


def largest_tab_bytes() -> int:
    """Return the resident memory of the largest tab among all headless Chromiums (Linux)."""
    sizes = [0]
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if b"--type=renderer" in (folder / "cmdline").read_bytes():
                text = (folder / "status").read_text()
                sizes.append(1024 * int(text.partition("VmRSS:")[2].split()[0]))
        except (OSError, IndexError):
            continue  # the process has ended
    return max(sizes)


def heap_bytes(visit: Visit) -> int:
    """Return the memory of the tab's scripts after a collection, by Chromium's own metrics."""
    system = visit.system()
    system.send("HeapProfiler.collectGarbage")
    system.send("Performance.enable")
    metrics = system.send("Performance.getMetrics")["metrics"]
    return int({each["name"]: each["value"] for each in metrics}["JSHeapUsedSize"])


def run_through(visit: Visit, folder: Folder, archive: Path, seconds: float) -> None:
    """Take the folder through the page, and save the ZIP as `archive`."""
    names = folder.names
    visit.page.set_input_files("#folder", folder.path)
    ends = (
        f"^{len(folder.good)} of {folder.size - len(names['heic'])} done(, [0-9]+ to check)?, "
        f"{len(names['blank'])} without a subject, {len(names['broken'])} failed[.]$"
    )
    visit.page.wait_for_selector(f"#tally-text:text-matches('{ends}')", timeout=1000 * seconds)
    notice = map(plain, visit.page.locator("#notice li").all_inner_texts())
    assert sorted(notice) == [f"{name}: {HEIC_REASON}" for name in sorted(names["heic"])]
    labels = visit.page.locator("[role=option]").evaluate_all(
        "(cells) => cells.map((cell) => cell.getAttribute('aria-label'))"
    )
    outcomes = {"photo": "done", "webp": "done", "broken": "failed", "blank": "no subject found"}
    expected = [f"{name}: {word}" for kind, word in outcomes.items() for name in names[kind]]
    assert sorted(each.removesuffix(", please check") for each in labels) == sorted(expected)
    for name in names["broken"][:3]:
        select(visit, name)
        assert visit.failure() == "This photo can't be processed Can not load image."
    with visit.page.expect_download(timeout=1000 * seconds) as download:
        visit.page.click("#zip")
    download.value.save_as(archive)


def pictures_in(archive: Path) -> dict[str, Shown]:
    """Return what a ZIP's pictures show, by their names."""
    with ZipFile(archive) as opened:
        return {name: shown(opened.read(name)) for name in opened.namelist()}


def cut_out_name(name: str) -> str:
    return f"{Path(name).stem}-cut-out.png"


def test_a_folder_of_every_kind(browser: Browser, server: LocalServer, tmp_path: Path) -> None:
    source, archive = tmp_path / "in", tmp_path / "cutouts.zip"
    source.mkdir()
    folder = draw_folder(source, 30, SMALL)
    with (
        visiting(browser, server.url + "/") as visit,
        sampling(largest_tab_bytes) as tab,
    ):
        run_through(visit, folder, archive, seconds=120)
        assert heap_bytes(visit) < TAB_BYTES / 10
    found = pictures_in(archive)
    assert sorted(found) == sorted(map(cut_out_name, folder.good))
    assert max(tab) < TAB_BYTES
    for name in folder.names["photo"][::5]:
        (path,) = folder.path.glob(f"*/{name}")
        made = made_by_api(server, file(name, path.read_bytes()))
        assert found[cut_out_name(name)] == shown(made), name


@pytest.mark.page_folder
def test_three_hundred_files_with_the_networks(browser: Browser, tmp_path: Path) -> None:
    source, out, archive = tmp_path / "in", tmp_path / "out", tmp_path / "cutouts.zip"
    source.mkdir()
    folder = draw_folder(source, 300, TWELVE_MEGAPIXELS)
    start = monotonic()
    settings = {
        "CUTOUT_STORAGE_DIR": str(tmp_path / "storage"),
        "CUTOUT_EDGE_SECONDS": "3600",  # as the command; 5 s are too short on a busy machine
        "CUTOUT_PICTURE_SECONDS": "300",
    }
    with (
        LocalServer("cutout", "serve", **settings) as server,
        visiting(browser, server.url + "/") as visit,
        sampling(largest_tab_bytes) as tab,
        sampling(server.resident_kb) as memory,
    ):
        run_through(visit, folder, archive, seconds=HOURS * 3600)
        heap = heap_bytes(visit)
        statuses = {status: server.log().count(f'"status": {status}') for status in (200, 503)}
    seconds, found = round(monotonic() - start), pictures_in(archive)
    quarters = [max(memory[len(memory) * at // 4 : len(memory) * (at + 1) // 4]) for at in (1, 3)]
    figures = {
        "files": folder.size,
        "cut-outs": len(found),
        "page_seconds": seconds,
        "tab_mb": max(tab) // 2**20,
        "heap_mb": heap // 2**20,
        "server_mb": {"second quarter": quarters[0] // 1024, "last": quarters[1] // 1024},
        "statuses": statuses,
    }
    FIGURES.write_text(json.dumps(figures, indent=2) + "\n")
    assert sorted(found) == sorted(map(cut_out_name, folder.good))
    assert max(tab) < TAB_BYTES
    assert quarters[1] - quarters[0] < SERVER_GROWTH_KB
    assert statuses[503] == 0

    command = [sys.executable, "-m", "cutout", str(source), "-o", str(out), "--quiet"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr  # the broken ones
    for name in folder.good:
        (path,) = out.glob(f"*/{Path(name).stem}.png")
        assert found[cut_out_name(name)] == shown(path.read_bytes()), name
