"""Describe the networks' files as JSON: digests, origin and figures.

``python -m model.recipe.manifest FOLDER`` writes the digests for a folder of your own networks.
"""

import json
import platform
from argparse import ArgumentParser
from collections import Counter
from dataclasses import asdict, dataclass
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeAlias

from onnx import TensorProto, ValueInfoProto, load

from cutout.segment.network import FAST
from model.recipe.calibrate import QUANTILE
from model.recipe.experts import GRAPHS, Expert
from model.recipe.gate import GATES
from model.recipe.quality import Quality
from model.recipe.shared_weights import WEIGHTS
from model.recipe.speed import Speed

NAME = "manifest.json"
REFINER = "edge-refiner.int8.onnx"
"""Made by `model.recipe.edge_refiner`."""
TOOLS = ("onnx", "onnxruntime", "numpy", "pillow")

Manifest: TypeAlias = dict[str, Any]
"""Hold the file's content; `describe` and `figures` define its schema."""


class FolderError(Exception):
    """Report a folder that can't become a model's."""


@dataclass(frozen=True)
class Recipe:
    """Record what went into the quantization."""

    weight_bits: int
    pictures: list[Path]


def describe(folder: Path, recipe: Recipe) -> Manifest:
    """Return everything but the figures, for the recipe's files in `folder`."""
    return describe_graphs(folder) | {
        "weights": {"type": "int8", "bits": recipe.weight_bits, "per_channel": True},
        "calibration": {
            "pictures": len(recipe.pictures),
            "sha256": _digest_of_all(recipe.pictures),
            "quantile": QUANTILE,
        },
        "tools": {"python": platform.python_version()} | {name: version(name) for name in TOOLS},
    }


def describe_graphs(folder: Path) -> Manifest:
    """Return the digests of the files in `folder`, and what is in the graphs."""
    names = [*(f"{name}.onnx" for name in GRAPHS), WEIGHTS]
    names += [REFINER] if (folder / REFINER).exists() else []
    return {
        "files": {name: describe_file(folder / name) for name in names},
        "graphs": {name: _graph(folder / f"{name}.onnx", name) for name in GRAPHS},
    }


def describe_file(path: Path) -> Manifest:
    """Return one entry of ``files``."""
    return {"sha256": digest(path), "bytes": path.stat().st_size}


def write_files(folder: Path) -> None:
    """Write a manifest that lists every file in `folder`, except hidden ones.

    Raise `FolderError` if it has no network, or the recipe's own manifest.
    """
    require_replaceable(folder)
    if not (folder / FAST).exists():
        raise FolderError(f"{folder} has no {FAST}, which the service needs.")
    files = sorted(each for each in folder.iterdir() if _is_listed(each))
    write(folder / NAME, {"files": {each.name: describe_file(each) for each in files}})


def require_replaceable(folder: Path) -> None:
    """Raise `FolderError` unless `folder` is one whose manifest may be written.

    The recipe's own manifest may not be replaced: it says more. One that can't be parsed may be.
    """
    if not folder.is_dir():
        raise FolderError(f"{folder} is not a folder.")
    path = folder / NAME
    if path.exists() and _is_of_recipe(path):
        raise FolderError(
            f"{path} was written by `make model`, which keeps it up to date: name another folder."
        )


def _is_of_recipe(path: Path) -> bool:
    try:
        found = json.loads(path.read_bytes())
    except ValueError:  # it was cut off, or is empty
        return False
    return isinstance(found, dict) and "graphs" in found


def _is_listed(path: Path) -> bool:
    return path.is_file() and path.name != NAME and not path.name.startswith(".")


def figures(sets: dict[str, dict[str, Quality]], speed: Speed) -> Manifest:
    """Return the measurements, rounded."""
    return {
        "mean_absolute_error": {
            model: {name: _rounded(asdict(item), 5) for name, item in each.items()}
            for model, each in sets.items()
        },
        "one_thread": _rounded(asdict(speed), 3),
    }


def earlier_figures(folder: Path) -> Manifest | None:
    """Return the figures of the manifest in `folder`, or None if its files have changed."""
    path = folder / NAME
    if not path.exists():
        return None
    earlier = read(path)
    same = all(digest(folder / name) == file["sha256"] for name, file in earlier["files"].items())
    found: Manifest | None = earlier["figures"] if same else None
    return found


def _graph(path: Path, name: str) -> Manifest:
    model = load(path, load_external_data=False)
    return {
        "experts": [_expert(expert) for expert in GRAPHS[name]],
        "gate": asdict(GATES[name]),
        "inputs": {each.name: _tensor(each) for each in model.graph.input},
        "outputs": {each.name: _tensor(each) for each in model.graph.output},
        "opset": next(item.version for item in model.opset_import if not item.domain),
        "ir_version": model.ir_version,
        "operators": dict(sorted(Counter(node.op_type for node in model.graph.node).items())),
    }


def _expert(expert: Expert) -> Manifest:
    source = expert.source
    return {
        "name": expert.name,
        "side": expert.side,
        "package": source.package,
        "sha256": source.digest,
        "licence": source.licence,
    }


def write(path: Path, manifest: Manifest) -> None:
    """Write the manifest, indented."""
    path.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")


def read(path: Path) -> Manifest:
    """Return the manifest at `path`."""
    manifest: Manifest = json.loads(path.read_text())
    return manifest


def digest(path: Path) -> str:
    """Return the file's sha256 in hex."""
    return sha256(path.read_bytes()).hexdigest()


def _digest_of_all(paths: list[Path]) -> str:
    """Return the digest of the sorted digests, so that names and order don't matter."""
    return sha256("\n".join(sorted(digest(path) for path in paths)).encode()).hexdigest()


def _tensor(value: ValueInfoProto) -> Manifest:
    tensor = value.type.tensor_type
    return {
        "type": TensorProto.DataType.Name(tensor.elem_type).lower(),
        "shape": [dimension.dim_value for dimension in tensor.shape.dim],
    }


def _rounded(values: Manifest, digits: int) -> Manifest:
    result: Manifest = {}
    for name, value in values.items():
        if isinstance(value, dict):
            result[name] = _rounded(value, digits)
        else:
            result[name] = round(value, digits) if isinstance(value, float) else value
    return result


def main() -> None:
    """Write the manifest of the folder that the command line names; exit with 2 if it can't be."""
    parser = ArgumentParser(prog="python -m model.recipe.manifest")
    parser.add_argument("folder", type=Path, help="holds fast.onnx, and what it needs")
    folder = parser.parse_args().folder
    try:
        write_files(folder)
    except (FolderError, OSError) as error:
        parser.exit(2, f"{error}\n")


if __name__ == "__main__":
    main()
