"""Wrap the Lambda handler so that it logs how the time of its start was spent.

The probe replaces the handler in a container; nothing in the image refers to it. Times are seconds
since the epoch, ``*_seconds`` durations.
"""

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

BEGUN = time.time()

if TYPE_CHECKING:
    from cutout.api.gateway import LambdaHandler
    from cutout.pictures import Look
    from cutout.segment.network import Limits, Square

MARK = "cold_start "


def process_start() -> float:
    """Return when this process was created, to 0.01 s: field 22 of proc_pid_stat(5)."""
    fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    ticks = int(fields[19])
    since_boot = time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.time() - since_boot + ticks / os.sysconf("SC_CLK_TCK")


def _watched_start() -> "tuple[LambdaHandler, dict[str, float]]":
    """Import the handler; record when all imports and the model were ready."""
    times = {"process": process_start(), "begun": BEGUN}
    from cutout.segment import network  # noqa: PLC0415  # this is what is measured

    load, wait = network._load, network.Network.wait  # noqa: SLF001
    infer = network.Network._infer  # noqa: SLF001

    def timed_load(*arguments: Any) -> Any:  # noqa: ANN401  # onnxruntime has no types
        start = time.time()
        session = load(*arguments)
        times["session_seconds"] = times.get("session_seconds", 0) + time.time() - start
        return session

    def timed_wait(self: network.Network) -> None:
        times["imported"] = time.time()
        wait(self)

    def timed_infer(self: network.Network, data: "Square", limits: "Limits") -> "Look":
        start = time.time()
        look = infer(self, data, limits)
        times.setdefault("inference_seconds", time.time() - start)
        return look

    network._load = timed_load  # type: ignore[assignment]  # noqa: SLF001
    network.Network.wait = timed_wait  # type: ignore[method-assign]
    network.Network._infer = timed_infer  # type: ignore[method-assign]  # noqa: SLF001
    from cutout.aws import lambda_handler as handler  # noqa: PLC0415

    times["ready"] = time.time()
    return handler, times


def _report(times: dict[str, float]) -> None:
    import json  # noqa: PLC0415  # the handler has imported it by now

    print(f"{MARK}{json.dumps(times)}", flush=True)


def lambda_handler(event: dict[str, Any], context: Any) -> Any:  # noqa: ANN401  # as Lambda's
    """Return the answer of the real handler."""
    called = time.time()
    answer = _handler(event, context)
    _report(_times | {"called": called, "answered": time.time()})
    return answer


_handler, _times = _watched_start()
