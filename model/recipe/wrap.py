"""Give a network of your own the service's input and output, and write its folder.

``python -m model.recipe.wrap NETWORK.onnx FOLDER`` does it (docs/own-network.md).

The wrapped graph shrinks the picture, normalises it, runs the network, and enlarges its map.
"""

from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from onnx import ModelProto, TensorProto, checker, compose, helper, version_converter

from cutout.segment.network import FAST
from model.recipe.graph import OPSET, GraphError
from model.recipe.graph_builder import GraphBuilder
from model.recipe.manifest import write_files
from model.recipe.pictures import SIDE

IMAGENET_MEAN, IMAGENET_DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
PREFIX = "network/"


@dataclass(frozen=True)
class Convention:
    """Describe the network's input and output.

    The input is (value / 255 - mean) / deviation, RGB; the output is an alpha of 0..1 or logits.
    """

    mean: Sequence[float] = IMAGENET_MEAN
    deviation: Sequence[float] = IMAGENET_DEVIATION
    logits: bool = False
    side: int | None = None
    """Side of the network's square, for a network that takes any."""


def wrap(network: ModelProto, convention: Convention) -> ModelProto:
    """Return a graph from ``picture``, uint8 (1, 1024, 1024, 3), to ``alpha``, uint8 (1024, 1024).

    `network` takes one float32 input (1, 3, side, side); its first output is (1, 1, h, w). Raise
    `GraphError` where it takes anything else.
    """
    if _opset(network) < OPSET:
        network = version_converter.convert_version(network, OPSET)
    side = _side(network, convention)
    part = compose.add_prefix(network, PREFIX).graph
    head, tail = GraphBuilder("before_"), GraphBuilder("after_")
    head.add("Identity", [_normalised(head, side, convention)], name=part.input[0].name)
    _alpha(tail, part.output[0].name, logits=convention.logits)
    graph = helper.make_graph(
        [*head.nodes, *part.node, *tail.nodes],
        "cutout",
        [helper.make_tensor_value_info("picture", TensorProto.UINT8, [1, SIDE, SIDE, 3])],
        [helper.make_tensor_value_info("alpha", TensorProto.UINT8, [SIDE, SIDE])],
        [*head.constants, *part.initializer, *tail.constants],
    )
    wrapped = helper.make_model(
        graph, opset_imports=network.opset_import, ir_version=network.ir_version
    )
    wrapped.functions.extend(network.functions)
    checker.check_model(wrapped)
    return wrapped


def _opset(network: ModelProto) -> int:
    version: int = next(each.version for each in network.opset_import if not each.domain)
    return version


def _side(network: ModelProto, convention: Convention) -> int:
    """Return the side of the network's square."""
    constants = {item.name for item in network.graph.initializer}
    inputs = [each for each in network.graph.input if each.name not in constants]
    if len(inputs) != 1:
        raise GraphError(f"The network takes {len(inputs)} inputs; it must take a picture alone.")
    tensor = inputs[0].type.tensor_type
    shape = [each.dim_value for each in tensor.shape.dim]  # 0 for any
    side = convention.side or shape[-1]
    square = len(shape) == 4 and shape[1] in (0, 3) and {*shape[2:]} <= {0, side}
    if tensor.elem_type != TensorProto.FLOAT or not square:
        raise GraphError(f"The network must take float32 of shape (1, 3, side, side), not {shape}.")
    if not side:
        raise GraphError("The network takes any side: choose one with --side.")
    return side


def _normalised(builder: GraphBuilder, side: int, convention: Convention) -> str:
    channels = builder.add("Transpose", ["picture"], {"perm": [0, 3, 1, 2]})
    values = builder.add("Cast", [channels], {"to": TensorProto.FLOAT})
    small = builder.resize(values, 3, side, antialias=True)
    mean, deviation = (
        builder.constant(np.reshape(each, (1, 3, 1, 1)) * 255.0)
        for each in (convention.mean, convention.deviation)
    )
    return builder.add("Div", [builder.add("Sub", [small, mean]), deviation])


def _alpha(builder: GraphBuilder, values: str, *, logits: bool) -> None:
    """Append what turns the network's map into ``alpha``."""
    large = builder.resize(values, 1, SIDE)
    share = builder.add("Sigmoid", [large]) if logits else large
    steps = [builder.constant(1 / 255), builder.constant(0, np.uint8)]
    levels = builder.add("QuantizeLinear", [share, *steps])
    builder.add("Squeeze", [levels, builder.constant([0, 1], np.int64)], name="alpha")


def write_folder(network: Path, folder: Path, convention: Convention) -> None:
    """Write the wrapped graph and its manifest to `folder`."""
    wrapped = wrap(onnx.load(network), convention)
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(wrapped, folder / FAST)
    write_files(folder)


def main() -> None:
    """Wrap the network that the command line names."""
    parser = ArgumentParser(prog="python -m model.recipe.wrap")
    parser.add_argument("network", type=Path, help="ONNX file of the network")
    parser.add_argument("folder", type=Path, help="folder for CUTOUT_MODEL_DIR")
    parser.add_argument("--mean", type=float, nargs=3, default=IMAGENET_MEAN)
    parser.add_argument("--deviation", type=float, nargs=3, default=IMAGENET_DEVIATION)
    parser.add_argument("--logits", action="store_true", help="it returns logits, not 0..1")
    parser.add_argument("--side", type=int, help="side of its input, if it takes any")
    given = parser.parse_args()
    convention = Convention(given.mean, given.deviation, given.logits, given.side)
    write_folder(given.network, given.folder, convention)


if __name__ == "__main__":
    main()
