"""Render the comparison as a Markdown page and a plot."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean, median
from typing import TypeAlias

from benchmarks.peers.laps import Outcome
from benchmarks.report import processor
from model.recipe.plot import Point, scatter

REFERENCE = "rembg ISNet"
OURS = "ours"
NONE = "-"
RULE = "|---|---:|---:|---:|---:|---:|"

PAGE = """# Performance

## Beside others

Made by `make bench-peers SETS=folder` on {cpu},
every contender alone on {cores} of its cores, warm. Seconds are from the picture's file to the PNG
(ours: to the answer's JSON with the base64 in it). `photo` is ours, with camera-like grain
({repeats} repeats, median); a set's seconds are the median over its pictures, once each. *ratio* is
to {reference}'s, *slowest* the longest of a set. *peak* is resident memory at its highest, of all
pictures.
@imgly/background-removal-node runs its own fp16 ISNet ("medium") with sharp 0.33.

{times}
{edges}
![Time and error at the edges, as ratios to {reference}'s](performance.svg)
"""

EDGES = """Mean absolute error in the 24 pixels to either side of the true edge, at full size:

{edges}

Error of the colours in the soft band when the cut-out is put on black and on white, to the true
alpha with the object's colours as pymatting's multilevel method estimates them from it:

{fringes}
"""


@dataclass(frozen=True)
class Entry:
    """Hold one contender's results; `edges` and `fringes` are errors by SET/NAME."""

    name: str
    outcome: Outcome
    edges: Mapping[str, float] = field(default_factory=dict)
    fringes: Mapping[str, float] = field(default_factory=dict)

    def seconds(self, group: str) -> float | None:
        """Return the median over the pictures of a set, or of one photo."""
        found = [lap.seconds for name, lap in self.outcome.laps.items() if _group(name) == group]
        return median(found) if found else None

    def slowest(self, group: str) -> float | None:
        """Return the longest time of a set's pictures."""
        found = [lap.seconds for name, lap in self.outcome.laps.items() if _group(name) == group]
        return max(found, default=None)

    def cpu(self, group: str) -> float | None:
        """Return the median processor time."""
        found = [lap.cpu for name, lap in self.outcome.laps.items() if _group(name) == group]
        return median(found) if found else None

    def edge(self, group: str) -> float | None:
        """Return the mean edge error over a set's pictures."""
        return _mean(self.edges, group)

    def fringe(self, group: str) -> float | None:
        """Return the mean colour error over a set's pictures."""
        return _mean(self.fringes, group)


Error: TypeAlias = Callable[[Entry, str], float | None]
"""Of an entry on a set."""


def render(entries: Sequence[Entry], cores: int, repeats: int) -> str:
    """Return the page's text."""
    reference = next(each for each in entries if each.name == REFERENCE)
    groups = list(dict.fromkeys(_group(name) for name in reference.outcome.laps))
    edges = ""
    if reference.edges:
        edges = EDGES.format(
            edges=_errors(entries, reference, groups, Entry.edge),
            fringes=_errors(entries, reference, groups, Entry.fringe),
        )
    return PAGE.format(
        cpu=processor(),
        cores=cores,
        repeats=repeats,
        reference=REFERENCE,
        times="\n".join(_time_table(entries, reference, group) for group in groups),
        edges=edges,
    )


def write_plot(entries: Sequence[Entry], path: Path) -> None:
    """Plot the contenders that were measured on the first set; without sets, draw nothing."""
    reference = next(each for each in entries if each.name == REFERENCE)
    if not reference.edges:
        return
    group = _group(next(iter(reference.edges)))
    points = []
    for each in entries:
        across = _ratio(each.seconds(group), reference.seconds(group))
        up = _ratio(each.edge(group), reference.edge(group))
        if across is not None and up is not None:
            points.append(Point(each.name, across, up, each.name.startswith(OURS)))
    path.write_text(scatter(points, f"time, {group}", "error at the edges"))


def _group(name: str) -> str:
    """Return the set of a picture; each size of our own photo is a set."""
    return name if name.startswith("photo/") else name.partition("/")[0]


def _time_table(entries: Sequence[Entry], reference: Entry, group: str) -> str:
    lines = [f"| `{group}` | seconds | ratio | slowest | CPU seconds | peak |", RULE]
    for each in entries:
        seconds = each.seconds(group)
        ratio, peak = _ratio(seconds, reference.seconds(group)), each.outcome.peak / 1e6
        slowest, cpu = each.slowest(group), each.cpu(group)
        cells = [*map(_number, (seconds, ratio, slowest, cpu)), f"{peak:,.0f} MB"]
        lines.append(f"| {each.name} | {' | '.join(cells if seconds else [NONE] * 5)} |")
    return "\n".join([*lines, ""])


def _errors(entries: Sequence[Entry], reference: Entry, groups: Sequence[str], error: Error) -> str:
    """Return a table of the sets that have the measure."""
    groups = [group for group in groups if error(reference, group) is not None]
    lines = [
        f"| | {' | '.join(f'`{group}`' for group in groups)} |",
        "|---" * (len(groups) + 1) + "|",
    ]
    for each in entries:
        cells = []
        for group in groups:
            found = error(each, group)
            ratio = _ratio(found, error(reference, group))
            cells.append(NONE if found is None else f"{found:.4f} ({ratio:.2f})")
        lines.append(f"| {each.name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _mean(errors: Mapping[str, float], group: str) -> float | None:
    found = [error for name, error in errors.items() if _group(name) == group]
    return fmean(found) if found else None


def _ratio(value: float | None, reference: float | None) -> float | None:
    return value / reference if value is not None and reference else None


def _number(value: float | None) -> str:
    return NONE if value is None else f"{value:.2f}"
