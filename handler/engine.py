"""The rooms between a picture and its cut-out, without a server around them: what the command and
`handler.cut_out` stand on."""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf

from handler.compose.compose import compose
from handler.deadline import Deadline
from handler.decode.decode import decode
from handler.encode.png import encode_png
from handler.pictures import Alpha, Composition, Mode, Picture
from handler.refine.edges import EdgeRefiner
from handler.refine.refine import Sharpen, refine
from handler.segment.network import Network
from handler.settings import Model, Settings

LOCAL_MAX_SIDE = 8192
"""Pixels, unless `CUTOUT_MAX_SIDE` says otherwise: nobody's memory is at stake but one's own."""

ALL_THE_TIME = Deadline(inf)


@dataclass(frozen=True)
class Engine:
    """For several threads at once. No clock runs: what takes long has its time."""

    settings: Settings
    segment: Callable[[Picture], Alpha]
    sharpen: Sharpen | None = None

    def file(self, content: bytes, mode: Mode) -> bytes:
        """A JPEG or PNG file → the file of its cut-out; raises `PictureError`."""
        return encode_png(self.composition(decode(content, self.settings), mode))

    def composition(self, picture: Picture, mode: Mode) -> Composition:
        """What is to be encoded."""
        alpha = refine(self.segment(picture), picture, self.sharpen, ALL_THE_TIME)
        return compose(picture, alpha, mode)


def open_engine(model: Model | None = None, threads: int | None = None) -> Engine:
    """Loads the model; what isn't given is as in the environment. Raises `ModelError`."""
    settings = local_settings()
    network = Network(
        settings.model_dir / f"{model or settings.model}.onnx", threads or settings.network_threads
    )
    edges = EdgeRefiner(settings.model_dir, threads or settings.network_threads)
    network.wait()
    edges.wait()
    return Engine(settings, network, edges)


def local_settings() -> Settings:
    settings = Settings()
    if "max_side" in settings.model_fields_set:
        return settings
    return settings.model_copy(update={"max_side": LOCAL_MAX_SIDE})
