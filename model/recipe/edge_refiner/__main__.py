"""Build the edge refiner: ``python -m model.recipe.edge_refiner``.

Without options, the fitted network (`fitted.onnx`, beside this file) is put into the graph that
ships, in seconds. ``--train FOLDER`` fits it again first, which takes about three hours of two
cores and needs torch (`requirements/fit.txt`).
"""

from argparse import ArgumentParser
from pathlib import Path

from model.recipe import manifest
from model.recipe.edge_refiner.optimize import publish
from model.recipe.edge_refiner.sizes import SCENES, STEPS

FITTED = Path(__file__).parent / "fitted.onnx"
SHIPPED = Path(manifest.__file__).parents[1]


def main() -> None:
    """Write the graph, and its entry in the manifest beside it."""
    parser = ArgumentParser(prog="python -m model.recipe.edge_refiner")
    parser.add_argument("--train", type=Path, help="folder of sets, each with im/ and gt/")
    parser.add_argument("--fitted", type=Path, default=FITTED, help="the quantized network")
    parser.add_argument("--out", type=Path, default=SHIPPED, help="folder for the graph")
    parser.add_argument("--scenes", type=int, default=SCENES, help="number of drawn scenes")
    parser.add_argument("--steps", type=int, default=STEPS, help="number of training steps")
    parser.add_argument("--kept", type=Path, help="folder in which an interrupted fit is continued")
    given = parser.parse_args()
    if given.train:
        from model.recipe.edge_refiner.fit import fit  # noqa: PLC0415  # needs torch

        fit(given.train, given.fitted, given.scenes, given.steps, given.kept)
    publish(given.fitted, given.out)


if __name__ == "__main__":
    main()
