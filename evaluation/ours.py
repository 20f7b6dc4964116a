"""Make our masks with the pipeline."""

from collections.abc import Iterable
from pathlib import Path

from cutout.choices import Mode, Model
from cutout.engine import open_pipeline
from cutout.options import Options, Source
from cutout.timing import NO_DEADLINE, Clock
from evaluation.samples import Sample


def write_masks(samples: Iterable[Sample], model: Model, folder: Path) -> None:
    """Write ``SET/NAME.png`` for each picture, with no time limit: a busy machine makes the same
    masks as an idle one."""
    pipeline = open_pipeline(model)
    for sample in samples:
        target = folder / f"{sample.name}.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        source = Source(sample.picture.read_bytes(), sample.picture.name)
        target.write_bytes(pipeline.cut_out(source, Options(Mode.FG_MASK), Clock(NO_DEADLINE)))
