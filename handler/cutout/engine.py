"""Load the networks, for the Lambda entries, the local server, the command and the library.

Importing this module is cheap: its functions import what they need.
"""

from functools import cache, partial
from io import BytesIO
from math import inf
from typing import TYPE_CHECKING

from cutout.choices import Model

if TYPE_CHECKING:
    from cutout.pictures import Alpha, Picture
    from cutout.pipeline import Pipeline
    from cutout.refine.edges import EdgeRefiner
    from cutout.refine.refine import Sharpen
    from cutout.settings import Settings
    from cutout.storage.storage import Storage
    from cutout.timing import Deadline
    from cutout.work import PictureWork
    from cutout.workers.pool import Workers

LOCAL_MAX_SIDE = 8192
"""Pixels, unless `CUTOUT_MAX_SIDE` is set: a local run only risks its own user's memory."""
LOCAL_PICTURE_SECONDS = 300.0
"""Seconds, unless `CUTOUT_PICTURE_SECONDS` is set: the largest picture takes 10 s on an idle
machine, and no client waits for it."""
DRAWING_SIDE = 1280
"""Pixels: more than the networks' square, so that the edges are refined."""


class Networks:
    """Load the networks and the edge refiner on other threads, from construction on.

    Meanwhile the caller can import what uses them; on a cold start that is the web framework. Each
    picture has `threads` threads.
    """

    def __init__(self, settings: "Settings", threads: int | None = None) -> None:
        # not at the top, since the parent of worker processes doesn't need them
        from cutout.refine.edges import EdgeRefiner  # noqa: PLC0415
        from cutout.segment.network import Network  # noqa: PLC0415

        count = settings.network_threads if threads is None else threads
        self.settings = settings
        self._network = Network(settings.model_dir, settings.model, count)
        self._edges = EdgeRefiner(settings.model_dir, count)

    def wait(self) -> None:
        """Return when the first picture can be processed; raise `ModelError` if none ever can."""
        self._network.wait()
        self._edges.wait()

    def warm_up(self) -> None:
        """Process a drawn picture, with all networks, before Lambda takes a snapshot of them.

        It is larger than the networks' square, so that its edges are refined too.
        """
        self._network.warm_up()
        process_a_drawing(self.pipeline())

    def pipeline(self, storage: "Storage | None" = None) -> "Pipeline":
        """Return a pipeline that processes pictures in this process. It may still be loading."""
        from cutout.pipeline import Pipeline  # noqa: PLC0415  # while the networks load

        return Pipeline(self.settings, self._network, storage, self._edges)


def process_a_drawing(pipeline: "Pipeline") -> None:
    """Cut a drawn disc out of a plain background. Raise `PictureError`."""
    from PIL import Image, ImageDraw  # noqa: PLC0415  # only for snapshots

    from cutout.options import Options, Source  # noqa: PLC0415
    from cutout.timing import Clock, Deadline  # noqa: PLC0415

    picture = Image.new("RGB", (DRAWING_SIDE, DRAWING_SIDE), "white")
    disc = (DRAWING_SIDE // 4, DRAWING_SIDE // 4, DRAWING_SIDE * 3 // 4, DRAWING_SIDE * 3 // 4)
    ImageDraw.Draw(picture).ellipse(disc, "teal")
    file = BytesIO()
    picture.save(file, "JPEG")
    pipeline.cut_out(Source(file.getvalue(), "disc.jpg"), Options(), Clock(Deadline(inf)))


def open_work(settings: "Settings", threads: int) -> "PictureWork":
    """Return the steps of a picture with loaded networks. Raise `ModelError`."""
    networks = Networks(settings, threads)
    work = networks.pipeline().work
    networks.wait()
    return work


def open_mask_work(settings: "Settings", threads: int) -> "PictureWork":
    """Return the steps of a picture that comes with a mask: no network is loaded for it.

    Only a mask smaller than its picture loads the edge refiner, which may raise `ModelError`.
    """
    from cutout.work import PictureWork  # noqa: PLC0415  # imports numpy

    return PictureWork(settings, no_networks, _late_edges(settings, threads))


def open_workers(
    settings: "Settings", count: int, threads: int, *, masked: bool = False
) -> "Workers[PictureWork]":
    """Start `count` processes that load the networks and use `threads` threads for each picture.

    If all pictures are `masked`, no networks are loaded. `Workers.wait` raises `ModelError`.
    """
    from cutout.workers.pool import Workers  # noqa: PLC0415  # Lambda and the library have none

    build = open_mask_work if masked else open_work
    return Workers(partial(build, settings, threads), count, settings.picture_seconds)


def open_pipeline(model: Model | None = None, threads: int | None = None) -> "Pipeline":
    """Return a pipeline with `local_settings` and loaded networks, for any number of threads.

    The networks use `threads` threads for each picture. Raise `ModelError`, or pydantic's
    `ValidationError` for a bad environment.
    """
    networks = Networks(local_settings(model), threads)
    pipeline = networks.pipeline()
    networks.wait()
    return pipeline


def open_mask_pipeline() -> "Pipeline":
    """Return a pipeline with `local_settings` for pictures that come with a mask.

    Raise pydantic's `ValidationError` for a bad environment.
    """
    from cutout.pipeline import Pipeline  # noqa: PLC0415  # imports numpy

    work = open_mask_work(settings := local_settings(), settings.network_threads)
    return Pipeline(settings, work.segment, sharpen=work.sharpen)


def no_networks(_picture: "Picture") -> "Alpha":
    """Raise `RuntimeError`: this takes the place of networks where none is ever used."""
    raise RuntimeError("no networks are loaded: a mask was promised for each picture")


def _late_edges(settings: "Settings", threads: int) -> "Sharpen":
    """Return an edge refiner that is loaded when it is first used."""

    @cache
    def refiner() -> "EdgeRefiner":
        from cutout.refine.edges import EdgeRefiner  # noqa: PLC0415

        return EdgeRefiner(settings.model_dir, threads)

    def sharpen(
        picture: "Picture", coarse: "Alpha", enlarged: "Alpha", deadline: "Deadline"
    ) -> "Alpha":
        return refiner()(picture, coarse, enlarged, deadline)

    return sharpen


def local_settings(model: Model | None = None) -> "Settings":
    """Return the environment's settings without the time limits of requests.

    Without them, a busy machine makes the same cut-outs as an idle one.
    """
    from cutout.settings import Settings  # noqa: PLC0415  # pydantic is slow to import

    settings = Settings()
    changes: dict[str, object] = {"edge_seconds": inf}
    if "max_side" not in settings.model_fields_set:
        changes["max_side"] = LOCAL_MAX_SIDE
    if "picture_seconds" not in settings.model_fields_set:
        changes["picture_seconds"] = LOCAL_PICTURE_SECONDS
    if model is not None:
        changes["model"] = model
    return settings.model_copy(update=changes)
