"""Measure what a thousand cut-outs cost in all, beside an earlier revision of this project.

``python -m benchmarks.cost.since REVISION`` checks the revision out into a temporary folder, and
starts its local server and ours, each with one network thread and its own defaults. Every picture
goes to both in turn, as from a client that accepts gzip. Seconds are processor seconds of the
server with its workers; bytes are those of the bodies as sent. ``--pictures`` names files or
folders, and ``--megapixels`` scales larger pictures down. It prints a table.
"""

import gzip
import os
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from benchmarks.cost.prices import Prices
from benchmarks.cost.total import BAR, SIDE, SLOWER, Bill, Spent, bill, mean, scaled
from benchmarks.pictures import save_photo
from benchmarks.report import processor
from model.recipe.pictures import pictures_in
from tests.ports import free_ports

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 120.0
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Server:
    """Hold a running server of one revision."""

    name: str
    pid: int
    port: int

    def ask(self, content: bytes) -> Spent:
        """Return what one request spends. Raise `RuntimeError` unless it gets a cut-out."""
        before = self._seconds()
        with requests.post(
            f"http://127.0.0.1:{self.port}/v1/results",
            files={"image": content},
            headers={"Accept-Encoding": "gzip"},
            timeout=SECONDS,
            stream=True,
        ) as reply:
            sent = reply.raw.read(decode_content=False)
        seconds = self._seconds() - before
        is_packed = reply.headers.get("Content-Encoding") == "gzip"
        body = gzip.decompress(sent) if is_packed else sent
        if b'"code":"ok"' not in body:
            raise RuntimeError(f"{self.name}: {reply.status_code} {body[:300].decode()}")
        return Spent(seconds, len(content), len(sent))

    def _seconds(self) -> float:
        """Return the processor seconds of the server and its workers so far."""
        return sum(map(_own_seconds, _family(self.pid)))


def _family(pid: int) -> Iterator[int]:
    """Yield a process and all that descend from it."""
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in children.read_text().split():
            yield from _family(int(child))


def _own_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS  # utime and stime


@contextmanager
def running(name: str, root: Path) -> Iterator[Server]:
    """Run the local server of the checkout at `root`, of any age."""
    is_renamed = (root / "handler" / "cutout").exists()
    source, call = ("handler", ["cutout", "serve"]) if is_renamed else (".", ["handler"])
    (port,) = free_ports(1)
    process = subprocess.Popen(
        [sys.executable, "-m", *call, "--host", "127.0.0.1", "--port", str(port)],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root / source), "CUTOUT_THREADS": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until_ready(port)
        yield Server(name, process.pid, port)
    finally:
        process.terminate()
        process.wait()


def wait_until_ready(port: int) -> None:
    """Return once a server answers; raise `requests.RequestException` after half a minute."""
    with requests.Session() as session:
        retry = Retry(60, backoff_factor=0.1, backoff_max=1)
        session.mount("http://", HTTPAdapter(max_retries=retry))
        session.get(f"http://127.0.0.1:{port}/v1/version", timeout=SECONDS).raise_for_status()


@contextmanager
def checkout(revision: str) -> Iterator[Path]:
    """Check `revision` out into a temporary folder."""
    with TemporaryDirectory() as folder:
        root = Path(folder) / "earlier"
        git = ["git", "-C", str(ROOT), "worktree"]
        subprocess.run([*git, "add", "--quiet", "--detach", str(root), revision], check=True)
        try:
            yield root
        finally:
            subprocess.run([*git, "remove", "--force", str(root)], check=True)


def measure(servers: Sequence[Server], files: Iterable[Path], repeats: int) -> list[list[Spent]]:
    """Return for each server what each picture spends: medians, after a first request."""
    found: list[list[Spent]] = [[] for _ in servers]
    for file in files:
        content = file.read_bytes()
        laps = [[server.ask(content) for server in servers] for _ in range(repeats + 1)][1:]
        for spent, each in zip(found, zip(*laps, strict=True), strict=True):
            spent.append(Spent(median(lap.seconds for lap in each), len(content), each[0].answer))
    return found


def table(names: Sequence[str], spent: Sequence[Spent], bills: Sequence[Bill]) -> str:
    """Return a row of means for each revision."""
    lines = [
        "| revision | seconds | MB sent | Lambda | HTTP API | traffic | total |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {name} | {each.seconds:.2f} | {each.answer / 1e6:.2f} | {parts.compute:.4f} "
        f"| {parts.gateway:.4f} | {parts.transfer:.4f} | {parts.total:.4f} |"
        for name, each, parts in zip(names, spent, bills, strict=True)
    ]
    return "\n".join(lines)


def compare(revision: str, files: Sequence[Path], repeats: int) -> list[Spent]:
    """Return the means of what a picture spends at the revision and here."""
    with (
        checkout(revision) as earlier,
        running(revision, earlier) as theirs,
        running("this checkout", ROOT) as ours,
    ):
        return [mean(each) for each in measure([theirs, ours], files, repeats)]


def report(revision: str, before: Spent, after: Spent) -> str:
    """Return the table, and whether a cut-out costs `BAR` less for `SLOWER` more time at most."""
    bills = [bill(each, Prices()) for each in (before, after)]
    saved = 1 - bills[1].total / bills[0].total
    slower = after.seconds / before.seconds - 1
    verdict = "met" if saved >= BAR and slower <= SLOWER else "missed"
    return (
        table([revision, "this checkout"], [before, after], bills)
        + f"\n{saved:.1%} less money, {slower:+.1%} time; {BAR:.0%} at +{SLOWER:.0%}: {verdict}"
    )


def main() -> None:
    """Measure and print."""
    parser = ArgumentParser(prog="python -m benchmarks.cost.since", description=__doc__)
    parser.add_argument("revision")
    parser.add_argument("--pictures", type=Path, nargs="+", help="files, or folders of them")
    parser.add_argument("--megapixels", type=float)
    parser.add_argument("--repeats", type=int, default=3)
    given = parser.parse_args()
    with TemporaryDirectory() as name:
        folder = Path(name)
        files = list(_files(given.pictures)) if given.pictures else [save_photo(SIDE, folder)]
        if given.megapixels:
            files = scaled(files, given.megapixels, folder)
        before, after = compare(given.revision, files, given.repeats)
    what = f"means of {len(files)} pictures, {given.repeats} runs"
    print(f"{processor()}, one network thread, {what}")
    print(report(given.revision, before, after))


def _files(places: Iterable[Path]) -> Iterator[Path]:
    for place in places:
        yield from sorted(pictures_in(place)) if place.is_dir() else [place]


if __name__ == "__main__":
    main()
