"""Cut out pictures in a program of one's own: ``from cutout import cut_out, Session``.

Importing this module loads neither numpy nor pydantic: the first call imports what works on
pictures, and the networks.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, Unpack, overload

from PIL import Image

from cutout.choices import Model
from cutout.engine import open_pipeline
from cutout.library.options import (
    AnyPicture,
    CutOutOptions,
    ModelName,
    build_options,
    choose,
    require_count,
)
from cutout.timing import NO_DEADLINE, Clock

if TYPE_CHECKING:
    from cutout.library.result import CutOut
    from cutout.options import Options
    from cutout.pictures import Picture, Pixels
    from cutout.pipeline import Pipeline

Returns: TypeAlias = Literal["image", "numpy", "alpha", "result"]
RETURNS: tuple[Returns, ...] = ("image", "numpy", "alpha", "result")
READ_AHEAD = 2

_sessions: "dict[Model | None, Session]" = {}
_lock = Lock()


class Session:
    """Hold the networks for many pictures: ``session = Session(model="fast", threads=2)``.

    `model` is `auto`, `best` or `fast`, and `threads` the number of processor threads for each
    picture; the defaults are the environment's (`CUTOUT_MODEL`, `CUTOUT_THREADS`). The networks are
    loaded here and stay in memory as long as the session. Threads may use a session at the same
    time.

    Raise `ValueError` or `TypeError` for an invalid argument, and
    `cutout.segment.model_file.ModelError` if the networks cannot be loaded.
    """

    def __init__(self, model: ModelName | Model | None = None, threads: int | None = None) -> None:
        chosen = None if model is None else choose(Model, model, "model")
        if threads is not None:
            require_count(threads, "threads")
        self._pipeline: Pipeline = open_pipeline(chosen, threads)

    @overload
    def cut_out(
        self,
        picture: AnyPicture,
        *,
        returns: Literal["image"] = "image",
        **options: Unpack[CutOutOptions],
    ) -> Image.Image: ...
    @overload
    def cut_out(
        self,
        picture: AnyPicture,
        *,
        returns: Literal["numpy", "alpha"],
        **options: Unpack[CutOutOptions],
    ) -> "Pixels": ...
    @overload
    def cut_out(
        self,
        picture: AnyPicture,
        *,
        returns: Literal["result"],
        **options: Unpack[CutOutOptions],
    ) -> "CutOut": ...
    def cut_out(
        self,
        picture: AnyPicture,
        *,
        returns: Returns = "image",
        **options: Unpack[CutOutOptions],
    ) -> "Image.Image | Pixels | CutOut":
        """Return the cut-out of a picture. See `cutout.cut_out`, which has the same options."""
        _require_returns(returns)
        built = build_options(options)
        return self._finished(self._decoded(picture, built), built, returns)

    def cut_out_all(
        self,
        pictures: Iterable[AnyPicture],
        *,
        returns: Returns = "image",
        errors: Literal["raise", "return"] = "raise",
        jobs: int = 1,
        read_ahead: int = READ_AHEAD,
        **options: Unpack[CutOutOptions],
    ) -> "Iterator[Any]":
        """Return an iterator over the cut-outs of many pictures, in their order.

        `jobs` pictures are in work at once, and up to `read_ahead` more are read and decoded
        meanwhile; `pictures` is asked for no more than these. A picture that fails ends the
        iteration with its error, or, with ``errors="return"``, its error stands in its place. The
        other options are those of `cutout.cut_out`.
        """
        _require_returns(returns)
        if errors not in ("raise", "return"):
            raise ValueError(f"errors must be 'raise' or 'return', not {errors!r}")
        require_count(jobs, "jobs")
        require_count(read_ahead, "read_ahead", least=0)
        built = build_options(options)

        def finish(decoded: "Future[Picture]") -> object:
            return self._finished(decoded.result(), built, returns)

        reads = (partial(self._decoded, each, built) for each in pictures)
        return self._in_order(reads, finish, jobs, read_ahead, is_strict=errors == "raise")

    def _in_order(
        self,
        reads: "Iterable[Callable[[], Picture]]",
        finish: "Callable[[Future[Picture]], object]",
        jobs: int,
        ahead: int,
        *,
        is_strict: bool,
    ) -> Iterator[Any]:
        waiting: deque[Future[object]] = deque()
        with ThreadPoolExecutor(1, "read") as reader, ThreadPoolExecutor(jobs, "cut out") as pool:
            try:
                for read in reads:
                    waiting.append(pool.submit(finish, reader.submit(read)))
                    if len(waiting) >= jobs + ahead:
                        yield _outcome(waiting.popleft(), is_strict=is_strict)
                while waiting:
                    yield _outcome(waiting.popleft(), is_strict=is_strict)
            finally:
                for each in waiting:
                    each.cancel()

    def _decoded(self, picture: AnyPicture, options: "Options") -> "Picture":
        from cutout.library.inputs import decode_any  # noqa: PLC0415  # imports numpy

        return decode_any(picture, self._pipeline.settings, options.early_bound)

    def _finished(
        self, picture: "Picture", options: "Options", returns: Returns
    ) -> "Image.Image | Pixels | CutOut":
        from cutout.library.result import finish  # noqa: PLC0415  # imports numpy

        return finish(self._pipeline.work, picture, options, returns, Clock(NO_DEADLINE))


@overload
def cut_out(
    picture: AnyPicture,
    *,
    returns: Literal["image"] = "image",
    model: ModelName | Model | None = None,
    **options: Unpack[CutOutOptions],
) -> Image.Image: ...
@overload
def cut_out(
    picture: AnyPicture,
    *,
    returns: Literal["numpy", "alpha"],
    model: ModelName | Model | None = None,
    **options: Unpack[CutOutOptions],
) -> "Pixels": ...
@overload
def cut_out(
    picture: AnyPicture,
    *,
    returns: Literal["result"],
    model: ModelName | Model | None = None,
    **options: Unpack[CutOutOptions],
) -> "CutOut": ...
def cut_out(
    picture: AnyPicture,
    *,
    returns: Returns = "image",
    model: ModelName | Model | None = None,
    **options: Unpack[CutOutOptions],
) -> "Image.Image | Pixels | CutOut":
    """Return the object of a picture, upright.

    It is in mode RGBA, in RGB on an opaque background, or a mask in mode L. `picture` is a
    path, the bytes of a file, a binary file object, a Pillow image, or a numpy array of uint8
    or uint16 with the shape (height, width), (height, width, 3) for RGB or (height, width, 4)
    for RGBA. Files are JPEG, PNG or WebP. URLs are not downloaded.

    `returns` is `image` for a Pillow image, `numpy` for its pixels (uint8), `alpha` for the alpha
    alone (uint8, height by width), or `result` for a `CutOut` with alpha, foreground, objects and
    doubt. `model` is `auto`, `best` or `fast`.

    The options are those of the API:

    - `mode`: `fg-image`, `fg-image-shadow` or `fg-mask`;
    - `background`: a colour such as `white` or `#ffcc00`, or a picture of any kind above;
    - `crop`: the margin around the object, `0`, `30px` or `10%`; None keeps the whole picture;
    - `margin`: crops as well, with 1, 2 or 4 of `30px` or `10%` that may exceed the picture;
    - `roi`: the region that the foreground lies in, such as `10% 10% 90% 90%`;
    - `width` and `height` in pixels, 1..4096, and `ratio`, such as `4:5`: the canvas;
    - `scale`: the share of the canvas for the objects, `10%` to `100%`, or `original`;
    - `position`: `center`, `original`, or `50% 90%` of the free space;
    - `preset`: `square`, `amazon`, `ebay` or `shopify`, white canvases of marketplaces;
    - `max_side` in pixels and `max_megapixels`: scale the result down;
    - `shadow_opacity` and `shadow_softness`, 0..1, and `shadow_angle`, -75..75 degrees.

    The networks are loaded at the first call and stay in memory; a `Session` gives control of that.
    Threads may call this function at the same time.

    Raise `cutout.errors.PictureError` for a file that is not a JPEG, PNG or WebP or cannot be
    decoded, `OSError` if it cannot be read, `TypeError` or `ValueError` for an invalid
    argument, and `cutout.segment.model_file.ModelError` if the networks cannot be loaded.
    """
    _require_returns(returns)
    build_options(options)  # an invalid one is told before networks are loaded
    session = _session(None if model is None else choose(Model, model, "model"))
    return session.cut_out(picture, returns=returns, **options)


def _session(model: Model | None) -> Session:
    """Return the session of a model, which is loaded once."""
    with _lock:
        if model not in _sessions:
            _sessions[model] = Session(model)
        return _sessions[model]


def _require_returns(returns: object) -> None:
    if returns not in RETURNS:
        allowed = ", ".join(map(repr, RETURNS))
        raise ValueError(f"returns must be one of {allowed}, not {returns!r}")


def _outcome(future: "Future[object]", *, is_strict: bool) -> object:
    """Return the result, or raise its error, or return that unless `is_strict`."""
    error = None if is_strict else future.exception()
    return future.result() if error is None else error
