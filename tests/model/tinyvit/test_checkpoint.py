"""`model.recipe.tinyvit.checkpoint`: tensors without PyTorch, and nothing else."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from model.recipe.tinyvit.checkpoint import CheckpointError, Tensors, read_checkpoint
from tests.model.tinyvit.archives import (
    Call,
    Name,
    Reference,
    archive,
    pickled,
    storage,
    tensor,
    whole,
)

FLOATS = np.arange(24, dtype=np.float32)
DICTIONARY = Name("collections", "OrderedDict")


def read(value: object, root: str = "archive", **storages: npt.NDArray[Any]) -> Tensors:
    return read_checkpoint(archive(pickled(value), storages, root))


@pytest.mark.parametrize("dtype", ["float32", "float16", "int64"])
@pytest.mark.parametrize("shape", [(24,), (2, 3, 4), (24, 1), (1, 24)])
def test_a_tensor_has_its_type_shape_and_values(dtype: str, shape: tuple[int, ...]) -> None:
    values = np.random.default_rng(0).normal(0, 50, shape).astype(dtype)
    found = read({"weight": whole("k", values)}, k=values)["weight"]
    assert found.dtype == dtype
    assert found.shape == shape
    assert np.array_equal(found, values)


def test_a_number_and_a_tensor_without_elements_are_tensors() -> None:
    count, nothing = np.array(7), np.zeros((0, 3), np.float32)
    found = read({"count": whole("a", count), "nothing": whole("b", nothing)}, a=count, b=nothing)
    assert found["count"].shape == ()
    assert found["count"] == 7
    assert found["nothing"].shape == (0, 3)


def test_offset_and_strides_cut_a_tensor_out_of_its_storage() -> None:
    kept = storage("k", "float32", 24)
    found = read(
        {
            "rows": tensor(kept, (2, 6), (6, 1), offset=12),
            "turned": tensor(kept, (6, 4), (1, 6)),
            "every_third": tensor(kept, (4,), (3,), offset=2),
            "spread": tensor(kept, (3, 2), (1, 0), offset=5),
            "last": tensor(kept, (1,), (1,), offset=23),
        },
        k=FLOATS,
    )
    expected = {
        "rows": FLOATS[12:].reshape(2, 6),
        "turned": FLOATS.reshape(4, 6).T,
        "every_third": FLOATS[2:12:3],
        "spread": np.repeat(FLOATS[5:8, np.newaxis], 2, 1),
        "last": FLOATS[23:],
    }
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        assert np.array_equal(found[name], value), f"{name} is cut wrongly"


def test_tensors_of_one_storage_can_be_changed_apart() -> None:
    kept = storage("k", "float32", 24)
    found = read({name: tensor(kept, (24,), (1,)) for name in "ab"}, k=FLOATS)
    found["a"][:] = 0
    assert np.array_equal(found["b"], FLOATS)


def test_a_state_dict_keeps_its_order_whatever_metadata_it_carries() -> None:
    """PyTorch hangs the versions of the modules on the dictionary."""
    versions = Call(DICTIONARY, (), {"": {"version": 1}, "norm": {"version": 2}})
    names = ["z", "a", "m"]
    items = {name: whole("k", FLOATS) for name in names}
    found = read(Call(DICTIONARY, (), items, {"_metadata": versions}), k=FLOATS)
    assert list(found) == names
    assert all(np.array_equal(value, FLOATS) for value in found.values())


def test_the_folder_in_the_zip_file_has_any_name() -> None:
    found = read({"weight": whole("k", FLOATS)}, "mobile_sam", k=FLOATS)
    assert np.array_equal(found["weight"], FLOATS)


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("os", "system"),
        ("posix", "system"),
        ("builtins", "eval"),
        ("__builtin__", "eval"),
        ("builtins", "getattr"),
        ("collections", "OrderedDict.__init__"),
        ("torch", "load"),
        ("torch", "DoubleStorage"),
        ("torch._utils", "_rebuild_parameter"),
        ("model.tinyvit.checkpoint", "read_checkpoint"),
    ],
)
def test_every_other_name_is_refused(module: str, name: str) -> None:
    with pytest.raises(CheckpointError, match=re.escape(f"{module}.{name}")):
        read({"weight": Name(module, name)})


@pytest.mark.parametrize(
    "code",
    [
        pytest.param(b"cos\nsystem\n(V{}\ntR.", id="a call"),
        pytest.param(b"(V{}\nios\nsystem\n.", id="an instance"),
        pytest.param(b"\x80\x04\x8c\x02os\x8c\x06system\x93(V{}\ntR.", id="a name from the stack"),
        pytest.param(b"(cos\nsystem\nV{}\no.", id="an object"),
        pytest.param(b"\x80\x02cos\nsystem\n(V{}\nt\x81.", id="a new object"),
    ],
)
def test_no_code_is_run(code: bytes, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    command = f"touch {trace}".encode()
    with pytest.raises(CheckpointError, match=r"os\.system"):
        read_checkpoint(archive(code.replace(b"{}", command), {}))
    assert not trace.exists()


def test_a_reference_to_something_else_is_refused() -> None:
    with pytest.raises(CheckpointError, match="module"):
        read({"weight": Reference(("module", DICTIONARY, "k", "cpu", 1))})


def test_a_storage_that_is_not_there_is_named() -> None:
    with pytest.raises((CheckpointError, KeyError), match="data/elsewhere"):
        read({"weight": tensor(storage("elsewhere", "float32", 24), (24,), (1,))}, k=FLOATS)


def test_a_storage_that_is_shorter_than_it_says_is_refused() -> None:
    with pytest.raises((CheckpointError, ValueError), match="smaller"):
        read({"weight": tensor(storage("k", "float32", 25), (24,), (1,))}, k=FLOATS)


@pytest.mark.parametrize(
    ("shape", "stride", "offset"),
    [((25,), (1,), 0), ((24,), (1,), 1), ((3, 8), (9, 1), 0), ((1,), (1,), 24), ((2,), (-1,), 0)],
)
def test_a_tensor_that_goes_past_its_storage_is_refused(
    shape: tuple[int, ...], stride: tuple[int, ...], offset: int
) -> None:
    with pytest.raises(CheckpointError):
        read({"weight": tensor(storage("k", "float32", 24), shape, stride, offset)}, k=FLOATS)


@pytest.mark.parametrize(
    "value", [["a list"], {"model": {"weight": 1}}, whole("k", FLOATS), {"weight": "a word"}, 7]
)
def test_what_is_no_dictionary_of_tensors_is_refused(value: object) -> None:
    with pytest.raises(CheckpointError):
        read(value, k=FLOATS)
