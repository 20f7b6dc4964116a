"""Build the naive image: the same code and packages, one `pip install`, the float model.

The model is fused at the time of the benchmark from the published networks, and kept nowhere.
"""

import json
from argparse import Namespace
from hashlib import file_digest
from pathlib import Path
from shutil import copy2, copytree, ignore_patterns
from tempfile import TemporaryDirectory

from benchmarks.cold.start import ROOT
from cutout.segment.model_file import MANIFEST, WEIGHTS
from model.recipe.__main__ import graphs, make_published
from model.recipe.experts import GRAPHS
from model.recipe.shared_weights import save_with_shared_weights
from tools.engine import Engine

REFINER = "edge-refiner.int8.onnx"
DOCKERFILE = Path(__file__).with_name("naive.Dockerfile")


def build(engine: Engine, tag: str, experts: Path | None, packages: Path | None) -> None:
    """Build and tag the image.

    `experts` is a folder of ``NAME-SIDE.fp32.onnx`` files, as `python -m model.recipe --keep`
    leaves them; `packages` is a folder of the published packages, or None to download them.
    """
    with TemporaryDirectory() as folder:
        context = Path(folder) / "context"
        for part in ("layers", "handler"):
            copytree(ROOT / part, context / part, ignore=ignore_patterns("__pycache__"))
        scratch = experts or Path(folder) / "experts"
        scratch.mkdir(exist_ok=True)
        _make_experts(scratch, packages)
        _write_model(scratch, context / "model")
        copy2(DOCKERFILE, context / "Dockerfile")
        engine.build(tag, context)


def _make_experts(scratch: Path, packages: Path | None) -> None:
    for expert in (each for experts in GRAPHS.values() for each in experts):
        if not (scratch / f"{expert.stem}.fp32.onnx").exists():
            make_published(expert, Namespace(packages=packages, tinyvit=None), scratch)


def _write_model(scratch: Path, target: Path) -> None:
    target.mkdir()
    save_with_shared_weights(graphs(scratch, "fp32"), target)
    copy2(ROOT / "model" / REFINER, target)
    write_digests(target)


def write_digests(folder: Path) -> None:
    """Write the manifest against which the code checks the files."""
    files = {}
    for name in (*(f"{graph}.onnx" for graph in GRAPHS), REFINER, WEIGHTS):
        with (folder / name).open("rb") as file:
            files[name] = {"sha256": file_digest(file, "sha256").hexdigest()}
    (folder / MANIFEST).write_text(json.dumps({"files": files}))
