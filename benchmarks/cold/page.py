"""Render cold starts as a Markdown page."""

from collections.abc import Mapping, Sequence
from statistics import median

from benchmarks.cold.start import MEMORY_MB, STAGES, Start

BARS = {"`/v1/version`": 1.5, "1024 x 1024 cut-out": 3.5}
"""Seconds to the first answer, by what is asked."""
RATIO = 0.5

PAGE = """# Cold start

Made by `make bench-cold N={count}`: medians of {count} cold containers each on {cpu}, held to one
processor and {memory} MB. Seconds from the engine's command that starts the container to the last
byte of its first answer. *naive* is the same code after one `pip install`, with the float model and
no bytecode of its own (`benchmarks/cold/naive.Dockerfile`). The files are in this machine's cache:
what Lambda adds for fetching an image is not in here (`benchmarks/aws` measures it there). The
naive image runs the same code, lazy imports included, so its `/v1/version` gains from them as well.

| first answer | this image | naive | ratio | bars |
|---|---:|---:|---:|---|
{totals}

What the time goes into, stage after stage. *container* is the engine's, the emulator's and the
call's share, up to the function's process; *wait* is for what of the model is not open when all is
imported; *session* passes on a thread beside the imports and is no part of the sum.

| first answer | image | {names} |
|---|---|{rules}
{stages}
"""

Runs = Mapping[str, tuple[Sequence[Start], Sequence[Start]]]
"""By what is asked: starts of this image, and of the naive one."""


def render(runs: Runs, count: int, cpu: str) -> str:
    """Return the page's text."""
    totals = [_total(asked, ours, naive) for asked, (ours, naive) in runs.items()]
    stages = [
        _stages(asked, image, starts)
        for asked, pair in runs.items()
        for image, starts in zip(("this", "naive"), pair, strict=True)
    ]
    return PAGE.format(
        count=count,
        cpu=cpu,
        memory=MEMORY_MB,
        totals="\n".join(totals),
        names=" | ".join(STAGES),
        rules="---:|" * len(STAGES),
        stages="\n".join(stages),
    )


def _total(asked: str, ours: Sequence[Start], naive: Sequence[Start]) -> str:
    found, other = (median(each.total for each in starts) for starts in (ours, naive))
    ratio = found / other
    bars = [(f"<= {BARS[asked]} s", found <= BARS[asked]), (f"<= {RATIO}x", ratio <= RATIO)]
    verdicts = ", ".join(f"{bar}: {'met' if met else 'missed'}" for bar, met in bars)
    return f"| {asked} | {found:.2f} | {other:.2f} | {ratio:.2f} | {verdicts} |"


def _stages(asked: str, image: str, starts: Sequence[Start]) -> str:
    cells = [f"{median(getattr(each, stage) for each in starts):.2f}" for stage in STAGES]
    return f"| {asked} | {image} | {' | '.join(cells)} |"
