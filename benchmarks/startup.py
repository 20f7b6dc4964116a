"""Time a process from its start to the first answer, as on a cold Lambda.

``python -m benchmarks.startup --against main`` compares this tree, with and without a bucket, with
an older revision of the code, alternately.
"""

import os
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from statistics import median
from tarfile import open as open_tar
from tempfile import TemporaryDirectory
from time import perf_counter

ROOT = Path(__file__).resolve().parent.parent
FIRST_ANSWER = """
import json
from cutout.aws import lambda_handler
event = json.load(open("events/version.json"))
print(lambda_handler(event, None)["statusCode"], flush=True)
"""
BUCKET = {
    "CUTOUT_BUCKET_URL": "https://bucket.s3.us-east-1.amazonaws.com",
    "AWS_ACCESS_KEY_ID": "id",
    "AWS_SECRET_ACCESS_KEY": "secret",
}


def time_to_first_answer(repeats: int) -> float:
    """Return median seconds from a process's start to its answer of `/v1/version`.

    The process imports the handler and loads the model. The first one, which warms the disk
    cache, is not counted.
    """
    return median([start_once(ROOT, {}) for _ in range(repeats + 1)][1:])


def start_once(folder: Path, environment: Mapping[str, str]) -> float:
    """Return seconds for the code in `folder`."""
    command = [sys.executable, "-c", FIRST_ANSWER]
    start = perf_counter()
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        text=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder / "handler"), **environment},
    ) as process:
        # a line of the request's log comes first
        if process.stdout is None or "200\n" not in process.stdout:
            raise RuntimeError("the handler did not answer")
        return perf_counter() - start


def check_out(revision: str, folder: Path) -> None:
    """Check out the files of a revision that a start needs, the model included."""
    command = ["git", "archive", revision, "handler", "model", "events"]
    archive = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout
    with open_tar(fileobj=BytesIO(archive)) as tar:
        tar.extractall(folder, filter="data")


def main() -> None:
    """Print the medians."""
    parser = ArgumentParser(prog="python -m benchmarks.startup")
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--against", required=True, help="a git revision")
    given = parser.parse_args()
    with TemporaryDirectory() as folder:
        check_out(given.against, Path(folder))
        builds = {
            given.against: (Path(folder), {}),
            "this tree": (ROOT, {}),
            "this tree, with a bucket": (ROOT, BUCKET),
        }
        rounds = [
            {name: start_once(*build) for name, build in builds.items()}
            for _ in range(given.repeats + 1)
        ]
    for name in builds:
        print(f"{name}: {median(each[name] for each in rounds[1:]) * 1000:.0f} ms")


if __name__ == "__main__":
    main()
