"""Make the masks of ours and of the peers, then measure them: ``make evaluate SETS=folder``."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from evaluation import arguments, log, report, table
from evaluation.comparison import write_pictures
from evaluation.contenders import PEERS, MaskError, prepare
from evaluation.samples import Sample, samples_in
from evaluation.score import Score
from evaluation.sheets import write_sheets
from evaluation.table import Scores

MEASURES = Path(".venv-measures/bin/python")


def main(given: Sequence[str] | None = None) -> None:
    """Write ``report.md``, ``pictures.csv`` and the sheets to `--out`, and add a row to the log.

    Masks that exist are kept, so that a changed network costs its own time alone: remove its folder
    to have them made again.
    """
    options = arguments.parse(given)
    samples = list(samples_in(options.sets))
    if not samples:
        sys.exit(f"{options.sets} has no pictures. Name a folder of sets, each with im/ and gt/.")
    try:
        contenders = prepare(samples, options.models, options.masks, options.out, options.packages)
    except MaskError as error:
        sys.exit(str(error))
    folders = contenders.folders
    scores = measure(options.sets, samples, folders, options.jobs, options.only)
    found = report.results(scores, PEERS)
    options.out.mkdir(parents=True, exist_ok=True)
    write_pictures(scores, PEERS, options.out / "pictures.csv")
    text = "\n".join([report.render(found, PEERS, contenders.notes), table.render(scores, PEERS)])
    (options.out / "report.md").write_text(text)
    print(text)
    for name, result in found.items():
        write_sheets(name, result.compared, folders, options.out / "sheets" / name)
    if options.log:
        row = log.log_row(found, options.sets, options.models, options.candidate)
        log.append(options.log, row)


def measure(
    sets: Path,
    samples: Sequence[Sample],
    folders: Mapping[str, Path],
    jobs: int,
    only: str | None,
) -> Scores:
    """Return every contender's scores, measured by `jobs` processes in `.venv-measures`."""
    python = sys.executable if only else str(MEASURES)
    command = [python, "-m", "evaluation.metrics", str(sets), *map(str, folders.values())]
    command += ["--jobs", str(jobs), *(["--only", only] if only else [])]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)  # noqa: S603
    found = json.loads(done.stdout)
    return {
        name: {s: Score(**found[str(folder)][s.name]) for s in samples}
        for name, folder in folders.items()
    }


if __name__ == "__main__":
    main()
