"""Put the quantized network into a graph that onnxruntime runs about twice as fast.

int8 weights stay as they are; the small fp32 layer over contrasts becomes int8. Pixels are put in
blocks of 4 x 4 once, so that convolutions are 3 x 3 over adjacent channels, and stay bytes from the
first convolution to the last. fp32 values of a pixel or a block have the blocks along the last
axis, so that a block's value is broadcast to its pixels without being copied.
"""

import json
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
"""Copies of the contrasts, whose weights are larger than the pixels'. With them the number of
channels is a multiple of four, as the fast kernel requires."""
OPSET, IR_VERSION = 21, 10


def optimize(quantized: Path, target: Path) -> None:
    """Write the graph from ``tiles`` to ``alpha``.

    ``tiles`` is uint8 of shape (tiles, SIDE, SIDE, 4): red, green, blue and coarse alpha. ``alpha``
    is uint8 of shape (tiles, SIDE, SIDE).
    """
    file, builder = QuantizedFile(quantized), GraphBuilder()
    *colours, alpha = _planes(builder)
    guesses, contrast = local_alphas(builder, colours, alpha, BLOCKS)
    entry = Entry(file.layer("enter").reads)
    pixels = [entry.quantize(builder, plane, WHITE) for plane in (*colours, alpha)]
    seen = builder.add("Concat", [*pixels, entry.quantize(builder, guesses, 1.0)], {"axis": 0})
    hidden = _coarse_part(builder, file, entry, seen, entry.quantize(builder, contrast, WHITE))
    change = _fine_part(builder, file, entry, seen, hidden)
    _write_alpha(builder, alpha, change, file.layer("leave").writes)
    _save(builder, target)


class Entry:
    """Quantize the input of the first convolutions, which is the value minus a half.

    The half is subtracted by a separate zero point; the biases correct its rounding error.
    """

    def __init__(self, reads: Range) -> None:
        half = 0.5 / float(reads.scale)
        self._scale, self._zero = float(reads.scale), round(int(reads.zero) - half)
        self.lift = int(reads.zero) - self._zero - half

    def quantize(self, builder: GraphBuilder, data: str, white: float) -> str:
        """Append the rounding of values of 0..white to bytes, which span -0.5 to 1.5 of it."""
        return quantize(builder, data, Range(np.float32(self._scale * white), np.uint8(self._zero)))


def _planes(builder: GraphBuilder) -> list[str]:
    """Return red, green, blue and coarse alpha, each (1, pixels of a block, blocks), 0..255."""
    rows = _shaped(builder, "tiles", -1, BLOCKS, BLOCK, BLOCKS, BLOCK * 4)
    blocks = builder.add("Transpose", [rows], {"perm": [0, 1, 3, 2, 4]})
    lines = builder.add("Transpose", [_shaped(builder, blocks, -1, PIXELS * 4)], {"perm": [1, 0]})
    planes = builder.add("Transpose", [_shaped(builder, lines, PIXELS, 4, -1)], {"perm": [1, 0, 2]})
    parts = builder.split(planes, (1, 1, 1, 1), axis=0)
    return [builder.add("Cast", [part], {"to": TensorProto.FLOAT}) for part in parts]


def _coarse_part(
    builder: GraphBuilder, file: QuantizedFile, entry: Entry, seen: str, far: str
) -> str:
    """Append the layers over blocks of 4 x 4; return the fine part's input.

    Its shape is (n, 2 · BLOCKS, 2 · BLOCKS, FINE_IN).
    """
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
    """Append the layers over blocks of 2 x 2; return the change of each of a block's 16 pixels."""
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
    """Split blocks that hold four quarters side by side into the quarters."""
    rows = _shaped(builder, blocks, -1, BLOCKS, BLOCKS, 2, 2 * channels)
    rows = builder.add("Transpose", [rows], {"perm": [0, 1, 3, 2, 4]})
    return _shaped(builder, rows, -1, 2 * BLOCKS, 2 * BLOCKS, channels)


def _write_alpha(builder: GraphBuilder, alpha: str, change: str, writes: Range) -> None:
    """Append ``alpha``: coarse alpha plus change, rounded and clipped, as pixels."""
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
    """Write the graph that ships to `folder`, and its entry in the manifest there, if any."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / manifest.REFINER
    optimize(quantized, target)
    entry = manifest.describe_file(target)
    if (folder / manifest.NAME).exists():
        record = manifest.read(folder / manifest.NAME)
        record["files"][target.name] = entry
        manifest.write(folder / manifest.NAME, record)
    print(json.dumps(entry))
