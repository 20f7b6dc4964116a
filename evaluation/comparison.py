"""Compare a contender, picture by picture, with the better of the peers on that picture."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evaluation.samples import Sample
from evaluation.score import Score
from evaluation.table import Scores

TIE = 0.0005
"""Errors no further apart are a tie."""
CLEAR = 0.02
"""An error further above the better peer's is a clear loss: one that is visible."""
DISASTER = 0.1
"""A larger error is a disaster: a cut-out that nobody can use."""
DECIMALS = 9
"""Differences are rounded, so that one of exactly 0.0005 is a tie whatever the binary rest."""


@dataclass(frozen=True)
class Comparison:
    """Compare one contender and the better peer on one picture."""

    sample: Sample
    ours: Score
    peer: str
    theirs: Score

    @property
    def excess(self) -> float:
        """Return our error less the better peer's; negative where ours is smaller."""
        return round(self.ours.mae - self.theirs.mae, DECIMALS)

    @property
    def ratio(self) -> float:
        """Return our error as a multiple of the better peer's.

        Errors below 0.0005 count as that: nobody sees the difference, and a mean of ratios must
        not depend on it.
        """
        return max(self.ours.mae, TIE) / max(self.theirs.mae, TIE)

    @property
    def is_win(self) -> bool:
        """Return whether our error is smaller by more than a tie."""
        return self.excess < -TIE

    @property
    def is_tie(self) -> bool:
        """Return whether the errors are within 0.0005 of each other."""
        return abs(self.excess) <= TIE

    @property
    def is_clear_loss(self) -> bool:
        """Return whether our error is more than 0.02 above the better peer's."""
        return self.excess > CLEAR


def is_disaster(score: Score) -> bool:
    """Return whether the error is over 0.1."""
    return score.mae > DISASTER


def compare(scores: Scores, contender: str, peers: Sequence[str]) -> list[Comparison]:
    """Return a comparison for each picture, in the order of `scores`."""
    compared = []
    for sample, ours in scores[contender].items():
        peer = _better(scores, sample, peers)
        compared.append(Comparison(sample, ours, peer, scores[peer][sample]))
    return compared


def write_pictures(scores: Scores, peers: Sequence[str], path: Path) -> None:
    """Write a CSV file with a row for each picture.

    Columns are set, name, every contender's error, the better peer and its error, and every
    contender's undecided area.
    """
    first: Mapping[Sample, Score] = next(iter(scores.values()))
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        errors = [f"error {name}" for name in scores]
        undecided = [f"undecided {name}" for name in scores]
        writer.writerow(["set", "name", *errors, "better peer", "error better peer", *undecided])
        for sample in first:
            peer = _better(scores, sample, peers)
            row = [f"{each[sample].mae:.6f}" for each in scores.values()]
            row += [peer, f"{scores[peer][sample].mae:.6f}"]
            row += [f"{each[sample].undecided:.6f}" for each in scores.values()]
            writer.writerow([sample.set, sample.picture.stem, *row])


def _better(scores: Scores, sample: Sample, peers: Sequence[str]) -> str:
    """Return the peer with the smaller error, the first of equals."""
    return min(peers, key=lambda name: scores[name][sample].mae)
