"""Measure warm invocations of the image, held to Lambda's limits for a memory size."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import monotonic, sleep
from typing import Any

import requests

from benchmarks.cost.curve import Picture, Setting
from tests.events.answers import Answer
from tests.ports import free_ports
from tests.s3 import S3Server
from tools.engine import Container, Engine
from tools.events.gateway import payload_v2
from tools.events.samples import post_file

SANDBOX = "993:990"  # Lambda's own user
TIMEOUT = 29  # the template's
REPORT = re.compile(r"^REPORT .*\tDuration: ([\d.]+) ms", re.MULTILINE)
LOG_SECONDS = 10.0


class UselessAnswerError(Exception):
    """Report an answer without a picture, whose time means nothing."""


@dataclass(frozen=True)
class Photo:
    """Hold a square JPEG."""

    side: int
    path: Path

    def event(self) -> dict[str, Any]:
        """Return an event sent now, so that no deadline has passed."""
        found = payload_v2(post_file(self.path.read_bytes(), self.path.name, "image/jpeg"))
        del found["requestContext"]["timeEpoch"]
        return found


def options(memory_mb: int, cpus: float, environment: dict[str, str]) -> list[str]:
    """Return the engine's options for Lambda's file system, user, memory and processors."""
    variables = environment | {
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(memory_mb),
        "AWS_LAMBDA_FUNCTION_TIMEOUT": str(TIMEOUT),
    }
    return [
        *("--read-only", "--tmpfs", "/tmp", "--user", SANDBOX),  # noqa: S108 - in the container
        *("--memory", f"{memory_mb}m", "--memory-swap", f"{memory_mb}m", "--cpus", f"{cpus:.3f}"),
        *(word for pair in variables.items() for word in ("--env", "=".join(pair))),
    ]


def measure(
    engine: Engine, image: str, size: tuple[int, float], photos: Sequence[Photo], repeats: int
) -> Setting:
    """Invoke the image with each photo in turn: once unmeasured, then `repeats` times measured.

    `size` is MB and processors.
    """
    memory, cpus = size
    first, second = free_ports(2)
    with (
        S3Server() as s3,
        engine.running(image, options(memory, cpus, s3.environment), (first, second)) as container,
    ):
        answers = []
        for photo in photos:
            event = photo.event()
            answers.append([Answer(container.invoke(event)) for _ in range(repeats + 1)][-1])
        times = durations(container, len(photos) * (repeats + 1))
        pictures = tuple(
            _picture(photo, answer, times[start + 1 : start + 1 + repeats])
            for photo, answer, start in zip(
                photos, answers, range(0, len(times), repeats + 1), strict=True
            )
        )
        if container.state()["OOMKilled"]:
            raise UselessAnswerError(f"out of memory at {memory} MB")
    return Setting(memory, cpus, pictures)


def durations(container: Container, count: int) -> list[float]:
    """Return the milliseconds of each invocation, as the emulator reports and Lambda bills them."""
    deadline = monotonic() + LOG_SECONDS
    while len(found := reported(container.log())) < count and monotonic() < deadline:
        sleep(0.1)
    if len(found) != count:
        raise UselessAnswerError(f"{len(found)} reports of {count} invocations\n{container.log()}")
    return found


def reported(log: str) -> list[float]:
    """Return the milliseconds in the log's REPORT lines."""
    return [float(each) for each in REPORT.findall(log)]


def _picture(photo: Photo, answer: Answer, times: Sequence[float]) -> Picture:
    stored = answer.status == requests.codes.see_other
    content = requests.get(answer.headers["location"], timeout=60).text if stored else answer.text
    if '"code":"ok"' not in content:
        raise UselessAnswerError(f"{photo.side}: {answer.status} {content[:300]}")
    return Picture(
        photo.side, median(times), photo.path.stat().st_size, len(content.encode()), stored
    )
