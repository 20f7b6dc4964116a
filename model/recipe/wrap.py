"""Give a network of your own the service's input and output, and write its folder.

``python -m model.recipe.wrap NETWORK.onnx FOLDER`` does it (docs/own-network.md).

The wrapped graph shrinks the picture, normalises it, runs the network, and enlarges its map.
"""

import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

import numpy as np
import onnx
from onnx import GraphProto, ModelProto, TensorProto, checker, compose, helper

from cutout.segment.network import BEST, FAST, GLANCE
from model.recipe import trial
from model.recipe.graph import GraphError
from model.recipe.graph_builder import GraphBuilder
from model.recipe.manifest import FolderError, require_replaceable, write_files
from model.recipe.own_network import (
    LARGEST_SIDE,
    choose_output,
    choose_side,
    modernise,
    one_line,
    opset,
    read_network,
    tidy,
)
from model.recipe.pictures import SIDE

IMAGENET_MEAN, IMAGENET_DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
PREFIX = "network/"
PROGRAM = "python -m model.recipe.wrap"


class ConventionError(Exception):
    """Report an option with a value that no network can have."""


@dataclass(frozen=True)
class Convention:
    """Describe the network's input and output; raise `ConventionError` for impossible values.

    The input is (value / 255 - mean) / deviation, RGB; the output is an alpha of 0..1 or logits.
    """

    mean: Sequence[float] = IMAGENET_MEAN
    deviation: Sequence[float] = IMAGENET_DEVIATION
    logits: bool = False
    side: int | None = None
    """Side of the network's square, for a network that takes any."""
    output: str | None = None
    """Name of the output to use, for a network with several."""

    def __post_init__(self) -> None:
        """Check the numbers."""
        if not all(isfinite(each) for each in self.mean):
            raise ConventionError("--mean takes finite numbers.")
        if not all(isfinite(each) and each > 0 for each in self.deviation):
            raise ConventionError("--deviation takes finite numbers above 0.")
        if self.side is not None and not 1 <= self.side <= LARGEST_SIDE:
            raise ConventionError(f"--side takes 1 to {LARGEST_SIDE} pixels, not {self.side}.")


def wrap(network: ModelProto, convention: Convention) -> ModelProto:
    """Return a graph from ``picture``, uint8 (1, 1024, 1024, 3), to ``alpha``, uint8 (1024, 1024).

    `network` takes one float32 input (1, 3, side, side); the output is float32 (1, 1, h, w). It,
    its conversion from an older opset, and the graph are run. Raise `GraphError` if that fails, or
    it takes or gives anything else. Print a note on stderr about outputs that are left out, and
    about values outside 0..1.
    """
    tidied = tidy(network)
    version = opset(tidied)
    side, output = choose_side(tidied, convention.side), choose_output(tidied, convention.output)
    feed = _feed(side, convention)
    values = trial.run(tidied, feed, output)
    trial.require_map(values, output)
    modern = modernise(tidied)
    if modern is not tidied:
        converted = trial.run(modern, feed, output, name="converted network")
        trial.require_same(values, converted, version)
    wrapped = _wrapped(modern, side, output, convention)
    trial.run(wrapped, trial.draw(SIDE), "alpha", name="wrapped network")
    _print_notes(tidied, values, convention)
    return wrapped


def _feed(side: int, convention: Convention) -> trial.Values:
    """Return a drawn picture as the network takes it, float32 (1, 3, side, side)."""
    shares = (trial.draw(side) / 255 - convention.mean) / convention.deviation
    return shares.transpose(0, 3, 1, 2).astype(np.float32)


def _print_notes(network: ModelProto, values: trial.Values, convention: Convention) -> None:
    names = [each.name for each in network.graph.output]
    if len(names) > 1 and not convention.output:
        print(
            f"Note: The network has the outputs {', '.join(names)}. The first is used; choose "
            "another with --output.",
            file=sys.stderr,
        )
    excess = None if convention.logits else trial.describe_excess(values)
    if excess:
        print(f"Warning: {excess}", file=sys.stderr)


def _wrapped(network: ModelProto, side: int, output: str, convention: Convention) -> ModelProto:
    """Return the network between the steps before and after it."""
    part = _prefixed(network.graph)
    head, tail = GraphBuilder("before_"), GraphBuilder("after_")
    head.add("Identity", [_normalised(head, side, convention)], name=part.input[0].name)
    _alpha(tail, PREFIX + output, logits=convention.logits)
    graph = helper.make_graph(
        [*head.nodes, *part.node, *tail.nodes],
        "cutout",
        [helper.make_tensor_value_info("picture", TensorProto.UINT8, [1, SIDE, SIDE, 3])],
        [helper.make_tensor_value_info("alpha", TensorProto.UINT8, [SIDE, SIDE])],
        [*head.constants, *part.initializer, *tail.constants],
        sparse_initializer=part.sparse_initializer,
    )
    wrapped = helper.make_model(
        graph, opset_imports=network.opset_import, ir_version=network.ir_version
    )
    try:
        checker.check_model(wrapped)
    except checker.ValidationError as error:
        raise GraphError(f"The network is not valid ONNX: {one_line(error)}") from error
    return wrapped


def _prefixed(graph: GraphProto) -> GraphProto:
    """Return a graph whose names begin with `PREFIX`, so that none is used twice.

    The names of weights are given: `add_prefix_graph` looks into branches before it knows them.
    """
    names = {each.name: PREFIX + each.name for each in graph.initializer}
    part: GraphProto = compose.add_prefix_graph(graph, PREFIX, name_map=names)
    return part


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
    """Write the wrapped graph and its manifest to `folder`.

    Raise `GraphError` if the network can't be wrapped, and `FolderError` if the folder holds what
    must not be replaced, or graphs that would run beside the network. Nothing is written then.
    """
    _require_room(network, folder)
    wrapped = wrap(read_network(network), convention)
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / f".{FAST}"
    onnx.save(wrapped, unfinished, format="protobuf")
    unfinished.replace(folder / FAST)
    write_files(folder)


def _require_room(network: Path, folder: Path) -> None:
    """Raise `FolderError` unless the folder is new, or holds an earlier network of its kind."""
    existing = next(each for each in (folder, *folder.parents) if each.exists())
    if not existing.is_dir():
        raise FolderError(f"{existing} is not a folder.")
    if folder.exists():
        require_replaceable(folder)
    target = folder / FAST
    if target.exists() and network.exists() and target.samefile(network):
        raise FolderError(
            f"{target} is the network itself, which would be lost: name a new folder."
        )
    others = [name for name in (GLANCE, BEST) if (folder / name).exists()]
    if others:
        raise FolderError(
            f"{folder} holds {' and '.join(others)}, which would run beside the network: "
            "name a new folder."
        )


def main() -> None:
    """Wrap the network that the command line names; exit with 2 where that can't be done."""
    parser = ArgumentParser(prog=PROGRAM)
    parser.add_argument("network", type=Path, help="ONNX file of the network")
    parser.add_argument("folder", type=Path, help="folder for CUTOUT_MODEL_DIR")
    parser.add_argument("--mean", type=float, nargs=3, default=IMAGENET_MEAN)
    parser.add_argument("--deviation", type=float, nargs=3, default=IMAGENET_DEVIATION)
    parser.add_argument("--logits", action="store_true", help="it returns logits, not 0..1")
    parser.add_argument("--side", type=int, help="side of its input, if it takes any")
    parser.add_argument("--output", help="name of its output, if it has several")
    given = parser.parse_args()
    try:
        convention = Convention(given.mean, given.deviation, given.logits, given.side, given.output)
        write_folder(given.network, given.folder, convention)
    except (ConventionError, FolderError, GraphError, OSError) as error:
        parser.exit(2, f"{one_line(error)}\n")


if __name__ == "__main__":
    main()
