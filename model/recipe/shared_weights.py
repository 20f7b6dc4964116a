"""Save several models with one file of weights, tensors that they share being stored once."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from onnx import ModelProto, TensorProto, save_model
from onnx.external_data_helper import set_external_data

WEIGHTS = "weights.bin"
SMALL = 1024
"""Tensors of fewer bytes stay in their model."""
PAGE = 64
"""Offsets are multiples of it, so that mapped memory is aligned."""


def save_with_shared_weights(
    models: Mapping[str, ModelProto], folder: Path, order: Sequence[str] = ()
) -> None:
    """Write ``NAME.onnx`` for each model, and ``weights.bin``.

    Tensors are stored in the `order` of the first parts of their names (``expert/...``), and all
    others behind them. The same experts thus give the same file, in whatever graphs they are.
    """
    places: dict[bytes, int] = {}
    content = bytearray()
    ranks = {name: rank for rank, name in enumerate(order)}
    tensors = [each for model in models.values() for each in model.graph.initializer]
    for tensor in sorted(tensors, key=lambda each: ranks.get(each.name.split("/")[0], len(ranks))):
        if len(tensor.raw_data) >= SMALL:
            _move(tensor, places, content)
    for name, model in models.items():
        save_model(model, folder / f"{name}.onnx")
    (folder / WEIGHTS).write_bytes(content)


def _move(tensor: TensorProto, places: dict[bytes, int], content: bytearray) -> None:
    data = tensor.raw_data
    key = sha256(data).digest()
    if key not in places:
        content.extend(bytes(-len(content) % PAGE))
        places[key] = len(content)
        content.extend(data)
    set_external_data(tensor, WEIGHTS, places[key], len(data))
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
