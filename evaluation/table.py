"""Scores by set, and ratios to the peer, in Markdown."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from statistics import fmean, geometric_mean
from typing import TypeAlias

from evaluation.samples import Sample
from evaluation.score import Score

Scores: TypeAlias = Mapping[str, Mapping[Sample, Score]]
"""By contender, and within by picture."""
HEADINGS = {
    "mae": "mean absolute error",
    "max_f": "max F",
    "weighted_f": "weighted F",
    "structure": "S-measure",
    "edge": "error at the edges of large pictures",
}


def render(scores: Scores, peers: Iterable[str]) -> str:
    """A table for each measure, and the ratios of the errors."""
    tables = [_measure(scores, measure) for measure in HEADINGS]
    return "\n".join([*tables, _ratios(scores, list(peers))])


def means(scores: Mapping[Sample, Score], measure: str) -> dict[str, float]:
    """Of each set that has the measure."""
    values: dict[str, list[float]] = {}
    for sample, score in scores.items():
        value = asdict(score)[measure]
        if value is not None:
            values.setdefault(sample.set, []).append(value)
    return {name: fmean(each) for name, each in values.items()}


def _measure(scores: Scores, measure: str) -> str:
    columns = {name: means(each, measure) for name, each in scores.items()}
    sets = sorted({name for column in columns.values() for name in column})
    lines = [f"## {HEADINGS[measure]}", "", _row(["set", *columns]), _rule(len(columns))]
    lines += [_row([name, *(f"{c[name]:.4f}" for c in columns.values())]) for name in sets]
    return "\n".join([*lines, ""])


def _ratios(scores: Scores, peers: list[str]) -> str:
    errors = {name: means(each, "mae") for name, each in scores.items()}
    counts: dict[str, int] = {}
    for sample in next(iter(scores.values())):
        counts[sample.set] = counts.get(sample.set, 0) + 1
    ours = [name for name in errors if name not in peers]
    lines = ["## error, ours / the better peer's on that set", ""]
    lines += [_row(["set", "pictures", *ours]), _rule(len(ours) + 1)]
    for name, count in counts.items():
        better = min(errors[peer][name] for peer in peers)
        lines.append(_row([name, str(count), *(f"{errors[o][name] / better:.2f}" for o in ours)]))
    for label, chosen in [*((peer, [peer]) for peer in peers), ("the better", peers)]:
        cells = [f"{_mean_ratio(errors, our, chosen):.3f}" for our in ours]
        lines.append(_row([f"geometric mean, to {label}", "", *cells]))
    return "\n".join([*lines, ""])


def _mean_ratio(errors: Mapping[str, dict[str, float]], our: str, peers: list[str]) -> float:
    return geometric_mean(
        [value / min(errors[peer][name] for peer in peers) for name, value in errors[our].items()]
    )


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _rule(columns: int) -> str:
    return "|---" + "|---:" * columns + "|"
