"""Checkpoints by hand: the pickles and zip files that ``torch.save`` writes.

A pickle names functions by module, and pickle itself can't write the name of what can't be
imported; so the few opcodes are written here.
"""

import pickle
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
import numpy.typing as npt

ROOT = "archive"
KINDS = {"float32": "FloatStorage", "float16": "HalfStorage", "int64": "LongStorage"}


@dataclass(frozen=True)
class Name:
    """Ask for a function or class."""

    module: str
    name: str


@dataclass(frozen=True)
class Call:
    """Call what `function` stands for; then, if there is a state, set it."""

    function: Name
    arguments: Sequence[Any]
    items: Mapping[str, Any] | None = None
    state: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Reference:
    """Refer to what lies beside the pickle."""

    content: tuple[Any, ...]


def pickled(value: object) -> bytes:
    """Return the pickle of `value`, protocol 2."""
    return b"\x80\x02" + _opcodes(value) + b"."


def archive(pickle_: bytes, storages: Mapping[str, npt.NDArray[Any]], root: str = ROOT) -> bytes:
    """Return the zip file of a pickle and the storages it refers to."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as opened:
        opened.writestr(f"{root}/data.pkl", pickle_)
        opened.writestr(f"{root}/byteorder", "little")
        for key, values in storages.items():
            opened.writestr(f"{root}/data/{key}", values.tobytes())
        opened.writestr(f"{root}/version", "3\n")
    return target.getvalue()


def storage(key: str, dtype: str, length: int) -> Reference:
    """Refer to ``data/key``, `length` elements."""
    return Reference(("storage", Name("torch", KINDS[dtype]), key, "cpu", length))


def tensor(stored: Reference, shape: Sequence[int], stride: Sequence[int], offset: int = 0) -> Call:
    """Cut a tensor from a storage."""
    hooks = Call(Name("collections", "OrderedDict"), ())
    rest = (offset, tuple(shape), tuple(stride), False, hooks)
    return Call(Name("torch._utils", "_rebuild_tensor_v2"), (stored, *rest))


def whole(key: str, values: npt.NDArray[Any]) -> Call:
    """Refer to all of an array's own storage."""
    steps = tuple(step // values.itemsize for step in np.empty(values.shape, values.dtype).strides)
    return tensor(storage(key, values.dtype.name, values.size), values.shape, steps)


def _opcodes(value: object) -> bytes:
    match value:
        case Name():
            return b"c" + f"{value.module}\n{value.name}\n".encode()
        case Call():
            code = _opcodes(value.function) + _opcodes(tuple(value.arguments)) + b"R"
            code += _items(value.items) if value.items else b""
            return code + (_opcodes(value.state) + b"b" if value.state else b"")
        case Reference():
            return _opcodes(value.content) + b"Q"
        case tuple():
            return b"(" + b"".join(map(_opcodes, value)) + b"t"
        case dict():
            return b"}" + _items(value)
        case _:
            return pickle.dumps(value, 2)[2:-1]


def _items(values: Mapping[str, Any]) -> bytes:
    return b"(" + b"".join(_opcodes(k) + _opcodes(v) for k, v in values.items()) + b"u"
