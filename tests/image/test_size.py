"""Check the image's size, and how much of it a change of the code ships again."""

import shutil
from pathlib import Path

import pytest

from tools.engine import BASE, Engine
from tools.image_sizes import CODE, Layer, layers_above

pytestmark = pytest.mark.image

ROOT = Path(__file__).resolve().parents[2]
UNCOMPRESSED_MB, COMPRESSED_MB = 420, 200
CODE_KB = 1000


@pytest.fixture(scope="module")
def layers(engine: Engine, image: str) -> list[Layer]:
    return layers_above(engine, BASE, image)


def test_it_is_no_larger_than_it_may_be(layers: list[Layer]) -> None:
    assert sum(layer.size for layer in layers) < UNCOMPRESSED_MB * 1e6
    assert sum(layer.compressed for layer in layers) < COMPRESSED_MB * 1e6


def test_the_code_is_a_layer_of_kilobytes(layers: list[Layer]) -> None:
    (code,) = (layer for layer in layers if layer.name == CODE)
    assert code.compressed < CODE_KB * 1000
    above = layers[layers.index(code) + 1 :]
    assert sum(layer.compressed for layer in above) < CODE_KB * 1000


def test_a_change_of_the_code_leaves_the_layers_under_it(
    engine: Engine, image: str, layers: list[Layer], tmp_path: Path
) -> None:
    for name in ("layers", "model", "handler", "requirements", "clients"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for name in ("Dockerfile", ".dockerignore"):
        shutil.copy2(ROOT / name, tmp_path)
    with (tmp_path / "handler" / "cutout" / "stages.py").open("a") as file:
        file.write("\n# changed\n")
    changed = f"{image}-changed"
    engine.build(changed, tmp_path, "--target", "lambda")
    try:
        before, after = engine.layers(image), engine.layers(changed)
        place = len(engine.layers(BASE)) + [layer.name for layer in layers].index(CODE)
        assert after[:place] == before[:place], "more than the code would be uploaded again"
        assert after[place] != before[place], "the change is not in the image"
    finally:
        engine.attempt("rmi", changed)
