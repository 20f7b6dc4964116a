"""Render cold starts as Markdown, for the part `cold` of `docs/performance.md`."""

from collections.abc import Mapping, Sequence
from statistics import median

from benchmarks.cold.start import MEMORY_MB, STAGES, Start

VERSION = "`/v1/version`"
BARS = {VERSION: 1.5, "1024 x 1024 cut-out": 3.5}
"""Seconds to the first answer, by what is asked."""
RATIO = 0.5

PART = """`make bench-cold N={count}` measures this: medians of {count} new containers each, here
on {cpu}, limited to one processor and {memory} MB. Seconds run from the container's start to the
last byte of its first answer, without Lambda's time to fetch the image. *naive* is the same code
after one `pip install`, with the float model and without precompiled bytecode.

| first answer | this image | naive | ratio |
|---|---:|---:|---:|
{totals}"""

STAGES_PART = """By stage: *container* ends when the function's process starts, *wait* is for parts
of the model that are not loaded when the imports end, and *session* runs beside the imports,
outside the sum.

| first answer | {names} |
|---|{rules}
{stages}"""

Runs = Mapping[str, tuple[Sequence[Start], Sequence[Start]]]
"""By what is asked: starts of this image, and of the naive one."""


def render(runs: Runs, floor: Sequence[float], count: int, cpu: str) -> str:
    """Return the part as Markdown; `floor` has seconds of the web framework alone."""
    totals = [_row(asked, *_medians(*starts)) for asked, starts in runs.items()]
    naive = median(each.total for each in runs[VERSION][1])
    totals.insert(1, _row("the same by FastAPI and Mangum alone", median(floor), naive))
    return PART.format(count=count, cpu=cpu, memory=MEMORY_MB, totals="\n".join(totals))


def render_stages(runs: Runs) -> str:
    """Return a table of this image's stages, for the terminal."""
    stages = [_stages(asked, ours) for asked, (ours, _) in runs.items()]
    return STAGES_PART.format(
        names=" | ".join(STAGES), rules="---:|" * len(STAGES), stages="\n".join(stages)
    )


def render_bars(runs: Runs) -> str:
    """Return a line for each bar, for the terminal."""
    lines = []
    for asked, starts in runs.items():
        found, other = _medians(*starts)
        bars = [
            (f"<= {BARS[asked]} s", found <= BARS[asked]),
            (f"<= {RATIO}x", found / other <= RATIO),
        ]
        lines += [f"{asked} {bar}: {'met' if met else 'missed'}" for bar, met in bars]
    return "\n".join(lines)


def _medians(ours: Sequence[Start], naive: Sequence[Start]) -> tuple[float, float]:
    return median(each.total for each in ours), median(each.total for each in naive)


def _row(asked: str, found: float, naive: float) -> str:
    return f"| {asked} | {found:.2f} | {naive:.2f} | {found / naive:.2f} |"


def _stages(asked: str, starts: Sequence[Start]) -> str:
    cells = [f"{median(getattr(each, stage) for each in starts):.2f}" for stage in STAGES]
    return f"| {asked} | {' | '.join(cells)} |"
