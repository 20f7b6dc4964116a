"""Check the comparison of `make arm-test`, and its probe on this machine's processor."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.arm.compare import LIMITS, Arrays, rows
from tests.local_server import ROOT
from tests.samples import PHOTOS, gradient, jpeg

ALPHA = np.full((100, 100), 100, np.uint8)


def changed(by: int, count: int) -> Any:
    """`ALPHA` with `count` values changed."""
    found = ALPHA.copy()
    found.flat[:count] += by
    return found


def are_near(here: Arrays, there: Arrays) -> bool:
    return all(each.is_near for each in rows(here, there))


def test_one_value_may_be_as_far_as_the_limit() -> None:
    largest = int(LIMITS["alpha"].largest)
    for by, near in ((largest, True), (largest + 1, False)):
        assert are_near({"a/best alpha": ALPHA}, {"a/best alpha": changed(by, 1)}) is near
        assert are_near({"a/best alpha": changed(by, 1)}, {"a/best alpha": ALPHA}) is near


def test_the_mean_may_be_as_far_as_the_limit() -> None:
    count = round(LIMITS["alpha"].mean * ALPHA.size)
    assert are_near({"a/best alpha": ALPHA}, {"a/best alpha": changed(1, count)})
    assert not are_near({"a/best alpha": ALPHA}, {"a/best alpha": changed(1, count + 1)})


@pytest.mark.parametrize(
    ("look", "name", "doubt", "near"),
    [
        ("fast", "doubt", 0.0209, False),
        ("fast", "doubt", 0.0211, True),
        ("glance", "apart", 0.0149, False),
        ("glance", "apart", 0.0151, True),
    ],
)
def test_a_look_counts_if_none_follows(look: str, name: str, doubt: float, near: bool) -> None:
    here: Arrays = {f"a/{look} alpha": ALPHA, f"a/{name}": np.array([doubt], np.float32)}
    assert are_near(here, {**here, f"a/{look} alpha": changed(100, 1)}) is near


def test_few_values_of_a_result_may_be_far_apart() -> None:
    count = round(LIMITS["result"].far * ALPHA.size)
    assert are_near({"request/result": ALPHA}, {"request/result": changed(100, count)})
    assert not are_near({"request/result": ALPHA}, {"request/result": changed(17, count + 1)})
    assert are_near({"request/result": ALPHA}, {"request/result": changed(16, count + 1)})


def test_decoded_pixels_must_be_equal() -> None:
    assert are_near({"a/decoded": ALPHA}, {"a/decoded": ALPHA})
    assert not are_near({"a/decoded": ALPHA}, {"a/decoded": changed(1, 1)})


def test_a_file_s_bytes_may_differ() -> None:
    (row,) = rows({"png/fast file": ALPHA}, {"png/fast file": ALPHA[:50]})
    assert row.is_near
    assert str(row).endswith("other bytes")


def test_what_only_one_has_is_an_error() -> None:
    with pytest.raises(ValueError, match="only one has"):
        list(rows({"a/decoded": ALPHA}, {}))
    with pytest.raises(ValueError, match="shapes"):
        list(rows({"a/decoded": ALPHA}, {"a/decoded": ALPHA[:50]}))


def test_the_probe_s_results_can_all_be_compared(tmp_path: Path) -> None:
    inputs, out = tmp_path / "inputs", tmp_path / "out"
    inputs.mkdir()
    (inputs / "small.jpg").write_bytes((PHOTOS / "astronaut-160.jpg").read_bytes())
    (inputs / "request.jpg").write_bytes(jpeg(gradient(1200, 900)))
    command = [sys.executable, "-m", "tests.arm.probe", str(ROOT / "model"), str(inputs), str(out)]
    subprocess.run(command, cwd=ROOT, check=True)
    with np.load(out / "arrays.npz") as arrays:
        found = {each.name for each in rows(arrays, arrays)}
        assert np.ptp(arrays["small/best alpha"]) == 255, "nothing was found"
        assert np.ptp(arrays["edges/alpha"]) > 200, "the disc is gone"
    assert {f"small/{each}" for each in ("decoded", "fast alpha", "best alpha")} <= found
    assert {"request/result", "request/colours", "png/balanced file", "png/small file"} <= found
