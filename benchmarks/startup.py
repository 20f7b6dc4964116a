"""From the start of a process to the first answer, as on a cold Lambda."""

import subprocess
import sys
from statistics import median
from time import perf_counter

FIRST_ANSWER = """
import json
from handler.aws import lambda_handler
event = json.load(open("events/version.json"))
assert lambda_handler(event, None)["statusCode"] == 200
"""


def time_to_first_answer(repeats: int) -> float:
    """Median seconds of a process that imports the handler, loads the model, answers
    `/v1/version` and ends; the first one, which warms the disk cache, doesn't count."""
    times = []
    for _ in range(repeats + 1):
        start = perf_counter()
        subprocess.run([sys.executable, "-c", FIRST_ANSWER], check=True)
        times.append(perf_counter() - start)
    return median(times[1:])
