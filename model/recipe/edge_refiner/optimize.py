"""The same network in a graph that onnxruntime is fast at: ``python -m model.recipe.edge_refiner.optimize
QUANTIZED``, which `model.recipe.edge_refiner` does at its end.

Bytes among the weights stay what they are; those of the contrasts, which were left in fp32, become
such. Pixels are put in blocks of 4 x 4 once, so that convolutions are 3 x 3 over channels that lie
side by side; pixels stay bytes from the first convolution to the last; what belongs to a pixel or a
block in fp32 has the blocks along its last axis, where a block's values meet each of its pixels
without being repeated in memory.
"""

import json
from argparse import ArgumentParser
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper

from cutout.refine.tiles import SIDE
from model.recipe import manifest
from model.recipe.edge_refiner import reorder_weights
from model.recipe.edge_refiner.local_alpha import WHITE, local_alphas
from model.recipe.edge_refiner.quantized_layers import (
    RUNTIME,
    QuantizedFile,
    Range,
    add,
    convolve,
    dequantize,
    quantize,
)
from model.recipe.edge_refiner.sizes import BLOCK, DILATIONS, FINE_IN, PLANES, WINDOWS
from model.recipe.graph_builder import GraphBuilder

BLOCKS = SIDE // BLOCK
PIXELS = BLOCK**2
COPIES = 4
"""Of the contrasts, whose weights are larger than the pixels'; with them the channels divide by
four, which the fast kernel asks for."""
OPSET, IR_VERSION = 21, 10
HERE = Path(__file__).resolve().parents[2]


def arrange(quantized: Path, target: Path) -> None:
    """Writes the graph: ``tiles``, uint8 (tiles, SIDE, SIDE, 4), red, green, blue and coarse alpha,
    to ``alpha``, uint8 (tiles, SIDE, SIDE)."""
    file, builder = QuantizedFile(quantized), GraphBuilder()
    *colours, alpha = _planes(builder)
    guesses, contrast = local_alphas(builder, colours, alpha, BLOCKS)
    entry = Entry(file.layer("enter").reads)
    pixels = [entry.quantize(builder, plane, WHITE) for plane in (*colours, alpha)]
    seen = builder.add("Concat", [*pixels, entry.quantize(builder, guesses, 1.0)], {"axis": 0})
    hidden = _coarse_part(builder, file, entry, seen, entry.quantize(builder, contrast, WHITE))
    change = _fine_part(builder, file, entry, seen, hidden)
    _answer(builder, alpha, change, file.layer("leave").writes)
    _save(builder, target)


class Entry:
    """What the convolutions read, less a half: (byte - zero) · scale. The half is taken off by
    writing bytes with another zero; what rounding that leaves, the biases carry."""

    def __init__(self, reads: Range) -> None:
        half = 0.5 / float(reads.scale)
        self._scale, self._zero = float(reads.scale), round(int(reads.zero) - half)
        self.lift = int(reads.zero) - self._zero - half

    def quantize(self, builder: GraphBuilder, data: str, white: float) -> str:
        """Of 0..white; -0.5 and 1.5 of it are where bytes end."""
        return quantize(builder, data, Range(np.float32(self._scale * white), np.uint8(self._zero)))


def _planes(builder: GraphBuilder) -> list[str]:
    """Red, green, blue and coarse alpha, each (1, pixels of a block, blocks), 0..255."""
    rows = _shaped(builder, "tiles", -1, BLOCKS, BLOCK, BLOCKS, BLOCK * 4)
    blocks = builder.add("Transpose", [rows], {"perm": [0, 1, 3, 2, 4]})
    lines = builder.add("Transpose", [_shaped(builder, blocks, -1, PIXELS * 4)], {"perm": [1, 0]})
    planes = builder.add("Transpose", [_shaped(builder, lines, PIXELS, 4, -1)], {"perm": [1, 0, 2]})
    parts = builder.split(planes, (1, 1, 1, 1), axis=0)
    return [builder.add("Cast", [part], {"to": TensorProto.FLOAT}) for part in parts]


def _coarse_part(
    builder: GraphBuilder, file: QuantizedFile, entry: Entry, seen: str, far: str
) -> str:
    """Over blocks of 4 x 4; to what the fine part has of it, shape (n, 2 · BLOCKS, 2 · BLOCKS,
    FINE_IN)."""
    enter = reorder_weights.block_kernel(file.layer("enter"), BLOCK)
    enter = reorder_weights.with_planes(enter, file.weight("contrast"), COPIES)
    enter = reorder_weights.lifted(enter, entry.lift)
    reads = file.layer("middle0").reads
    lines = _shaped(builder, seen, PLANES * PIXELS, -1)
    lines = builder.add(
        "Concat", [lines, *[_shaped(builder, far, len(WINDOWS), -1)] * COPIES], {"axis": 0}
    )
    data = builder.add("Transpose", [lines], {"perm": [1, 0]})
    data = _shaped(builder, data, -1, BLOCKS, BLOCKS, PLANES * PIXELS + COPIES * len(WINDOWS))
    hidden = convolve(builder, "enter", data, replace(enter, writes=reads), pads=[1] * 4)
    following = [*(f"middle{index}" for index in range(1, len(DILATIONS))), "rise"]
    for index, (dilation, after) in enumerate(zip(DILATIONS, following, strict=True)):
        layer = file.layer(f"middle{index}")
        how = {"pads": [dilation] * 4, "dilations": [dilation] * 2}
        inner = convolve(builder, f"middle{index}", hidden, layer, **how)
        writes = file.layer(after).reads
        hidden = add(builder, (hidden, layer.reads), (inner, layer.writes), writes)
    rise = reorder_weights.by_pixel(file.layer("rise"), 2)
    rise = replace(rise, writes=file.layer("fine_risen").reads)
    return _halved(builder, convolve(builder, "rise", hidden, rise), FINE_IN)


def _fine_part(
    builder: GraphBuilder, file: QuantizedFile, entry: Entry, seen: str, hidden: str
) -> str:
    """Over blocks of 2 x 2; the change of each of a block's 16 pixels."""
    of_pixels = reorder_weights.block_kernel(file.layer("fine_pixels"), 2)
    of_pixels = reorder_weights.lifted(of_pixels, entry.lift)
    of_risen, leave = file.layer("fine_risen"), file.layer("leave")
    apart = _shaped(
        builder, seen, PLANES, 2, 2, 2, 2, -1
    )  # half's row, row in it, half's column, ...
    lines = builder.add("Transpose", [apart], {"perm": [1, 3, 0, 2, 4, 5]})
    lines = builder.add(
        "Transpose", [_shaped(builder, lines, PLANES * PIXELS, -1)], {"perm": [1, 0]}
    )
    pixels = _halved(builder, lines, PLANES * 4)
    fine = add(
        builder,
        (convolve(builder, "fine_pixels", pixels, of_pixels, pads=[1] * 4), of_pixels.writes),
        (convolve(builder, "fine_risen", hidden, of_risen, pads=[1] * 4), of_risen.writes),
        leave.reads,
    )
    squares = reorder_weights.in_squares(leave)
    return convolve(builder, "leave", fine, squares, pads=[1] * 4, strides=[2, 2])


def _halved(builder: GraphBuilder, blocks: str, channels: int) -> str:
    """From blocks that hold their four quarters side by side to the quarters."""
    rows = _shaped(builder, blocks, -1, BLOCKS, BLOCKS, 2, 2 * channels)
    rows = builder.add("Transpose", [rows], {"perm": [0, 1, 3, 2, 4]})
    return _shaped(builder, rows, -1, 2 * BLOCKS, 2 * BLOCKS, channels)


def _answer(builder: GraphBuilder, alpha: str, change: str, writes: Range) -> None:
    """The sum, rounded and cut off, as pixels."""
    lines = builder.add("Transpose", [_shaped(builder, change, -1, PIXELS)], {"perm": [1, 0]})
    steps = Range(np.float32(writes.scale * np.float32(WHITE)), writes.zero)
    total = builder.add(
        "Add", [_shaped(builder, alpha, PIXELS, -1), dequantize(builder, lines, steps)]
    )
    total = quantize(builder, total, Range(np.float32(1), np.uint8(0)))
    blocks = builder.add("Transpose", [total], {"perm": [1, 0]})
    blocks = _shaped(builder, blocks, -1, BLOCKS, BLOCKS, BLOCK, BLOCK)
    rows = builder.add("Transpose", [blocks], {"perm": [0, 1, 3, 2, 4]})
    _shaped(builder, rows, -1, SIDE, SIDE, name="alpha")


def _shaped(builder: GraphBuilder, data: str, *shape: int, name: str = "") -> str:
    return builder.add("Reshape", [data, builder.tensor(np.array(shape))], name=name)


def _save(builder: GraphBuilder, path: Path) -> None:
    tiles = helper.make_tensor_value_info("tiles", TensorProto.UINT8, ["tiles", SIDE, SIDE, 4])
    alpha = helper.make_tensor_value_info("alpha", TensorProto.UINT8, ["tiles", SIDE, SIDE])
    body = helper.make_graph(builder.nodes, "edges", [tiles], [alpha], builder.constants)
    opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(RUNTIME, 1)]
    model = helper.make_model(
        body, opset_imports=opsets, ir_version=IR_VERSION, producer_name="cutout"
    )
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)


def publish(quantized: Path, folder: Path) -> None:
    """Writes the file that is shipped, and its entry in the folder's manifest."""
    target = folder / manifest.REFINER
    arrange(quantized, target)
    record = manifest.read(folder / manifest.NAME)
    record["files"][target.name] = manifest.describe_file(target)
    manifest.write(folder / manifest.NAME, record)
    print(json.dumps(record["files"][target.name]))


def main() -> None:
    """Of a file that is quantized already."""
    parser = ArgumentParser(prog="python -m model.recipe.edge_refiner.optimize")
    parser.add_argument("quantized", type=Path)
    parser.add_argument("--out", type=Path, default=HERE, help="where a manifest lies")
    given = parser.parse_args()
    publish(given.quantized, given.out)


if __name__ == "__main__":
    main()
