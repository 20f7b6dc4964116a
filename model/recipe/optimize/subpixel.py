"""Replace a convolution over an upscaled map by one over the small map, giving four pixels at once.

Upscaled by 2, a map has four kinds of pixels, by whether row and column are even or odd. A 3 x 3
kernel around each kind sees a 3 x 3 window of the small map, mixed differently. So four kernels
over the small map give the four kinds as channels (sub-pixel convolution): nothing is upscaled, and
onnxruntime has short rows of many channels in place of long ones of few.
"""

import numpy as np

from model.recipe.optimize.graph_edit import Values

PHASES = [(0, 0), (0, 1), (1, 0), (1, 1)]
"""Row and column of the large map, modulo 2, in the order of DepthToSpace."""
NEAR, FAR = 0.75, 0.25
TAP_WEIGHTS = np.array(
    [
        [[NEAR, FAR, 0], [FAR, NEAR, 0], [0, NEAR, FAR]],
        [[FAR, NEAR, 0], [0, NEAR, FAR], [0, FAR, NEAR]],
    ]
)
"""Weights of the three neighbours on the small map in linear interpolation, for each phase and each
of a kernel's three taps."""


def subpixel_kernel(kernel: Values) -> Values:
    """Turn a kernel over an upscaled map into one over the small map.

    The shape (out, channels, 3, 3) becomes (out, 4, channels, 3, 3). The result is exact but for
    the large map's outermost pixels, whose padding differs.
    """
    parts = [
        np.einsum("ocuv,uy,vx->ocyx", kernel, TAP_WEIGHTS[row], TAP_WEIGHTS[column])
        for row, column in PHASES
    ]
    return np.stack(parts, 1)


def block_kernel(kernel: Values) -> Values:
    """Turn a kernel over a large map into one over its SpaceToDepth.

    The shape (out, channels, 3, 3) becomes (out, 4, 4 · channels, 3, 3).
    """
    out, channels = kernel.shape[:2]
    whole = np.zeros((out, 4, 4, channels, 3, 3), kernel.dtype)
    for phase, (row, column) in enumerate(PHASES):
        for up in range(3):
            for left in range(3):
                block_row, within_row = divmod(row + up - 1, 2)
                block_column, within_column = divmod(column + left - 1, 2)
                within = 2 * within_row + within_column
                place = (slice(None), phase, within, slice(None), block_row + 1, block_column + 1)
                whole[place] = kernel[:, :, up, left]
    return whole.reshape(out, 4, 4 * channels, 3, 3)
