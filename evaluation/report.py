"""Render the comparison of each contender with the better peer on each picture, in Markdown."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from evaluation.comparison import Comparison, compare
from evaluation.figures import Figures, by_set, summarize
from evaluation.geometric import Estimate, Geometric, geometric_means
from evaluation.table import Scores, row, rule, set_name

EXPLANATION = """\
Each contender is compared with the better of the peers on each single picture:
{peers}. Errors are mean absolute errors of the alpha, 0..1.

- wins: pictures on which the error is smaller by more than 0.0005. Ties (within 0.0005) are counted
  apart and are no wins.
- clear losses: the error is more than 0.02 above the better peer's.
- disasters: the error is over 0.1.
- undecided: the share of all pixels that have an alpha between 0.1 and 0.9 and lie further than 4
  pixels (at 1024 on the longest side, in proportion elsewhere, at least 1) from every true edge and
  from every pixel whose true alpha is between 0.1 and 0.9; mean over pictures.
- mean, median ratio: of the ratios picture by picture; errors below 0.0005 count as 0.0005.
- geometric mean: over sets, of the ratio of mean errors; per picture: to the mean error of the
  better peer on each picture; per set: to the peer that is better on the set. In brackets: 95 %
  bootstrap interval, sets and their pictures resampled.
- †: a set of fewer than 20 pictures, which says little by itself.
"""
HEADLINE = (
    *("geometric mean per picture", "per set", "wins", "ties"),
    *("clear losses", "disasters", "undecided"),
)
BY_SET = (
    *("pictures", "mean", "peer's", "ratio", "median", "peer's", "mean ratio", "median ratio"),
    *("wins", "ties", "clear losses", "disasters", "peer's", "undecided", "peer's"),
)


@dataclass(frozen=True)
class Result:
    """Hold a contender's comparison with the better peer, picture by picture and over all."""

    compared: Sequence[Comparison]
    overall: Figures
    geometric: Geometric


Results: TypeAlias = Mapping[str, Result]
"""Results by contender, the peers left out."""


def results(scores: Scores, peers: Sequence[str]) -> Results:
    """Compare every contender that is not a peer."""
    ours = [name for name in scores if name not in peers]
    geometric = geometric_means(scores, ours, peers)
    compared = {name: compare(scores, name, peers) for name in ours}
    return {
        name: Result(compared[name], summarize(compared[name]), geometric[name]) for name in ours
    }


def render(found: Results, peers: Sequence[str], notes: Iterable[str]) -> str:
    """Return the explanation, the headline figures, and a table by set for each contender."""
    lines = ["# Beside the better peer on each picture", ""]
    lines += [f"**{note}**\n" for note in notes]
    lines += [EXPLANATION.format(peers=", ".join(peers)), headline(found)]
    lines += [_by_set(name, result.compared) for name, result in found.items()]
    return "\n".join(lines)


def headline(found: Results) -> str:
    """Return a row for each contender and one for the better peer."""
    lines = [row(["", *HEADLINE]), rule(len(HEADLINE))]
    lines += [_headline_row(name, result) for name, result in found.items()]
    overall = next(iter(found.values())).overall
    disasters, undecided = share(overall.peer_disasters, overall), percent(overall.peer_undecided)
    lines.append(row(["better peer", *[""] * 5, disasters, undecided]))
    return "\n".join([*lines, ""])


def interval(estimate: Estimate) -> str:
    """Return ``0.690 (0.601 to 0.803)``."""
    return f"{estimate.value:.3f} ({estimate.low:.3f} to {estimate.high:.3f})"


def share(count: int, figures: Figures) -> str:
    """Return ``12 (4.7 %)``, of the pictures."""
    return f"{count} ({100 * count / figures.pictures:.1f} %)"


def percent(value: float) -> str:
    """Return ``0.47 %``."""
    return f"{100 * value:.2f} %"


def _headline_row(name: str, result: Result) -> str:
    overall, geometric = result.overall, result.geometric
    means = [interval(geometric.to_picture), interval(geometric.to_set)]
    counts = (overall.wins, overall.ties, overall.clear_losses, overall.disasters)
    cells = [share(count, overall) for count in counts]
    return row([name, *means, *cells, percent(overall.undecided)])


def _by_set(name: str, compared: Sequence[Comparison]) -> str:
    lines = [f"## {name}", "", row(["set", *BY_SET]), rule(len(BY_SET))]
    for each, pictures in by_set(compared).items():
        lines.append(_figures_row(set_name(each, len(pictures)), summarize(pictures)))
    lines.append(_figures_row("all pictures", summarize(compared)))
    return "\n".join([*lines, ""])


def _figures_row(label: str, figures: Figures) -> str:
    f = figures
    means = [f"{f.mean:.4f}", f"{f.peer_mean:.4f}", f"{f.ratio_of_means:.2f}"]
    medians = [f"{f.median:.4f}", f"{f.peer_median:.4f}"]
    ratios = [f"{f.mean_ratio:.2f}", f"{f.median_ratio:.2f}"]
    shares = [f"{100 * count / f.pictures:.0f} %" for count in (f.wins, f.ties)]
    counts = [str(count) for count in (f.clear_losses, f.disasters, f.peer_disasters)]
    undecided = [percent(f.undecided), percent(f.peer_undecided)]
    return row([label, str(f.pictures), *means, *medians, *ratios, *shares, *counts, *undecided])
