"""From the start of a process to the first answer, as on a cold Lambda."""

import subprocess
import sys
from statistics import median
from time import perf_counter

FIRST_ANSWER = """
import json
from handler.aws import lambda_handler
event = json.load(open("events/version.json"))
print(lambda_handler(event, None)["statusCode"], flush=True)
"""


def time_to_first_answer(repeats: int) -> float:
    """Median seconds from the start of a process that imports the handler and loads the model to
    its answer of `/v1/version`; the first one, which warms the disk cache, doesn't count."""
    return median([_start_once() for _ in range(repeats + 1)][1:])


def _start_once() -> float:
    command = [sys.executable, "-c", FIRST_ANSWER]
    start = perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        if process.stdout is None or process.stdout.readline() != "200\n":
            raise RuntimeError("the handler did not answer")
        return perf_counter() - start
