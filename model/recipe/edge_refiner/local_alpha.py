"""Append `network_torch.local_alphas` over planes of shape (1, pixels of a block, blocks)."""

import numpy as np

from model.recipe.edge_refiner.sizes import ALIKE, BLOCK, FAINT, WINDOWS
from model.recipe.graph_builder import GraphBuilder

WHITE = 255.0


def local_alphas(
    builder: GraphBuilder, colours: list[str], alpha: str, side: int
) -> tuple[str, str]:
    """Return, for each window, the local alphas and the distance of the two local colours.

    The alphas have the shape (windows, pixels, blocks); the distances, 0..442, (windows, 1,
    blocks). Tiles have `side` x `side` blocks; colours and alpha are 0..255.
    """
    sums = builder.add("Concat", [*_block_means(builder, colours, alpha)], {"axis": 0})
    sums = builder.add("Reshape", [sums, builder.tensor(np.array([8, -1, side, side]))])
    found = [_line(builder, _window(builder, sums, window, side)) for window in WINDOWS]
    lines, starts, lengths = zip(*found, strict=True)
    start = builder.add("Concat", [*starts], {"axis": 0})
    parts = [builder.split(line, (1, 1, 1), axis=0) for line in lines]
    guess = ""
    for index, colour in enumerate(colours):
        line = builder.add("Concat", [*(part[index] for part in parts)], {"axis": 0})
        along = builder.add("Mul", [colour, line])
        guess = builder.add("Add", [guess, along]) if guess else builder.add("Sub", [along, start])
    return guess, builder.add("Sqrt", [builder.add("Concat", [*lengths], {"axis": 0})])


def _block_means(builder: GraphBuilder, colours: list[str], alpha: str) -> list[str]:
    """Append each block's weighted mean colours and weights, the object's and the background's."""
    mean = builder.tensor(np.full((1, BLOCK**2), 1 / BLOCK**2, np.float32))
    object_ = builder.add("Mul", [alpha, builder.constant(1 / WHITE)])
    background = builder.add("Sub", [builder.constant(1.0), object_])
    planes = []
    for each in (object_, background):
        cubed = builder.add("Mul", [builder.add("Mul", [each, each]), each])
        planes += [*(builder.add("Mul", [colour, cubed]) for colour in colours), cubed]
    return [builder.add("MatMul", [mean, plane]) for plane in planes]


def _window(builder: GraphBuilder, sums: str, window: int, side: int) -> str:
    """Append `network_torch.window` as products with a band matrix."""
    at = np.arange(side)
    band = (np.abs(at[:, np.newaxis] - at) <= window // 2).astype(np.float32) / np.float32(window)
    matrix = builder.tensor(band)
    means = builder.add("MatMul", [builder.add("MatMul", [matrix, sums]), matrix])
    return builder.add("Reshape", [means, builder.tensor(np.array([8, 1, -1]))])


def _line(builder: GraphBuilder, sums: str) -> tuple[str, str, str]:
    """Return the line from the background's colour to the object's.

    It consists of the vector divided by its squared length, the offset at which it starts, and the
    squared length.
    """
    front, front_share, back, back_share = builder.split(sums, (3, 1, 3, 1), axis=0)
    colours = builder.tensor(np.array([0]))
    front = builder.add("Div", [front, builder.add("Add", [front_share, builder.constant(FAINT)])])
    back = builder.add("Div", [back, builder.add("Add", [back_share, builder.constant(FAINT)])])
    line = builder.add("Sub", [front, back])
    length = builder.add("ReduceSum", [builder.add("Mul", [line, line]), colours], {"keepdims": 1})
    line = builder.add(
        "Div", [line, builder.add("Add", [length, builder.constant(ALIKE * WHITE**2)])]
    )
    start = builder.add("ReduceSum", [builder.add("Mul", [back, line]), colours], {"keepdims": 1})
    return line, start, length
