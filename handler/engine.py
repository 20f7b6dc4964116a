"""The pipeline without a server around it: what the command and `handler.cut_out` stand on."""

from math import inf
from typing import TYPE_CHECKING

from handler.deadline import Deadline
from handler.refine.edges import EdgeRefiner
from handler.segment.network import Network
from handler.settings import Model, Settings

if TYPE_CHECKING:
    from handler.pipeline import Pipeline

LOCAL_MAX_SIDE = 8192
"""Pixels, unless `CUTOUT_MAX_SIDE` says otherwise: nobody's memory is at stake but one's own."""
NO_HURRY = Deadline(inf)


def open_pipeline(model: Model | None = None, threads: int | None = None) -> "Pipeline":
    """For several threads at once, each with so many for its picture. What isn't given is as in
    the environment. Raises `ModelError`, or pydantic's `ValidationError` for the environment."""
    settings = local_settings()
    if model is not None:
        settings = settings.model_copy(update={"model": model})
    wanted = settings.network_threads if threads is None else threads
    network = Network(settings.model_path, wanted)
    edges = EdgeRefiner(settings.model_dir, wanted)

    from handler.pipeline import Pipeline  # noqa: PLC0415  # while the model is loaded

    network.wait()
    edges.wait()
    return Pipeline(settings, network, sharpen=edges)


def local_settings() -> Settings:
    """Those of the environment, but for the clocks, which are for requests: what takes long has its
    time, so that a busy machine makes the same cut-outs as an idle one."""
    settings = Settings()
    changes: dict[str, float] = {"edge_seconds": inf}
    if "max_side" not in settings.model_fields_set:
        changes["max_side"] = LOCAL_MAX_SIDE
    return settings.model_copy(update=changes)
