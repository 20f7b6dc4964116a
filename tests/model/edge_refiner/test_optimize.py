"""The graph that is shipped says what the network says that was fitted."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime as ort
import pytest
from onnx import numpy_helper

from cutout.refine.tiles import SIDE
from model.recipe import manifest
from model.recipe.edge_refiner.optimize import optimize, publish
from model.recipe.edge_refiner.quantized_layers import Layer, Range
from model.recipe.edge_refiner.reorder_weights import LARGEST, with_planes
from tests.model.edge_refiner import quantized

FITTED = Path(manifest.__file__).parent / "edge_refiner" / "fitted.onnx"
SHIPPED = Path(manifest.__file__).parents[1] / manifest.REFINER


def scene(seed: int) -> npt.NDArray[np.uint8]:
    """Two colours with grain, a slanted edge between them, and a soft alpha a little beside it."""
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[:SIDE, :SIDE]
    off = columns - SIDE / 2 + (rows - SIDE / 2) * rng.uniform(-1, 1)
    share = (off > 0)[..., np.newaxis]
    colours = np.where(share, rng.uniform(0, 255, 3), rng.uniform(0, 255, 3))
    grained = np.clip(colours + rng.normal(0, 12, (SIDE, SIDE, 3)), 0, 255)
    alpha = np.clip((off + 3) / 12 + 0.5, 0, 1)[..., np.newaxis] * 255
    return np.concatenate([grained, alpha], 2).astype(np.uint8)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> tuple[quantized.Layers, Path]:
    folder = tmp_path_factory.mktemp("arranged")
    layers = quantized.write(folder / "quantized.onnx", np.random.default_rng(2))
    optimize(folder / "quantized.onnx", folder / "arranged.onnx")
    return layers, folder / "arranged.onnx"


def said(path: Path, tiles: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    session = ort.InferenceSession(path, providers=["CPUExecutionProvider"])
    answer: npt.NDArray[np.uint8] = session.run(None, {"tiles": tiles})[0]
    return answer


def test_it_says_what_the_network_says(drawn: tuple[quantized.Layers, Path]) -> None:
    layers, path = drawn
    tiles = np.stack([scene(seed) for seed in range(3)])
    expected = np.stack([quantized.forward(layers, tile) for tile in tiles])
    assert np.abs(expected - tiles[..., 3]).mean() > 20, "it would not show"
    off = np.abs(said(path, tiles) - expected)
    assert off.mean() < 1.5, "more than rounding to bytes"


def test_the_fitted_network_gives_the_shipped_graph(tmp_path: Path) -> None:
    """Compare weights and answers; names of nodes and constants may differ."""
    publish(FITTED, tmp_path)
    tiles = np.stack([scene(seed) for seed in range(4)])
    rebuilt = tmp_path / manifest.REFINER
    assert np.array_equal(said(rebuilt, tiles), said(SHIPPED, tiles))
    ours, shipped = (onnx.load(path).graph for path in (rebuilt, SHIPPED))
    for found, expected in zip(ours.initializer, shipped.initializer, strict=True):
        assert found.raw_data == expected.raw_data


def test_a_rebuilt_graph_is_entered_in_the_manifest(tmp_path: Path) -> None:
    manifest.write(tmp_path / manifest.NAME, {"files": {"fast.onnx": {}}})
    publish(FITTED, tmp_path)
    files = manifest.read(tmp_path / manifest.NAME)["files"]
    assert files[manifest.REFINER] == manifest.describe_file(tmp_path / manifest.REFINER)
    assert "fast.onnx" in files


def test_every_tile_is_answered_for_itself() -> None:
    tiles = np.stack([scene(seed) for seed in range(5)])
    together = said(SHIPPED, tiles)
    for tile, answer in zip(tiles, together, strict=True):
        assert np.array_equal(said(SHIPPED, tile[np.newaxis])[0], answer)


def test_weights_are_of_seven_bits() -> None:
    """Pairs of products fit 16 bits then, on processors that add them up in these."""
    graph = onnx.load(SHIPPED).graph
    tensors = {item.name: numpy_helper.to_array(item) for item in graph.initializer}
    found = [tensors[node.input[3]] for node in graph.node if node.op_type == "QLinearConv"]
    assert len(found) == 9
    for weight in found:
        assert weight.dtype == np.int8
        assert np.abs(weight.astype(np.int16)).max() <= LARGEST + 1


@pytest.mark.parametrize("largest", [4 * LARGEST, 4 * LARGEST + 1])
def test_weights_that_do_not_fit_their_copies_are_refused(largest: int) -> None:
    byte = Range(np.float32(1), np.uint8(0))
    scale = np.full(1, 0.5, np.float32)
    layer = Layer(np.zeros((1, 2, 3, 3), np.int8), scale, np.zeros(1, np.int32), byte, byte)
    weight = np.full((1, 1, 3, 3), largest * 0.5, np.float32)
    weight[0, 0, 0, 0] = -3 * 0.5
    if largest > 4 * LARGEST:
        with pytest.raises(ValueError, match="don't fit"):
            with_planes(layer, weight, 4)
    else:
        added = with_planes(layer, weight, 4).weight[:, 2:]
        assert np.array_equal(added.sum(1, keepdims=True) * 0.5, weight)
