"""Time one cold container up to its first answer, stage by stage."""

import http.client
import json
import time
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from socket import socket
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.pictures import save_photo
from tools.engine import Container, Engine
from tools.events.gateway import Request, payload_v2
from tools.events.samples import post_file

ROOT = Path(__file__).resolve().parents[2]
PROBE, FLOOR = (Path(__file__).with_name(name) for name in ("probe.py", "floor.py"))
MARK = "cold_start "
PATH = "/2015-03-31/functions/function/invocations"
SIDE = 1024
SECONDS = 120
PAUSE = 0.005
MEMORY_MB = 1769

OPTIONS = (
    *("--read-only", "--tmpfs", "/tmp", "--user", "993:990"),  # noqa: S108
    *("--memory", f"{MEMORY_MB}m", "--memory-swap", f"{MEMORY_MB}m", "--cpus", "1"),
    *("--env", f"AWS_LAMBDA_FUNCTION_MEMORY_SIZE={MEMORY_MB}"),
    *("--env", "AWS_LAMBDA_FUNCTION_TIMEOUT=300", "--env", "CUTOUT_GATEWAY_SECONDS=300"),
    *("--volume", f"{PROBE}:/var/task/{PROBE.name}:ro"),
    *("--volume", f"{FLOOR}:/var/task/{FLOOR.name}:ro"),
)
"""Give a container what Lambda gives a function with one processor, and both handlers."""


class ColdStartError(Exception):
    """Report that a container gave no usable answer; the message holds its log."""


@dataclass(frozen=True)
class Start:
    """Hold seconds by stage. Stages follow each other, but `session` overlaps `imports`."""

    total: float
    """Time from the engine's command to the last byte of the first answer."""
    container: float
    """Time until the function's process starts: engine, emulator and the call."""
    interpreter: float
    """Time until the first line of the function: Python and AWS's runtime client."""
    imports: float
    wait: float
    """Time after the imports until the model is open."""
    inference: float
    """Time in the networks; 0 if the request needs none."""
    rest: float
    """Time for everything else, the way back included."""
    session: float
    """Engine imported and graph opened, on a thread of its own."""


STAGES = tuple(field.name for field in fields(Start))


def split(begun: float, ended: float, times: Mapping[str, float]) -> Start:
    """Return the stages, from two readings of the host's clock and the probe's log."""
    inference = times.get("inference_seconds", 0.0)
    return Start(
        total=ended - begun,
        container=times["process"] - begun,
        interpreter=times["begun"] - times["process"],
        imports=times["imported"] - times["begun"],
        wait=times["ready"] - times["imported"],
        inference=inference,
        rest=ended - times["ready"] - inference,
        session=times["session_seconds"],
    )


def logged_times(log: str) -> dict[str, float]:
    """Return the probe's record of the first request."""
    for line in log.splitlines():
        _, found, text = line.partition(MARK)
        if found:
            times: dict[str, float] = json.loads(text)
            return times
    raise ColdStartError(f"the probe logged nothing:\n{log}")


def version_event() -> dict[str, Any]:
    """Return an event for `GET /v1/version`."""
    return payload_v2(Request("GET", "/v1/version"))


def cut_out_event() -> dict[str, Any]:
    """Return an event with a photo of SIDE x SIDE pixels, sent now."""
    with TemporaryDirectory() as folder:
        photo = save_photo(SIDE, Path(folder)).read_bytes()
    event = payload_v2(post_file(photo, "photo.jpg", "image/jpeg"))
    event["requestContext"].pop("timeEpoch", None)
    return event


def start_once(engine: Engine, image: str, event: Mapping[str, Any]) -> Start:
    """Start a container, send a request at once and remove the container."""
    begun, ended, log = _answered(engine, image, event, PROBE)
    return split(begun, ended, logged_times(log))


def floor_once(engine: Engine, image: str) -> float:
    """Return the seconds to an answer by the web framework alone, in the same image."""
    begun, ended, _ = _answered(engine, image, version_event(), FLOOR)
    return ended - begun


def _answered(
    engine: Engine, image: str, event: Mapping[str, Any], handler: Path
) -> tuple[float, float, str]:
    """Return when a new container was asked for and had answered, and its log."""
    body = json.dumps(event).encode()
    options = (*OPTIONS, "--env", f"_HANDLER={handler.stem}.lambda_handler")
    ports = free_ports()
    begun = time.time()
    with engine.running(image, options, ports) as container:
        answer = _ask(container, body)
        ended = time.time()
        _require_success(answer, container)
        return begun, ended, container.log()


def _ask(container: Container, body: bytes) -> bytes:
    """Return the first answer; retry until the emulator listens."""
    deadline = time.monotonic() + SECONDS
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", container.port, timeout=SECONDS)
        try:
            connection.connect()
            break
        except ConnectionRefusedError as error:
            if time.monotonic() > deadline:
                raise ColdStartError(f"it never listened:\n{container.log()}") from error
            time.sleep(PAUSE)
    try:
        connection.request("POST", PATH, body)
        return connection.getresponse().read()
    finally:
        connection.close()


def _require_success(answer: bytes, container: Container) -> None:
    found = json.loads(answer)
    if found.get("statusCode") != 200 or '"failure"' in _text(found):
        raise ColdStartError(f"{answer[:500]!r}\n{container.log()}")


def _text(answer: Mapping[str, Any]) -> str:
    body: str = answer.get("body", "")
    return b64decode(body).decode() if answer.get("isBase64Encoded") else body


def free_ports() -> tuple[int, int]:
    """Return two free ports on loopback."""
    with socket() as first, socket() as second:
        for each in (first, second):
            each.bind(("127.0.0.1", 0))
        return first.getsockname()[1], second.getsockname()[1]
