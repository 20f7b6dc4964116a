"""Four kinds of pixels over a small map are what is convolved on the large one."""

import numpy as np
from onnx import helper

from model.recipe.optimize.subpixel import block_kernel, subpixel_kernel
from tests.model.optimize.graphs import Array, model, picture, run

SIDE = 8
KERNEL = np.random.default_rng(2).standard_normal((2, 3, 3, 3)).astype(np.float32)


def by_channels(kernel: Array) -> Array:
    """Kinds first, as DepthToSpace has it."""
    kinds = kernel.transpose(1, 0, 2, 3, 4)
    return np.ascontiguousarray(kinds.reshape(-1, *kernel.shape[2:]), np.float32)


def convolved(before: str, kernel: Array, side: int, after: str) -> Array:
    scales = np.array([1, 1, 2, 2], np.float32)
    nodes = {
        "Resize": helper.make_node("Resize", ["input", "", "scales"], ["data"], mode="linear"),
        "SpaceToDepth": helper.make_node("SpaceToDepth", ["input"], ["data"], blocksize=2),
        "Identity": helper.make_node("Identity", ["input"], ["data"]),
    }
    ends = {
        "DepthToSpace": helper.make_node("DepthToSpace", ["sums"], ["output"], blocksize=2),
        "Identity": helper.make_node("Identity", ["sums"], ["output"]),
    }
    conv = helper.make_node("Conv", ["data", "kernel"], ["sums"], pads=[1] * 4)
    steps = [nodes[before], conv, ends[after]]
    constants = {"kernel": kernel} | ({"scales": scales} if before == "Resize" else {})
    return run(model(steps, constants, side), picture(side))


def test_over_the_small_map_it_is_the_same_within_the_border() -> None:
    expected = convolved("Resize", KERNEL, SIDE, "Identity")
    found = convolved("Identity", by_channels(subpixel_kernel(KERNEL)), SIDE, "DepthToSpace")
    inner = np.s_[..., 2:-2, 2:-2]
    assert np.allclose(found[inner], expected[inner], atol=1e-5)


def test_over_blocks_it_is_the_same_everywhere() -> None:
    expected = convolved("Identity", KERNEL, SIDE, "Identity")
    found = convolved("SpaceToDepth", by_channels(block_kernel(KERNEL)), SIDE, "DepthToSpace")
    assert np.allclose(found, expected, atol=1e-5)
