"""Render measurements as Markdown, for the part `stages` of `docs/performance.md`."""

from collections.abc import Iterable
from pathlib import Path
from platform import python_version

import onnxruntime

from benchmarks.worker import Measurement

STAGES = ("decode", "segment", "refine", "compose", "encode", "answer")
FLAGS = ("avx512_vnni", "avx_vnni", "avx2")
"""Instruction sets that affect the speed, the fastest first; each implies what matters below it."""

PART = """`make bench` measures this (medians of {repeats} runs), here on {cpu}, Python {python},
onnxruntime {ort}. Times are milliseconds, warm, with freed memory kept as on Lambda, for a JPEG
with camera-like grain; *rest* is the total without the networks.

A new process answers its first `/v1/version`, model loaded, after **{startup:.2f} s**.

| side | mode | threads | {stages} | total | rest | peak MB | answer MB |
|---:|---|---:|{rules}---:|---:|---:|---:|
{rows}"""


def render(measurements: list[Measurement], startup: float, repeats: int) -> str:
    """Return the part as Markdown."""
    return PART.format(
        repeats=repeats,
        cpu=processor(),
        python=python_version(),
        ort=onnxruntime.__version__,
        startup=startup,
        stages=" | ".join(STAGES),
        rules="---:|" * len(STAGES),
        rows="\n".join(map(_row, measurements)),
    )


def _row(each: Measurement) -> str:
    rest = each.total - each.network - each.edges
    cells: Iterable[object] = (
        each.side,
        each.mode,
        each.threads,
        *(f"{each.stages[stage]:.0f}" for stage in STAGES),
        f"{each.total:.0f}",
        f"{rest:.0f}",
        f"{each.peak_rss / 1e6:.0f}",
        f"{each.response / 1e6:.1f}",
    )
    return f"| {' | '.join(map(str, cells))} |"


def processor() -> str:
    """Return the processor's name and the best of its instruction sets that affect the speed."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    info = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
    flags = info.get("flags", "").split()
    best = next((flag for flag in FLAGS if flag in flags), "no AVX2")
    return f"{info.get('model name', 'an unnamed processor')} ({best})"
