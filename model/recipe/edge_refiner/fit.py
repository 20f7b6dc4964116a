"""Fit the edge refiner: draw scenes, train on them, export the network, quantize it."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quant_pre_process,
    quantize_static,
)

from model.recipe.edge_refiner.export import QUANTIZED, export
from model.recipe.edge_refiner.scenes import load_photos, make_scene
from model.recipe.edge_refiner.sizes import SCENE_SIDE
from model.recipe.edge_refiner.train import Scenes, train

SEED = 11
"""Seed of the scenes; the training's seeds are in `train`."""
CALIBRATED, PERCENTILE = 40, 99.99
"""Tiles that the quantization is calibrated on, and the share of values within its ranges."""


class Tiles(CalibrationDataReader):
    """Feed tiles of four scenes each to the calibration."""

    def __init__(self, scenes: Scenes) -> None:
        self._scenes, self._next = scenes, 0

    def get_next(self) -> dict[str, Scenes] | None:
        """Return the next tile under the input's name, or None after the last."""
        if self._next >= min(CALIBRATED, len(self._scenes) // 4):
            return None
        four = self._scenes[4 * self._next : 4 * self._next + 4, :4]
        self._next += 1
        rows = [np.concatenate(list(pair), 2) for pair in (four[:2], four[2:])]
        return {"tile": np.ascontiguousarray(np.concatenate(rows, 1))}


def fit(photos: Path, target: Path, count: int, steps: int, kept: Path | None) -> None:
    """Write the int8 network (QDQ) to `target`.

    It is fitted on `count` scenes drawn over the sets in `photos`. Scenes and checkpoints in `kept`
    are used again.
    """
    with TemporaryDirectory() as folder:
        scratch = kept or Path(folder)
        scratch.mkdir(parents=True, exist_ok=True)
        drawn = scratch / "scenes.npy"
        if not drawn.exists():
            np.save(drawn, draw(photos, count))
        scenes: Scenes = np.load(drawn, mmap_mode="r")
        torch.set_num_threads(1)
        network = train(scenes, steps, scratch / "fit.pt")
        export(network.eval(), scratch / "fp32.onnx")
        quantize(scratch / "fp32.onnx", target, scenes)


def draw(photos: Path, count: int) -> Scenes:
    """Return scenes of shape (count, 5, 160, 160): red, green, blue, coarse alpha, matte."""
    loaded = load_photos(photos)
    scenes: Scenes = np.empty((count, 5, SCENE_SIDE, SCENE_SIDE), np.uint8)
    for index in range(count):
        scene = make_scene(np.random.default_rng((SEED, index)), SCENE_SIDE, loaded)
        scenes[index, :3] = scene.picture.transpose(2, 0, 1)
        scenes[index, 3], scenes[index, 4] = scene.coarse, scene.truth
    return scenes


def quantize(source: Path, target: Path, scenes: Scenes) -> None:
    """Write the fp32 graph `source` with int8 convolutions.

    Their weights have seven bits, as in `model.recipe.quantize`.
    """
    inferred = source.with_suffix(".inferred.onnx")
    quant_pre_process(source, inferred, skip_optimization=True, skip_symbolic_shape=True)
    quantize_static(
        inferred,
        target,
        Tiles(scenes),
        quant_format=QuantFormat.QDQ,
        nodes_to_quantize=list(QUANTIZED),
        per_channel=True,
        reduce_range=True,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        calibrate_method=CalibrationMethod.Percentile,
        extra_options={"CalibPercentile": PERCENTILE},
    )
