"""`network.local_alphas` as a graph over blocks: planes of shape (1, pixels of a block, blocks)."""

import numpy as np

from model.recipe.refiner.graph import Builder
from model.recipe.refiner.sizes import ALIKE, BLOCK, FAINT, WINDOWS

WHITE = 255.0


def local_alphas(build: Builder, colours: list[str], alpha: str, side: int) -> tuple[str, str]:
    """Of tiles of `side` x `side` blocks, colours and alpha 0..255: for each window the alphas that
    its two colours give, shape (windows, pixels, blocks), and how far these are apart, shape
    (windows, 1, blocks), 0..442."""
    sums = build.op("Concat", *_block_means(build, colours, alpha), axis=0)
    sums = build.op("Reshape", sums, build.constant(np.array([8, -1, side, side])))
    found = [_line(build, _window(build, sums, window, side)) for window in WINDOWS]
    lines, starts, lengths = zip(*found, strict=True)
    start = build.op("Concat", *starts, axis=0)
    parts = [build.split(line, (1, 1, 1), axis=0) for line in lines]
    guess = ""
    for index, colour in enumerate(colours):
        line = build.op("Concat", *(part[index] for part in parts), axis=0)
        along = build.op("Mul", colour, line)
        guess = build.op("Add", guess, along) if guess else build.op("Sub", along, start)
    return guess, build.op("Sqrt", build.op("Concat", *lengths, axis=0))


def _block_means(build: Builder, colours: list[str], alpha: str) -> list[str]:
    """Of the object's colours and share, and of the background's."""
    mean = build.constant(np.full((1, BLOCK**2), 1 / BLOCK**2, np.float32))
    object_ = build.op("Mul", alpha, build.constant(1 / WHITE))
    background = build.op("Sub", build.constant(1.0), object_)
    planes = []
    for each in (object_, background):
        cubed = build.op("Mul", build.op("Mul", each, each), each)
        planes += [*(build.op("Mul", colour, cubed) for colour in colours), cubed]
    return [build.op("MatMul", mean, plane) for plane in planes]


def _window(build: Builder, sums: str, window: int, side: int) -> str:
    """`network.window`: products with a band matrix."""
    at = np.arange(side)
    band = (np.abs(at[:, np.newaxis] - at) <= window // 2).astype(np.float32) / np.float32(window)
    matrix = build.constant(band)
    means = build.op("MatMul", build.op("MatMul", matrix, sums), matrix)
    return build.op("Reshape", means, build.constant(np.array([8, 1, -1])))


def _line(build: Builder, sums: str) -> tuple[str, str, str]:
    """From the background's colour to the object's, by its squared length; where it starts; and
    that length."""
    front, front_share, back, back_share = build.split(sums, (3, 1, 3, 1), axis=0)
    colours = build.constant(np.array([0]))
    front = build.op("Div", front, build.op("Add", front_share, build.constant(FAINT)))
    back = build.op("Div", back, build.op("Add", back_share, build.constant(FAINT)))
    line = build.op("Sub", front, back)
    length = build.op("ReduceSum", build.op("Mul", line, line), colours, keepdims=1)
    line = build.op("Div", line, build.op("Add", length, build.constant(ALIKE * WHITE**2)))
    start = build.op("ReduceSum", build.op("Mul", back, line), colours, keepdims=1)
    return line, start, length
