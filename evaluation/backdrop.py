"""Measure the correction by plain backdrops: ``python -m evaluation.backdrop FOLDER``.

The folder holds sets. Each picture is cut out with and without the correction, from one run of the
networks.
"""

import sys
from dataclasses import dataclass
from math import inf
from pathlib import Path
from statistics import fmean, median
from time import perf_counter

import numpy as np

from cutout.backdrop.correction import find_correction
from cutout.decode.decode import decode
from cutout.engine import local_settings, open_work
from cutout.refine.refine import refine, stretch_levels, with_hair
from cutout.timing import Deadline
from cutout.work import PictureWork
from evaluation.samples import Mask, Sample, samples_in

CLEAR = 0.02
"""Difference of the error from which it is visible."""
DISASTER = 0.1
HEAD = "| set | pictures | changed | mean error | median | better | worse | over 0.1 | ms |"


@dataclass(frozen=True)
class Outcome:
    """Hold a picture's mean absolute errors, 0..1, and milliseconds to settle it.

    `changed` says whether any pixel of the alpha differs.
    """

    name: str
    before: float
    after: float
    changed: bool
    milliseconds: float


def measure(sample: Sample, work: PictureWork) -> Outcome:
    """Cut out one picture twice."""
    picture = decode(sample.picture.read_bytes(), work.settings)
    coarse, truth = work.segment(picture), sample.truth()
    until = Deadline(inf)
    start = perf_counter()
    correction = find_correction(stretch_levels(coarse), picture.flattened)
    spent = (perf_counter() - start) * 1000
    without, with_it = (
        with_hair(refine(coarse, picture, work.sharpen, until, by_backdrop=each), picture, until)
        for each in (False, True)
    )
    changed = not np.array_equal(without, with_it)
    if changed and correction is None:
        raise RuntimeError(f"{sample.name} changes without a correction")
    return Outcome(sample.name, _error(without, truth), _error(with_it, truth), changed, spent)


def _error(mask: Mask, truth: Mask) -> float:
    return float(np.abs(mask.astype(np.int16) - truth).mean()) / 255


def row(name: str, found: list[Outcome]) -> str:
    """Return a set's line of the table."""
    gains = [each.before - each.after for each in found]
    before, after = [each.before for each in found], [each.after for each in found]
    return (
        f"| `{name}` | {len(found)} | {sum(each.changed for each in found)} "
        f"| {fmean(before):.4f} → {fmean(after):.4f} | {median(before):.4f} → {median(after):.4f} "
        f"| {sum(gain > CLEAR for gain in gains)} | {sum(gain < -CLEAR for gain in gains)} "
        f"| {sum(e > DISASTER for e in before)} → {sum(e > DISASTER for e in after)} "
        f"| {median(each.milliseconds for each in found):.0f} |"
    )


def main() -> None:
    """Print a line for each set, then the pictures that change, and those worse by 0.005."""
    settings = local_settings()
    work = open_work(settings, settings.network_threads)
    sets: dict[str, list[Outcome]] = {}
    for sample in samples_in(Path(sys.argv[1])):
        sets.setdefault(sample.set, []).append(measure(sample, work))
    print(HEAD, "|---|" + "---:|" * 8, sep="\n")
    for name, found in sets.items():
        print(row(name, found))
    for each in (each for found in sets.values() for each in found if each.changed):
        print(f"changed: {each.name} {each.before:.4f} → {each.after:.4f}")
    worse = [each for found in sets.values() for each in found if each.after > each.before + 0.005]
    for each in sorted(worse, key=lambda each: each.before - each.after):
        print(f"worse: {each.name} {each.before:.4f} → {each.after:.4f}")


if __name__ == "__main__":
    main()
