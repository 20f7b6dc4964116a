"""Run a network of your own on a drawn picture, and check what it gives."""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import onnxruntime as ort
from onnx import ModelProto

from cutout.segment.session import UNUSABLE
from model.recipe.graph import OPSET, GraphError
from model.recipe.own_network import one_line

Values: TypeAlias = npt.NDArray[Any]
LARGEST_CHANGE = 0.01
"""Mean change, as a share of the range, that another opset may cause; rounding causes less."""
TOLERANCE = 1e-3
"""How far an alpha may exceed 0..1 by rounding."""


def draw(side: int) -> npt.NDArray[np.uint8]:
    """Return a picture of a red disc on a noisy slope of grey, uint8 (1, side, side, 3)."""
    rows, columns = np.mgrid[:side, :side] / side
    noise = np.random.default_rng(0).uniform(0, 40, (side, side, 3))
    picture = rows[..., np.newaxis] * 200 + noise
    picture[np.hypot(rows - 0.5, columns - 0.5) < 0.3] = 230, 40, 40
    drawn: npt.NDArray[np.uint8] = picture.astype(np.uint8)[np.newaxis]
    return drawn


def run(network: ModelProto, feed: Values, output: str, *, name: str = "network") -> Values:
    """Return one output for `feed`, the only input.

    Raise `GraphError` if onnxruntime can't load or run the network.
    """
    options = ort.SessionOptions()
    options.log_severity_level = 4  # the exception says the same
    try:
        session = ort.InferenceSession(
            network.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
    except UNUSABLE as error:
        raise GraphError(f"onnxruntime can't load the {name}: {one_line(error)}") from error
    try:
        (values,) = session.run([output], {session.get_inputs()[0].name: feed})
    except UNUSABLE as error:
        shape = tuple(feed.shape)
        raise GraphError(
            f"The {name} can't take a picture of shape {shape}: {one_line(error)}"
        ) from error
    found: Values = values
    return found


def require_map(values: Values, output: str) -> None:
    """Raise `GraphError` unless an output is one map, float32 (1, 1, h, w)."""
    is_array = isinstance(values, np.ndarray)
    if not is_array or values.dtype != np.float32 or values.ndim != 4 or values.shape[:2] != (1, 1):
        found = f"{values.dtype} of shape {values.shape}" if is_array else "no tensor"
        raise GraphError(
            "The network must give float32 of shape (1, 1, h, w); "
            f"its output {output!r} is {found}."
        )


def require_same(values: Values, converted: Values, opset: int) -> None:
    """Raise `GraphError` if the conversion from an older opset has changed what a network gives."""
    before, after = (np.nan_to_num(each.astype(np.float64)) for each in (values, converted))
    if before.shape == after.shape:
        allowed = LARGEST_CHANGE * (before.max() - before.min()) + TOLERANCE**2
        if np.abs(before - after).mean() <= allowed:
            return
    raise GraphError(
        f"The network's results change when it is converted from opset {opset} to {OPSET}: "
        f"export it with opset {OPSET}."
    )


def describe_excess(values: Values) -> str | None:
    """Return a warning if values are no alpha of 0..1, or None."""
    if np.isnan(values).any():
        return "The network gave NaN (not a number) for a drawn picture."
    low, high = float(values.min()), float(values.max())
    if low >= -TOLERANCE and high <= 1 + TOLERANCE:
        return None
    return (
        f"The network gave values from {low:.3g} to {high:.3g} for a drawn picture, not 0..1. "
        "If they are logits, add --logits."
    )
