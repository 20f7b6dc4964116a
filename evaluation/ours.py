"""Our masks, through the pipeline's own door."""

from collections.abc import Iterable
from pathlib import Path

from evaluation.samples import Sample
from handler.choices import Mode
from handler.deadline import Deadline
from handler.options import Options
from handler.pipeline import Pipeline
from handler.refine.edges import EdgeRefiner
from handler.segment.network import Network
from handler.settings import Model, Settings
from handler.source import Source

PATIENCE = 600.0
MAX_SIDE = 8192
"""Some evaluation pictures are longer than what the service takes."""


def write_masks(samples: Iterable[Sample], model: Model, folder: Path) -> None:
    """``SET/NAME.png`` for each picture."""
    settings = Settings(model=model, max_side=MAX_SIDE)
    network = Network(settings.model_path, settings.network_threads)
    edges = EdgeRefiner(settings.model_dir, settings.network_threads)
    pipeline = Pipeline(settings, network, sharpen=edges)
    for sample in samples:
        target = folder / f"{sample.name}.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(_mask(pipeline, sample))


def _mask(pipeline: Pipeline, sample: Sample) -> bytes:
    source = Source(sample.picture.read_bytes(), sample.picture.name)
    return pipeline.cut_out(source, Options(Mode.FG_MASK), Deadline.after(PATIENCE))
