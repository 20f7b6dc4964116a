"""Read the tensors of a PyTorch checkpoint without PyTorch, and without running any of its code."""

import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from io import BytesIO
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Tensors: TypeAlias = dict[str, npt.NDArray[Any]]
"""By name, as the module's ``state_dict`` has them."""

STORAGES = {"FloatStorage": "<f4", "HalfStorage": "<f2", "LongStorage": "<i8"}
"""The element types that the checkpoints here use, by PyTorch's name."""


class CheckpointError(Exception):
    """Say that a checkpoint holds something other than a dictionary of tensors."""


def read_checkpoint(content: bytes) -> Tensors:
    """Return the tensors of a zip file written by ``torch.save`` (PyTorch 1.6 and later).

    Raise `CheckpointError` where the pickle in it asks for anything but tensors, or is anything but
    a dictionary of them.
    """
    with zipfile.ZipFile(BytesIO(content)) as archive:
        (entry,) = (name for name in archive.namelist() if name.endswith("/data.pkl"))
        reader = _Tensors(archive, entry.removesuffix("data.pkl"), archive.read(entry))
        tensors = reader.load()
    if not isinstance(tensors, dict) or not all(
        isinstance(value, np.ndarray) for value in tensors.values()
    ):
        raise CheckpointError("the checkpoint is not a dictionary of tensors")
    return tensors


class _Tensors(pickle.Unpickler):
    """Unpickle tensors as arrays; refuse every other class."""

    def __init__(self, archive: zipfile.ZipFile, root: str, pickled: bytes) -> None:
        super().__init__(BytesIO(pickled))
        self._archive, self._root = archive, root

    def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401  # as pickle has it
        """Return what stands for a class or function of the pickle."""
        known: dict[tuple[str, str], Callable[..., Any] | str] = {
            ("torch._utils", "_rebuild_tensor_v2"): _strided,
            ("collections", "OrderedDict"): OrderedDict,
            **{("torch", storage): dtype for storage, dtype in STORAGES.items()},
        }
        try:
            return known[module, name]
        except KeyError:
            raise CheckpointError(f"the checkpoint uses {module}.{name}") from None

    def persistent_load(self, pid: Any) -> npt.NDArray[Any]:  # noqa: ANN401  # as pickle has it
        """Return the flat array that a storage holds."""
        kind, dtype, key, _, length = pid
        if kind != "storage":
            raise CheckpointError(f"the checkpoint refers to a {kind}")
        return np.frombuffer(self._archive.read(f"{self._root}data/{key}"), dtype, length)


def _strided(
    storage: npt.NDArray[Any],
    offset: int,
    shape: tuple[int, ...],
    stride: tuple[int, ...],
    *_: object,
) -> npt.NDArray[Any]:
    """Return the tensor that `offset`, `shape` and `stride` (in elements) cut from `storage`."""
    last = offset + sum((n - 1) * step for n, step in zip(shape, stride, strict=True))
    beyond = last >= len(storage) and all(shape)
    if beyond or any(each < 0 for each in (offset, *shape, *stride)):
        raise CheckpointError("a tensor of the checkpoint goes past its storage")
    steps = tuple(step * storage.itemsize for step in stride)
    return np.lib.stride_tricks.as_strided(storage[offset:], shape, steps).copy()
