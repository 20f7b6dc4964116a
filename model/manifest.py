"""What the model file is, what made it and how good it is, as JSON."""

import json
import platform
from collections import Counter
from dataclasses import asdict, dataclass
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeAlias

from onnx import ModelProto, TensorProto, load

from model import weights
from model.calibrate import QUANTILE
from model.quality import Quality
from model.speed import Speed

FILE = "isnet-general-use.int8.onnx"
NAME = "manifest.json"
TOOLS = ("onnx", "onnxruntime", "numpy", "pillow")

Manifest: TypeAlias = dict[str, Any]
"""As it lies in the file; `describe` and `figures` are the schema."""


@dataclass(frozen=True)
class Recipe:
    """What went into the quantization."""

    parameters: int
    weight_bits: int
    pictures: list[Path]


def describe(path: Path, recipe: Recipe) -> Manifest:
    """Everything but the figures."""
    model = load(path)
    return {
        "file": path.name,
        "sha256": digest(path),
        "bytes": path.stat().st_size,
        "source": {"package": weights.PACKAGE, "sha256": weights.DIGEST, "precision": "fp16"},
        "parameters": recipe.parameters,
        "weights": {"type": "int8", "bits": recipe.weight_bits, "per_channel": True},
        "input": _tensor(model, "input"),
        "output": _tensor(model, "output"),
        "opset": next(item.version for item in model.opset_import if not item.domain),
        "ir_version": model.ir_version,
        "operators": dict(sorted(Counter(node.op_type for node in model.graph.node).items())),
        "calibration": {
            "pictures": len(recipe.pictures),
            "sha256": _digest_of_all(recipe.pictures),
            "quantile": QUANTILE,
        },
        "tools": {"python": platform.python_version()} | {name: version(name) for name in TOOLS},
    }


def figures(sets: dict[str, Quality], speed: Speed) -> Manifest:
    """What was measured, rounded to what is worth reading."""
    return {
        "mean_absolute_error": {name: _rounded(asdict(item), 5) for name, item in sets.items()},
        "one_thread": _rounded(asdict(speed), 2),
    }


def write(path: Path, manifest: Manifest) -> None:
    """Indented, for readers and diffs."""
    path.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")


def read(path: Path) -> Manifest:
    """The counterpart of `write`."""
    manifest: Manifest = json.loads(path.read_text())
    return manifest


def digest(path: Path) -> str:
    """The file's sha256 in hex."""
    return sha256(path.read_bytes()).hexdigest()


def _digest_of_all(paths: list[Path]) -> str:
    """Of the sorted digests, so that names and order don't matter."""
    return sha256("\n".join(sorted(digest(path) for path in paths)).encode()).hexdigest()


def _tensor(model: ModelProto, name: str) -> Manifest:
    values = [*model.graph.input, *model.graph.output]
    tensor = next(item.type.tensor_type for item in values if item.name == name)
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
