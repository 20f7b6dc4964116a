"""Sum up comparisons: means, medians, wins, ties, clear losses, disasters, undecided area."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median

from evaluation.comparison import Comparison, is_disaster
from evaluation.table import mean_ratio


@dataclass(frozen=True)
class Figures:
    """Sum up a contender's comparison with the better peer, over a set or over all pictures."""

    pictures: int
    mean: float
    median: float
    peer_mean: float
    peer_median: float
    ratio_of_means: float
    mean_ratio: float
    median_ratio: float
    wins: int
    ties: int
    clear_losses: int
    disasters: int
    peer_disasters: int
    undecided: float
    """Mean share of a picture, 0..1."""
    peer_undecided: float


def summarize(compared: Sequence[Comparison]) -> Figures:
    """Return the figures over these pictures, at least one."""
    ours, theirs = [each.ours.mae for each in compared], [each.theirs.mae for each in compared]
    ratios = [each.ratio for each in compared]
    return Figures(
        pictures=len(compared),
        mean=fmean(ours),
        median=median(ours),
        peer_mean=fmean(theirs),
        peer_median=median(theirs),
        ratio_of_means=mean_ratio(fmean(ours), fmean(theirs)),
        mean_ratio=fmean(ratios),
        median_ratio=median(ratios),
        wins=sum(each.is_win for each in compared),
        ties=sum(each.is_tie for each in compared),
        clear_losses=sum(each.is_clear_loss for each in compared),
        disasters=sum(is_disaster(each.ours) for each in compared),
        peer_disasters=sum(is_disaster(each.theirs) for each in compared),
        undecided=fmean(each.ours.undecided for each in compared),
        peer_undecided=fmean(each.theirs.undecided for each in compared),
    )


def by_set(compared: Sequence[Comparison]) -> dict[str, list[Comparison]]:
    """Group comparisons by set, in the order of their first pictures."""
    groups: dict[str, list[Comparison]] = {}
    for each in compared:
        groups.setdefault(each.sample.set, []).append(each)
    return groups
