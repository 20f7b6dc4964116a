"""A convolution over an enlarged map as one over the map itself, which gives four pixels at once.

Enlarged by 2, a map has four kinds of pixels, by whether row and column are even or odd, and what a
3 x 3 kernel sees around each kind is a 3 x 3 window of the small map, mixed in a way of its own. So
four kernels over the small map give the four kinds, as four channels of one pixel: nothing is
enlarged, and onnxruntime has short rows of many channels in the place of long ones of few.
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
"""For each phase and each of a kernel's three taps: what linear interpolation takes of the three
neighbours on the small map."""


def subpixel_kernel(kernel: Values) -> Values:
    """Of a kernel (out, channels, 3, 3) over an enlarged map, that over the map: (out, 4, channels,
    3, 3). Exact but for the large map's outermost pixels, beyond which are other zeros."""
    parts = [
        np.einsum("ocuv,uy,vx->ocyx", kernel, TAP_WEIGHTS[row], TAP_WEIGHTS[column])
        for row, column in PHASES
    ]
    return np.stack(parts, 1)


def block_kernel(kernel: Values) -> Values:
    """Of a kernel (out, channels, 3, 3) over a large map, that over the map after SpaceToDepth:
    (out, 4, 4 · channels, 3, 3)."""
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
