"""The stages of a picture without a server around them: what the command, the local server's
workers and `cutout.cut_out` stand on."""

from functools import partial
from math import inf
from typing import TYPE_CHECKING

from cutout.choices import Model
from cutout.settings import Settings
from cutout.timing import Deadline

if TYPE_CHECKING:
    from cutout.pipeline import Pipeline
    from cutout.work import PictureWork
    from cutout.workers.pool import Workers

LOCAL_MAX_SIDE = 8192
"""Pixels, unless `CUTOUT_MAX_SIDE` says otherwise: nobody's memory is at stake but one's own."""
LOCAL_PICTURE_SECONDS = 300.0
"""Unless `CUTOUT_PICTURE_SECONDS` says otherwise: the largest picture takes 10 s on a machine with
nothing else to do, and nobody waits at the end of a request."""
NO_HURRY = Deadline(inf)


def open_work(settings: Settings, threads: int) -> "PictureWork":
    """Load the networks, each with so many threads for a picture. Raises `ModelError`."""
    # here, since the parent of worker processes doesn't need them
    from cutout.refine.edges import EdgeRefiner  # noqa: PLC0415
    from cutout.segment.network import Network  # noqa: PLC0415

    network = Network(settings.model_dir, settings.model, threads)
    edges = EdgeRefiner(settings.model_dir, threads)

    from cutout.work import PictureWork  # noqa: PLC0415  # while the model is loaded

    network.wait()
    edges.wait()
    return PictureWork(settings, network, edges)


def open_workers(settings: Settings, count: int, threads: int) -> "Workers[PictureWork]":
    """Start `count` processes that load the networks, each with so many threads for its picture.
    `Workers.wait` raises `ModelError`."""
    from cutout.workers.pool import Workers  # noqa: PLC0415  # Lambda and the library have none

    return Workers(partial(open_work, settings, threads), count, settings.picture_seconds)


def open_pipeline(model: Model | None = None) -> "Pipeline":
    """A pipeline that works in this process, for several threads at once. What isn't given is as in
    the environment. Raises `ModelError`, or pydantic's `ValidationError` for the environment."""
    settings = local_settings(model)
    work = open_work(settings, settings.network_threads)

    from cutout.pipeline import Pipeline  # noqa: PLC0415

    return Pipeline(settings, work.segment, sharpen=work.sharpen)


def local_settings(model: Model | None = None) -> Settings:
    """Those of the environment, but for the clocks, which are for requests: what takes long has its
    time, so that a busy machine makes the same cut-outs as an idle one."""
    settings = Settings()
    changes: dict[str, object] = {"edge_seconds": inf}
    if "max_side" not in settings.model_fields_set:
        changes["max_side"] = LOCAL_MAX_SIDE
    if "picture_seconds" not in settings.model_fields_set:
        changes["picture_seconds"] = LOCAL_PICTURE_SECONDS
    if model is not None:
        changes["model"] = model
    return settings.model_copy(update=changes)
