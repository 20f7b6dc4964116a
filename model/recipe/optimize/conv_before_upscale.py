"""Convolve a map before it is upscaled, rather than after.

The decoders of U²-Net and ISNet upscale a map by 2, concatenate another one and convolve both. A
map that was upscaled holds nothing that a convolution could see only at the larger size. Convolved
before, it costs a quarter, fewer channels are upscaled, and the Concat becomes an Add. The kernel
is a least-squares fit to the published one over photos. It isn't exact: the deviation is reported
as part of the result's standard deviation.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime as ort
from onnx import GraphProto, ModelProto, NodeProto, TensorProto, helper, shape_inference

from model.recipe.graph import GraphError
from model.recipe.optimize.graph_edit import (
    Values,
    add_constant,
    consumers,
    producers,
    replace,
    values,
)
from model.recipe.pictures import expert_input

SAMPLES = 1500  # places of a picture
SEED = 5
DAMPING = 1e-4  # of the mean square of what is seen
TAPS = [(row, column) for row in range(3) for column in range(3)]

Rows = npt.NDArray[np.float32]


@dataclass
class Fit:
    """Hold one layer's normal equations."""

    conv: NodeProto
    concat: NodeProto
    resize: NodeProto
    squares: Values | float = 0.0
    products: Values | float = 0.0
    energies: Values | float = 0.0
    spread: list[float] = field(default_factory=list)

    @property
    def tensors(self) -> list[str]:
        """Return the names to observe: the map before and after upscaling, and the result."""
        return [self.resize.input[0], self.resize.output[0], self.conv.output[0]]

    def see(self, rng: np.random.Generator, small: Rows, large: Rows, result: Rows) -> None:
        """Add one picture's maps, each (channels, height, width)."""
        height, width = large.shape[1:]
        rows, columns = rng.integers(4, height - 4, SAMPLES), rng.integers(4, width - 4, SAMPLES)
        seen, wanted = upscaled_windows(small, rows, columns), windows(large, rows, columns)
        self.squares = self.squares + seen.T @ seen
        self.products = self.products + seen.T @ wanted
        self.energies = self.energies + wanted.T @ wanted
        self.spread.append(float(result.var(axis=(1, 2)).sum()))

    def solve(self, kernel: Values) -> tuple[Values, float]:
        """Return the kernel to apply before upscaling, and its relative error.

        It replaces the published `kernel`, which is applied after upscaling. The error is the root
        mean square of the deviation, relative to the result's standard deviation.
        """
        out = len(kernel)
        published = kernel.reshape(out, -1).T.astype(np.float64)
        squares = np.asarray(self.squares, np.float64)
        damped = squares + DAMPING * np.trace(squares) / len(squares) * np.eye(len(squares))
        found = np.linalg.solve(damped, np.asarray(self.products, np.float64) @ published)
        off = (
            (published * (self.energies @ published)).sum()
            - 2 * (found * (self.products @ published)).sum()
            + (found * (squares @ found)).sum()
        ) / (SAMPLES * len(self.spread))
        return found.T.reshape(kernel.shape), float(np.sqrt(off / np.mean(self.spread)))


def convolve_before_upscaling(
    model: ModelProto, names: Sequence[str], pictures: Sequence[Path]
) -> None:
    """Rewrite the Convs of these names in place. Their padding at the border differs."""
    side = model.graph.input[0].type.tensor_type.shape.dim[2].dim_value
    fits = [_layer(model.graph, name) for name in names]
    watched = ModelProto()
    watched.CopyFrom(model)
    wanted = list(dict.fromkeys(name for fit in fits for name in fit.tensors))
    watched.graph.output.extend(
        helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in wanted
    )
    session = ort.InferenceSession(watched.SerializeToString(), providers=["CPUExecutionProvider"])
    rng = np.random.default_rng(SEED)
    for path in pictures:
        maps = dict(
            zip(wanted, session.run(wanted, {"input": expert_input(path, side)}), strict=True)
        )
        for fit in fits:
            fit.see(rng, *(maps[name][0] for name in fit.tensors))
    for fit in fits:
        off = _rewrite(model.graph, fit)
        print(f"{fit.conv.name}: before upscaling, off by {off:.3f}", flush=True)
    del model.graph.value_info[:]
    model.CopyFrom(shape_inference.infer_shapes(model, check_type=True, strict_mode=True))


def windows(maps: Rows, rows: npt.NDArray[np.int64], columns: npt.NDArray[np.int64]) -> Rows:
    """Return the 3 x 3 neighbourhoods of places, shape (places, channels · 9)."""
    seen = np.stack([maps[:, rows + row - 1, columns + column - 1] for row, column in TAPS], 1)
    return np.ascontiguousarray(seen.reshape(-1, len(rows)).T)


def upscaled_windows(
    small: Rows, rows: npt.NDArray[np.int64], columns: npt.NDArray[np.int64]
) -> Rows:
    """Return the `windows` that `small` has around places of the large map, upscaled by 2."""
    total: Rows = np.zeros((len(rows), small.shape[0] * 9), np.float32)
    for near_row, row_weight in _neighbours(rows):
        for near_column, column_weight in _neighbours(columns):
            weight = (row_weight * column_weight)[:, np.newaxis]
            total += weight * windows(small, near_row, near_column)
    return total


def _neighbours(
    places: npt.NDArray[np.int64],
) -> list[tuple[npt.NDArray[np.int64], Rows]]:
    """Return the places on the small map that linear interpolation takes, with their weights."""
    nearest = places // 2
    other = nearest + np.where(places % 2, 1, -1)
    return [
        (nearest, np.full(len(places), 0.75, np.float32)),
        (other, np.full(len(places), 0.25, np.float32)),
    ]


def _layer(graph: GraphProto, name: str) -> Fit:
    made = producers(graph)
    conv = next(node for node in graph.node if node.name == name)
    concat = made[conv.input[0]]
    resize = made.get(concat.input[0])
    if concat.op_type != "Concat" or resize is None or resize.op_type != "Resize":
        raise GraphError(f"{name} does not take an upscaled map and another one")
    if any(len(consumers(graph, node.output[0])) > 1 for node in (concat, resize)):
        raise GraphError(f"other nodes than {name} use its inputs")
    return Fit(conv, concat, resize)


def _rewrite(graph: GraphProto, fit: Fit) -> float:
    conv, (_, beside) = fit.conv, fit.concat.input
    small, scales = fit.resize.input[0], fit.resize.input[2]
    kernel = values(graph, conv.input[1])
    channels = len(np.asarray(fit.squares)) // len(TAPS)
    found, off = fit.solve(kernel[:, :channels])
    weights, name = conv.input[1], conv.output[0]
    before = add_constant(graph, f"{weights}_before", found)
    rest = add_constant(graph, f"{weights}_beside", kernel[:, channels:])
    enlarge = helper.make_node(
        "Resize", [f"{name}_small", "", scales], [f"{name}_enlarged"], f"{conv.name}_enlarge"
    )
    enlarge.attribute.extend(fit.resize.attribute)
    nodes = [
        helper.make_node(
            "Conv", [small, before], [f"{name}_small"], f"{conv.name}_before", pads=[1] * 4
        ),
        enlarge,
        helper.make_node(
            "Conv",
            [beside, rest, conv.input[2]],
            [f"{name}_beside"],
            f"{conv.name}_beside",
            pads=[1] * 4,
        ),
        helper.make_node("Add", [f"{name}_enlarged", f"{name}_beside"], [name], f"{conv.name}_add"),
    ]
    replace(graph, [fit.resize, fit.concat, conv], nodes)
    return off
