"""Cut out pictures from Python: ``from cutout import cut_out, Session``.

Importing this module loads neither numpy nor pydantic: the first call imports what works on
pictures, and the networks.
"""

from collections.abc import Iterable, Iterator
from functools import cache, partial
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, Unpack, overload

from PIL import Image

from cutout.choices import Model
from cutout.engine import local_settings, open_mask_pipeline, open_pipeline
from cutout.library.many import in_order, require_many
from cutout.library.options import (
    AnyMask,
    AnyPicture,
    CutOutOptions,
    ModelName,
    build_options,
    choose,
    require_count,
)
from cutout.timing import NO_DEADLINE, Clock

if TYPE_CHECKING:
    from concurrent.futures import Future

    from cutout.library.result import CutOut
    from cutout.options import Options
    from cutout.pictures import Alpha, Picture, Pixels
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
        count = None if threads is None else require_count(threads, "threads")
        self._pipeline: Pipeline = open_pipeline(chosen, count)

    @overload
    def cut_out(
        self,
        picture: AnyPicture,
        *,
        mask: AnyMask | None = None,
        returns: Literal["image"] = "image",
        **options: Unpack[CutOutOptions],
    ) -> Image.Image: ...
    @overload
    def cut_out(
        self,
        picture: AnyPicture,
        *,
        mask: AnyMask | None = None,
        returns: Literal["numpy", "alpha"],
        **options: Unpack[CutOutOptions],
    ) -> "Pixels": ...
    @overload
    def cut_out(
        self,
        picture: AnyPicture,
        *,
        mask: AnyMask | None = None,
        returns: Literal["result"],
        **options: Unpack[CutOutOptions],
    ) -> "CutOut": ...
    def cut_out(
        self,
        picture: AnyPicture,
        *,
        mask: AnyMask | None = None,
        returns: Returns = "image",
        **options: Unpack[CutOutOptions],
    ) -> "Image.Image | Pixels | CutOut":
        """Return the cut-out of a picture. See `cutout.cut_out`, which has the same options."""
        _require_returns(returns)
        return self._made(picture, mask, returns, build_options(options))

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

        `jobs` pictures are processed at once, and up to `read_ahead` more are read and decoded
        meanwhile; `pictures` is asked for no more than these, and for the next one once a picture
        is read, so that it may reuse an array or close a file. A picture that fails ends the
        iteration with its error, or, with ``errors="return"``, its error stands in its place. If
        `pictures` itself raises, the cut-outs of earlier pictures are yielded first.

        The other options are those of `cutout.cut_out`, except `mask` and `model`.
        """
        require_many(pictures)
        _require_returns(returns)
        if errors not in ("raise", "return"):
            raise ValueError(f"errors must be 'raise' or 'return', not {errors!r}")
        jobs = require_count(jobs, "jobs")
        ahead = require_count(read_ahead, "read_ahead", least=0)
        built = build_options(options)

        def finish(decoded: "Future[Picture]") -> object:
            return self._finished(decoded.result(), built, returns)

        reads = (partial(self._decoded, each, built) for each in pictures)
        return in_order(reads, finish, jobs, ahead, is_strict=errors == "raise")

    def _made(
        self, picture: AnyPicture, mask: AnyMask | None, returns: Returns, options: "Options"
    ) -> "Image.Image | Pixels | CutOut":
        decoded = self._decoded(picture, options, is_masked=mask is not None)
        return self._finished(decoded, options, returns, self._decoded_mask(mask, decoded))

    def _decoded(
        self, picture: AnyPicture, options: "Options", *, is_masked: bool = False
    ) -> "Picture":
        """Decode a picture, at a reduced size if the result is small and no mask has to fit."""
        from cutout.layout import Bound  # noqa: PLC0415  # like the next one, imports numpy
        from cutout.library.inputs import decode_any  # noqa: PLC0415

        bound = Bound() if is_masked else options.early_bound
        return decode_any(picture, self._pipeline.settings, bound)

    def _decoded_mask(self, mask: AnyMask | None, picture: "Picture") -> "Alpha | None":
        from cutout.library.inputs import decode_any_mask  # noqa: PLC0415  # imports numpy

        if mask is None:
            return None
        return decode_any_mask(mask, picture.size, self._pipeline.settings)

    def _finished(
        self,
        picture: "Picture",
        options: "Options",
        returns: Returns,
        mask: "Alpha | None" = None,
    ) -> "Image.Image | Pixels | CutOut":
        from cutout.library.result import finish  # noqa: PLC0415  # imports numpy

        work = self._pipeline.work
        shown, matte = work.find_matte(picture, options, Clock(NO_DEADLINE), mask)
        return finish(work, shown, matte, options, returns)


class _MaskSession(Session):
    """Cut out pictures that come with a mask, without loading the networks."""

    def __init__(self) -> None:
        self._pipeline = open_mask_pipeline()


@overload
def cut_out(
    picture: AnyPicture,
    *,
    mask: AnyMask | None = None,
    returns: Literal["image"] = "image",
    model: ModelName | Model | None = None,
    **options: Unpack[CutOutOptions],
) -> Image.Image: ...
@overload
def cut_out(
    picture: AnyPicture,
    *,
    mask: AnyMask | None = None,
    returns: Literal["numpy", "alpha"],
    model: ModelName | Model | None = None,
    **options: Unpack[CutOutOptions],
) -> "Pixels": ...
@overload
def cut_out(
    picture: AnyPicture,
    *,
    mask: AnyMask | None = None,
    returns: Literal["result"],
    model: ModelName | Model | None = None,
    **options: Unpack[CutOutOptions],
) -> "CutOut": ...
def cut_out(
    picture: AnyPicture,
    *,
    mask: AnyMask | None = None,
    returns: Returns = "image",
    model: ModelName | Model | None = None,
    **options: Unpack[CutOutOptions],
) -> "Image.Image | Pixels | CutOut":
    """Return the object of a picture, upright.

    It is in mode RGBA, in RGB on an opaque background, or a mask in mode L. `picture` is a
    path, the bytes of a file, a binary file object, which is read from its start, a Pillow image,
    or a numpy array of uint8 or uint16 with the shape (height, width), (height, width, 3) for RGB
    or (height, width, 4) for RGBA. Files are JPEG, PNG or WebP. URLs are not downloaded.

    `returns` is `image` for a Pillow image, `numpy` for its pixels (uint8), `alpha` for the alpha
    alone (uint8, height by width), or `result` for a `CutOut` with alpha, foreground, objects and
    doubt. `model` is `auto`, which runs more networks where they can change the result,
    `best`, which runs all of them, or `fast`, which never runs the slowest.

    `mask` takes the place of the networks, which are then not loaded: a picture of any kind
    above, or an array of booleans, of floats from 0 to 1, or of integers of any type that are all
    0 or 1. White (255, or 65535 in uint16), True or 1 is kept; an alpha that is not the same
    everywhere is used instead of the colours. A mask of the upright picture's size becomes the
    result's alpha unchanged; a smaller one with the same proportions is enlarged, and its edges are
    refined.

    The options are those of the API:

    - `mode`: `fg-image`, `fg-image-shadow` or `fg-mask`;
    - `background`: a colour such as `white` or `#ffcc00`, or a picture of any kind above;
    - `crop`: the margin around the object, `0`, `30px` or `10%`; None keeps the whole picture;
    - `margin`: crops as well, with 1, 2 or 4 of `30px` or `10%` that may exceed the picture;
    - `roi`: left, top, right and bottom, each `40px` or `10%`, of the only region that can be
      foreground;
    - `width` and `height` in pixels, 1..4096, and `ratio`, such as `4:5`: the canvas;
    - `scale`: the share of the canvas for the objects, `10%` to `100%`, or `original`;
    - `position`: `center`, `original`, or `50% 90%` of the free space;
    - `preset`: `square`, `amazon`, `ebay` or `shopify`, white canvases of marketplaces;
    - `max_side` in pixels and `max_megapixels`: scale the result down;
    - `shadow_opacity` and `shadow_softness`, 0..1, and `shadow_angle`, -75..75 degrees.

    The networks are loaded at the first call and stay in memory; a `Session` gives control of that.
    Threads may call this function at the same time.

    Raise `cutout.errors.PictureError` for a file that is not a JPEG, PNG or WebP or cannot be
    decoded, `cutout.errors.MaskSizeError`, one of these, for a mask that does not fit, `OSError` if
    a file cannot be read, `TypeError` or `ValueError` for an invalid argument, and
    `cutout.segment.model_file.ModelError` if the networks cannot be loaded.
    """
    _require_returns(returns)
    built = build_options(options)  # reject invalid ones before the networks are loaded
    chosen = None if model is None else choose(Model, model, "model")
    session = _session(chosen) if mask is None else _mask_session()
    return session._made(picture, mask, returns, built)  # noqa: SLF001  # a file is read once


@cache
def _mask_session() -> Session:
    return _MaskSession()


def _session(model: Model | None) -> Session:
    """Return the session of a model; the default and the same model by name share one."""
    with _lock:
        if model not in _sessions:
            named = local_settings(model).model
            if named not in _sessions:
                _sessions[named] = Session(model)
            _sessions[model] = _sessions[named]
        return _sessions[model]


def _require_returns(returns: object) -> None:
    if returns not in RETURNS:
        allowed = ", ".join(map(repr, RETURNS))
        raise ValueError(f"returns must be one of {allowed}, not {returns!r}")
