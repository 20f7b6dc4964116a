"""Render the comparison as the part `peers` of `docs/performance.md`, and as a plot."""

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

PART = """`make bench-peers SETS=folder` measures this, here on {cpu}, each program alone on
{cores} of its cores, warm. Seconds run from the file to the PNG (ours: to the JSON), with the
ratio to {reference} in brackets, as medians of {repeats} runs of the grainy `photo` or over a set's
pictures. Ours keeps freed memory, as on Lambda. @imgly runs its own fp16 ISNet ("medium") with
sharp 0.33.

{times}

{edges}
![Time and error at the edges, as ratios to {reference}'s](performance.svg)"""

EDGES = """The next table shows the alpha's mean absolute error within 24 pixels of the true *edge*,
and that of the *colours* at soft edges, on black and on white, against colours by pymatting's
multilevel method with the true alpha:

{errors}
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

    def edge(self, group: str) -> float | None:
        """Return the mean error at the edges over a set's pictures."""
        return _mean(self.edges, group)

    def fringe(self, group: str) -> float | None:
        """Return the mean error of the colours over a set's pictures."""
        return _mean(self.fringes, group)


Measure: TypeAlias = Callable[[Entry, str], float | None]
"""Measures an entry on a set."""


def render(entries: Sequence[Entry], cores: int, repeats: int) -> str:
    """Return the part as Markdown."""
    reference = next(each for each in entries if each.name == REFERENCE)
    groups = list(dict.fromkeys(_group(name) for name in reference.outcome.laps))
    edges = ""
    if reference.edges:
        edges = EDGES.format(errors=_error_table(entries, reference, groups))
    return PART.format(
        cpu=processor(),
        cores=cores,
        repeats=repeats,
        reference=REFERENCE,
        times=_time_table(entries, reference, groups),
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


def _time_table(entries: Sequence[Entry], reference: Entry, groups: Sequence[str]) -> str:
    """Return seconds by set, with each entry's peak memory in a last column."""
    lines = _table(entries, reference, groups, Entry.seconds, digits=2).splitlines()
    peaks = ["peak MB", "---:", *(f"{each.outcome.peak / 1e6:,.0f}" for each in entries)]
    return "\n".join(f"{line} {peak} |" for line, peak in zip(lines, peaks, strict=True))


def _error_table(entries: Sequence[Entry], reference: Entry, groups: Sequence[str]) -> str:
    """Return the errors at the edges, and beside them those of the colours, if measured."""
    edges = _titled(_table(entries, reference, groups, Entry.edge), "edge")
    if not reference.fringes:
        return edges
    colours = _titled(_table(entries, reference, groups, Entry.fringe), "colours")
    pairs = zip(edges.splitlines(), colours.splitlines(), strict=True)
    return "\n".join(edge + colour.split("|", 2)[2] for edge, colour in pairs)


def _titled(table: str, title: str) -> str:
    """Put a title before the name of each set in a table's first line."""
    head, _, rows = table.partition("\n")
    return f"{head.replace('| `', f'| {title}, `')}\n{rows}"


def _table(
    entries: Sequence[Entry],
    reference: Entry,
    groups: Sequence[str],
    measure: Measure,
    digits: int = 4,
) -> str:
    """Return each entry's measure, and its ratio to the reference's, on the sets that have it."""
    groups = [group for group in groups if measure(reference, group) is not None]
    lines = [
        f"| | {' | '.join(f'`{group}`' for group in groups)} |",
        f"|---|{'---:|' * len(groups)}",
    ]
    for each in entries:
        cells = []
        for group in groups:
            found = measure(each, group)
            ratio = _ratio(found, measure(reference, group))
            cells.append(NONE if found is None else f"{found:.{digits}f} ({ratio:.2f})")
        lines.append(f"| {each.name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _mean(errors: Mapping[str, float], group: str) -> float | None:
    found = [error for name, error in errors.items() if _group(name) == group]
    return fmean(found) if found else None


def _ratio(value: float | None, reference: float | None) -> float | None:
    return value / reference if value is not None and reference else None
