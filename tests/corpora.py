"""Puts every file of a folder through the decoder, and every tenth through the whole service:
`python -m tests.corpora FOLDER` prints the table of `docs/security.md`.

Files run one by one in a process that is ended, and counted as a crash or a hang, where one of them
takes longer than 5 s or the process grows over 1.3 GB.
"""

import argparse
import multiprocessing
import sys
import warnings
from collections import Counter
from dataclasses import dataclass, field
from io import BytesIO
from multiprocessing.connection import Connection
from pathlib import Path

from fastapi.testclient import TestClient
from PIL import Image

from cutout.api.app import build_app
from cutout.decode.decode import decode
from cutout.errors import PictureError
from cutout.pipeline import Pipeline
from cutout.settings import Settings
from tests.conftest import middle_is_object
from tests.memory import peak_megabytes

SECONDS = 5.0
MEGABYTES = 1300
SAMPLE = 10
SETTINGS = Settings(refusal_seconds=0)
OK, FAILURE, CRASH, HANG = "ok", "failure", "crash", "hang"


@dataclass
class Outcome:
    """Hold the outcome of one file."""

    decoded: str
    served: str | None
    pillow_opens: bool
    message: str = ""

    @property
    def is_lost(self) -> bool:
        """A good picture that is refused, but for one of more than 4096 pixels a side."""
        too_large = self.message.startswith("Resolution is too big")
        return self.pillow_opens and self.decoded != OK and not too_large


@dataclass
class Tally:
    """Count the outcomes of one corpus."""

    counts: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)


def pillow_opens(content: bytes) -> bool:
    """Return whether Pillow reads the pixels without an error or a warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            Image.open(BytesIO(content), formats=["JPEG", "PNG"]).load()
        except Exception:  # noqa: BLE001  # whatever it is, it is a complaint
            return False
    return True


def serve(client: TestClient, content: bytes) -> str:
    """`ok`, `failure`, or the status of an answer that is neither."""
    reply = client.post("/v1/results", files={"image": content})
    if reply.status_code != 200:
        return str(reply.status_code)
    code: str = reply.json()["results"][0]["status"]["code"]
    return code


def work(connection: Connection) -> None:
    """Answers each path that comes with an outcome, and None with its peak memory in megabytes."""
    client = TestClient(build_app(Pipeline(SETTINGS, middle_is_object)))
    while True:
        task = connection.recv()
        if task is None:
            connection.send(peak_megabytes())
            return
        path, sampled = task
        content = Path(path).read_bytes()
        message = ""
        try:
            decode(content, SETTINGS)
            decoded = OK
        except PictureError as error:
            decoded, message = FAILURE, str(error)
        served = serve(client, content) if sampled else None
        connection.send(Outcome(decoded, served, pillow_opens(content), message))


class Worker:
    """A process that may die of what it is given."""

    def __init__(self) -> None:
        self._start()

    def _start(self) -> None:
        self._warm = False  # the first file waits for the imports
        context = multiprocessing.get_context("spawn")
        self._connection, other = context.Pipe()
        self._process = context.Process(target=work, args=(other,), daemon=True)
        self._process.start()
        other.close()

    def outcome(self, path: Path, *, sampled: bool) -> Outcome:
        """Starts another process where this one crashes or hangs."""
        self._connection.send((str(path), sampled))
        try:
            if self._connection.poll(SECONDS if self._warm else SECONDS + 30):
                found: Outcome = self._connection.recv()
                self._warm = True
                return found
            lost = HANG
        except EOFError:
            lost = CRASH
        self._process.kill()
        self._start()
        return Outcome(lost, None, pillow_opens=False)

    def peak(self) -> int:
        """Megabytes; ends the process."""
        self._connection.send(None)
        found: int = self._connection.recv()
        self._process.join()
        return found


def tally(folder: Path, worker: Worker) -> Tally:
    found = Tally()
    for number, path in enumerate(sorted(p for p in folder.rglob("*") if p.is_file())):
        sampled = number % SAMPLE == 0
        each = worker.outcome(path, sampled=sampled)
        found.counts["files"] += 1
        found.counts[each.decoded] += 1
        found.counts["pillow"] += each.pillow_opens
        found.counts["served"] += sampled
        if each.served not in {None, each.decoded}:
            found.lost.append(f"{path}: decoded {each.decoded}, served {each.served}")
        if each.decoded in {CRASH, HANG}:
            found.lost.append(f"{path}: {each.decoded}")
        if each.is_lost:
            found.lost.append(f"{path}: Pillow opens it, and here: {each.message}")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.corpora", description=__doc__)
    parser.add_argument("folder", type=Path)
    worker, lost = Worker(), []
    print("| corpus | files | ok | failure | Pillow opens | served | crash | hang |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    for folder in sorted(p for p in parser.parse_args().folder.iterdir() if p.is_dir()):
        found = tally(folder, worker)
        names = ("files", OK, FAILURE, "pillow", "served", CRASH, HANG)
        print("|", " | ".join((folder.name, *(str(found.counts[name]) for name in names))), "|")
        lost += found.lost
    peak = worker.peak()
    print(f"\nPeak memory {peak} MB; files lost: {len(lost)}")
    if lost or peak > MEGABYTES:
        sys.exit("\n".join(lost))


if __name__ == "__main__":
    main()
