"""Measure the layers of the image: ``python -m tools.image_sizes IMAGE``.

The result replaces the table in `docs/performance.md`.
"""

import json
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO
from zlib import compressobj

from tools.engine import BASE, Engine
from tools.page import update

PAGE = Path(__file__).resolve().parent.parent / "docs" / "performance.md"
CODE = "code"
CHUNK = 1 << 20

# A file that only this layer has.
MARKS = {
    "10-numerics": "var/task/numpy/__init__.py",
    "20-onnxruntime": "var/task/onnxruntime/__init__.py",
    "weights": "var/task/cutout/model/weights.bin",
    "graphs": "var/task/cutout/model/best.onnx",
    "30-web": "var/task/fastapi/__init__.py",
    CODE: "var/task/cutout/aws.py",
}


@dataclass(frozen=True)
class Layer:
    """Hold a layer's bytes as a tar file, and compressed by gzip for the upload."""

    name: str
    size: int
    compressed: int


def layers_above(engine: Engine, base: str, image: str) -> list[Layer]:
    """Return the image's own layers, the lowest first."""
    with TemporaryDirectory() as folder:
        archive = Path(folder) / "image.tar"
        engine.run("save", "--output", str(archive), image)
        with tarfile.open(archive) as saved:
            manifest = saved.extractfile("manifest.json")
            if manifest is None:
                raise ValueError("the saved image has no manifest")
            names = json.load(manifest)[0]["Layers"][len(engine.layers(base)) :]
            return [_layer(saved, name) for name in names]


def _layer(saved: tarfile.TarFile, member: str) -> Layer:
    """Return the size of one layer of a saved image."""
    content = saved.extractfile(member)
    if content is None:
        raise ValueError(f"the saved image has no {member}")
    with tarfile.open(fileobj=content) as layer:
        files = set(layer.getnames())
    name = next((name for name, mark in MARKS.items() if mark in files), "")
    content.seek(0)
    return Layer(name, *_weigh(content))


def _weigh(content: IO[bytes]) -> tuple[int, int]:
    """Return the layer's bytes as they are and compressed."""
    size, compressed, squeeze = 0, 0, compressobj(6)
    while chunk := content.read(CHUNK):
        size += len(chunk)
        compressed += len(squeeze.compress(chunk))
    return size, compressed + len(squeeze.flush())


def table(layers: list[Layer]) -> str:
    """Return a Markdown table without the layers that hold no file of ours."""
    rows = [(layer.name, layer.size, layer.compressed) for layer in layers if layer.name]
    size, compressed = (sum(getattr(each, of) for each in layers) for of in ("size", "compressed"))
    total = ("**all above the base**", size, compressed)
    lines = [f"| {name} | {_mb(size)} | {_mb(small)} |" for name, size, small in [*rows, total]]
    return "\n".join(["| layer | MB | as gzip |", "|---|---:|---:|", *lines])


def _mb(size: int) -> str:
    """Return bytes as megabytes, for a table."""
    return f"{size / 1e6:.1f}" if size >= 1e5 else f"{size / 1e6:.2f}"


def main() -> None:
    """Write the table into the page."""
    engine = Engine.find()
    update(PAGE, "layers", table(layers_above(engine, BASE, sys.argv[1])))


if __name__ == "__main__":
    main()
