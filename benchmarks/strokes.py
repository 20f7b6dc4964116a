"""Measure how soon the page's brush answers, in a real Chromium that renders in software.

``python -m benchmarks.strokes`` paints on a 4096 x 4096 picture, and prints medians for a press, a
move and a release: time from the event until its frame is drawn, without the wait for that frame,
and the page's main thread's processor time. Other programs disturb the second one less.
"""

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, CDPSession

from benchmarks.pictures import save_photo
from tests.local_server import LocalServer
from tests.page.browser import Visit, running_browser, visiting
from tests.page.test_mending import start

NOTHING, PRESS, MOVE, RELEASE = "nothing", "pointerdown", "pointermove", "pointerup"
Times = dict[str, list[tuple[float, float]]]
# Canvases are drawn at the end of a task: what counts ends when the thread is free again.
SEND = """
const stage = document.getElementById("stage");
stage.setPointerCapture = () => {};
const free = () => new Promise((done) => {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => done(performance.now());
  port2.postMessage(null);
});
const frame = () => new Promise((done) => requestAnimationFrame(() => done(performance.now())));
window.rest = () => new Promise((done) => setTimeout(() => requestIdleCallback(done), 1000));
window.send = async ([kind, x, y]) => {
  await frame();
  await free();
  const next = frame().then(async (begun) => [begun, await free()]);
  const terms = { pointerId: 1, button: 0, clientX: x, clientY: y, bubbles: true };
  const begun = performance.now();
  stage.dispatchEvent(new PointerEvent(kind, terms));
  const heard = await free();
  const [drawing, drawn] = await next;
  return heard - begun + drawn - Math.max(drawing, heard);
};
"""


def spent(system: CDPSession) -> float:
    """Return the main thread's processor time so far, in milliseconds."""
    metrics = system.send("Performance.getMetrics")["metrics"]
    return 1000 * next(float(each["value"]) for each in metrics if each["name"] == "TaskDuration")


def events(visit: Visit, moves: int, strokes: int) -> Iterator[tuple[str, float, float]]:
    """Yield events that paint one stroke beside the other, down the middle of the picture."""
    box = visit.page.locator("#view").bounding_box()
    if box is None:
        raise RuntimeError("the picture is not shown")
    middle, top, room = box["x"] + box["width"] / 2, box["y"], box["height"]
    for stroke in range(strokes):
        x = middle + room * (stroke % 7 - 3) / 20
        down = [top + room * (0.2 + 0.5 * at / moves) for at in range(moves + 1)]
        yield NOTHING, x, down[0]
        yield PRESS, x, down[0]
        yield from ((MOVE, x, y) for y in down[1:])
        yield RELEASE, x, down[-1]


def measure(visit: Visit, moves: int, repeats: int, *, rests: bool) -> Times:
    """Paint; the first of the strokes warms up. `rests` waits between strokes."""
    system = visit.page.context.new_cdp_session(visit.page)
    system.send("Performance.enable", {"timeDomain": "threadTicks"})
    visit.page.evaluate(f"() => {{{SEND}}}")
    times: Times = {kind: [] for kind in (NOTHING, PRESS, MOVE, RELEASE)}
    for event in events(visit, moves, repeats + 1):
        if event[0] == NOTHING and rests:
            visit.page.evaluate("rest()")
        before = spent(system)
        elapsed = visit.page.evaluate("send", event)
        times[event[0]].append((elapsed, spent(system) - before))
    first = {NOTHING: 1, PRESS: 1, MOVE: moves, RELEASE: 1}
    return {kind: found[first[kind] :] for kind, found in times.items()}


def main() -> None:
    """Print a table."""
    parser = ArgumentParser(prog="python -m benchmarks.strokes", description=__doc__)
    parser.add_argument("--side", type=int, default=4096)
    parser.add_argument("--size", type=int, default=35, help="of the brush, as on its slider")
    parser.add_argument("--moves", type=int, default=20)
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--zooms", nargs="+", default=["fit", "1"])
    parser.add_argument("--brushes", nargs="+", default=["erase", "keep"])
    parser.add_argument("--hurry", action="store_true", help="strokes follow at once")
    given = parser.parse_args()
    print("| zoom | brush | event | time | longest | processor time | most |")
    print("|---|---|---|---:|---:|---:|---:|")

    def report(browser: Browser, url: str, zoom: str, brush: str) -> None:
        with visiting(browser, url) as visit:
            visit.choose(str(photo))
            visit.press("zoom", zoom)
            start(visit, brush)
            visit.page.locator("#brush-size").fill(str(given.size))
            times = measure(visit, given.moves, given.repeats, rests=not given.hurry)
        for kind, found in times.items():
            columns = list(zip(*found, strict=True))
            figures = " | ".join(f"{f(each):.1f} ms" for each in columns for f in (median, max))
            print(f"| {zoom} | {brush} | {kind} | {figures} |", flush=True)

    with TemporaryDirectory() as folder:
        photo = save_photo(given.side, Path(folder))
        with LocalServer(CUTOUT_STORAGE_DIR=folder) as server, running_browser() as browser:
            for zoom in given.zooms:
                for brush in given.brushes:
                    report(browser, server.url + "/", zoom, brush)


if __name__ == "__main__":
    main()
