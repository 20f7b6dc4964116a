import json
import subprocess
import sys
from pathlib import Path

import pytest

from evaluation.__main__ import MEASURES
from evaluation.metrics import measure
from evaluation.samples import samples_in
from evaluation.score import Score
from tests.evaluation.drawn import half, save, save_masks, save_sets


@pytest.fixture
def sets(tmp_path: Path) -> Path:
    save_sets(tmp_path / "sets", {"cats": 2})
    save_masks(tmp_path / "masks", {"cats": [0, 10]})
    return tmp_path / "sets"


def measured(python: str, sets: Path, *options: str) -> dict[str, dict[str, float | None]]:
    masks = str(sets.parent / "masks")
    command = [python, "-m", "evaluation.metrics", str(sets), masks, *options]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    found: dict[str, dict[str, float | None]] = json.loads(done.stdout)[masks]
    return found


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_the_error_alone_needs_no_other_packages(sets: Path, jobs: str) -> None:
    found = measured(sys.executable, sets, "--only", "mae", "--jobs", jobs)
    assert list(found) == ["cats/0", "cats/1"]
    assert [each["mae"] for each in found.values()] == [0, 0.25]
    assert found["cats/0"]["structure"] is None


@pytest.mark.skipif(not MEASURES.exists(), reason="`make evaluate` sets it up")
def test_structure_is_measured_where_its_packages_are(sets: Path) -> None:
    found = measured(str(MEASURES), sets)
    assert found["cats/0"]["structure"] == pytest.approx(1, abs=1e-3)
    assert found["cats/0"]["weighted_f"] == pytest.approx(1, abs=1e-3)
    assert found["cats/0"]["edge"] is None
    assert (found["cats/1"]["max_f"] or 0) < (found["cats/0"]["max_f"] or 0)


def test_folders_are_measured_against_one_truth(sets: Path) -> None:
    save_masks(sets.parent / "others", {"cats": [4, 20]})
    folders = [sets.parent / "masks", sets.parent / "others"]
    found = [measure(sample, folders, "mae") for sample in samples_in(sets)]
    assert found == [[Score(0, 0), Score(0.1, 0)], [Score(0.25, 0), Score(0.5, 0)]]


def test_a_mask_of_another_shape_is_refused(sets: Path) -> None:
    save(half()[:-1], sets.parent / "masks" / "cats" / "0.png")
    (first, _) = samples_in(sets)
    with pytest.raises(ValueError, match=r"masks/cats/0\.png is \(39, 40\), the truth \(40, 40\)"):
        measure(first, [sets.parent / "masks"], "mae")
