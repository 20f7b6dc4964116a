"""Render the mean scores of each set, and their ratios to the peers', in Markdown."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from statistics import fmean, geometric_mean
from typing import TypeAlias

from evaluation.samples import Sample
from evaluation.score import Score

Scores: TypeAlias = Mapping[str, Mapping[Sample, Score]]
"""Scores by contender and picture."""

SMALL = 20
"""A set of fewer pictures says little by itself and is marked."""
FLOOR = 1e-6
"""A smaller mean error counts as this in a ratio, so that a set without errors has one."""
HEADINGS = {
    "mae": "mean absolute error",
    "undecided": "undecided area",
    "max_f": "max F",
    "weighted_f": "weighted F",
    "structure": "S-measure",
    "edge": "error at the edges of large pictures",
}


def render(scores: Scores, peers: Iterable[str]) -> str:
    """Return a table for each measure that was taken, and the ratios of the errors."""
    tables = [_measure(scores, measure) for measure in HEADINGS]
    return "\n".join([*filter(None, tables), _ratios(scores, list(peers))])


def means(scores: Mapping[Sample, Score], measure: str) -> dict[str, float]:
    """Return the mean of each set that has the measure."""
    return {name: fmean(each) for name, each in _values(scores, measure).items()}


def mean_ratio(ours: float, theirs: float) -> float:
    """Return a mean error as a multiple of another."""
    return max(ours, FLOOR) / max(theirs, FLOOR)


def set_name(name: str, pictures: int) -> str:
    """Return the name, marked if the set has fewer than 20 pictures."""
    return f"{name} †" if pictures < SMALL else name


def row(cells: Iterable[str]) -> str:
    """Return a table's row."""
    return f"| {' | '.join(cells)} |"


def rule(columns: int) -> str:
    """Return the line below a table's heading: a column of text, then `columns` of figures."""
    return "|---" + "|---:" * columns + "|"


def _values(scores: Mapping[Sample, Score], measure: str) -> dict[str, list[float]]:
    values: dict[str, list[float]] = {}
    for sample, score in scores.items():
        value = asdict(score)[measure]
        if value is not None:
            values.setdefault(sample.set, []).append(value)
    return values


def _measure(scores: Scores, measure: str) -> str:
    columns = {name: means(each, measure) for name, each in scores.items()}
    sizes = {n: len(each) for n, each in _values(next(iter(scores.values())), measure).items()}
    if not sizes:
        return ""
    lines = [f"## {HEADINGS[measure]}", "", row(["set", *columns]), rule(len(columns))]
    for name in sorted(sizes):
        cells = [f"{column[name]:.4f}" for column in columns.values()]
        lines.append(row([set_name(name, sizes[name]), *cells]))
    return "\n".join([*lines, ""])


def _ratios(scores: Scores, peers: list[str]) -> str:
    errors = {name: means(each, "mae") for name, each in scores.items()}
    sizes = {n: len(each) for n, each in _values(next(iter(scores.values())), "mae").items()}
    ours = [name for name in errors if name not in peers]
    lines = ["## error, ours / the better peer's on that set", ""]
    lines += [row(["set", "pictures", *ours]), rule(len(ours) + 1)]
    for name, count in sizes.items():
        cells = [f"{_ratio(errors, our, peers, name):.2f}" for our in ours]
        lines.append(row([set_name(name, count), str(count), *cells]))
    for label, chosen in [*((peer, [peer]) for peer in peers), ("the better", peers)]:
        cells = [
            f"{geometric_mean([_ratio(errors, our, chosen, name) for name in sizes]):.3f}"
            for our in ours
        ]
        lines.append(row([f"geometric mean, to {label}", "", *cells]))
    return "\n".join([*lines, ""])


def _ratio(errors: Mapping[str, dict[str, float]], our: str, peers: list[str], name: str) -> float:
    return mean_ratio(errors[our][name], min(errors[peer][name] for peer in peers))
