"""``python -m model.recipe.edge_refiner --train FOLDER``: scenes → fit → export → quantize → arrange.

Two cores take about three hours. torch (2.13, CPU) is needed beside the project's own packages.
"""

from argparse import ArgumentParser
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
from model.recipe.edge_refiner.optimize import publish
from model.recipe.edge_refiner.scenes import load_photos, make_scene
from model.recipe.edge_refiner.train import Scenes, fit

SEED, COUNT, SIDE, STEPS = 11, 5000, 160, 4000
CALIBRATED, PERCENTILE = 40, 99.99
HERE = Path(__file__).resolve().parents[2]


class Tiles(CalibrationDataReader):
    """Four scenes to a tile."""

    def __init__(self, scenes: Scenes) -> None:
        self._scenes, self._next = scenes, 0

    def get_next(self) -> dict[str, Scenes] | None:
        """The next tile, under the input's name."""
        if self._next >= CALIBRATED:
            return None
        four = self._scenes[4 * self._next : 4 * self._next + 4, :4]
        self._next += 1
        rows = [np.concatenate(list(pair), 2) for pair in (four[:2], four[2:])]
        return {"tile": np.ascontiguousarray(np.concatenate(rows, 1))}


def draw(train: Path) -> Scenes:
    """Shape (5000, 5, 160, 160): red, green, blue, coarse alpha, matte."""
    photos = load_photos(train)
    scenes: Scenes = np.empty((COUNT, 5, SIDE, SIDE), np.uint8)
    for index in range(COUNT):
        scene = make_scene(np.random.default_rng((SEED, index)), SIDE, photos)
        scenes[index, :3] = scene.picture.transpose(2, 0, 1)
        scenes[index, 3], scenes[index, 4] = scene.coarse, scene.truth
    return scenes


def quantize(source: Path, target: Path, scenes: Scenes) -> None:
    """Seven-bit weights, as everywhere (`model.recipe.quantize`)."""
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


def main() -> None:
    """Writes the file and its entry in the manifest."""
    parser = ArgumentParser(prog="python -m model.recipe.edge_refiner")
    parser.add_argument("--train", type=Path, required=True, help="sets, each with im/ and gt/")
    parser.add_argument("--scenes", type=Path, help="where drawn scenes are kept between runs")
    parser.add_argument("--checkpoint", type=Path, help="where a broken-off fit goes on")
    parser.add_argument("--out", type=Path, default=HERE)
    given = parser.parse_args()
    with TemporaryDirectory() as folder:
        scratch = Path(folder)
        kept = given.scenes or scratch / "scenes.npy"
        if not kept.exists():
            np.save(kept, draw(given.train))
        scenes: Scenes = np.load(kept, mmap_mode="r")
        torch.set_num_threads(1)
        network = fit(scenes, STEPS, given.checkpoint or scratch / "fit.pt", STEPS)
        export(network.eval(), scratch / "fp32.onnx")
        quantize(scratch / "fp32.onnx", scratch / "int8.onnx", scenes)
        publish(scratch / "int8.onnx", given.out)


if __name__ == "__main__":
    main()
