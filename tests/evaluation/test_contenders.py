import os
from pathlib import Path

import pytest

from cutout.choices import Model
from evaluation import ours, peer
from evaluation.contenders import PEERS, MaskError, outdated, prepare, sources
from evaluation.samples import Sample, samples_in
from tests.evaluation.drawn import save_masks, save_sets


@pytest.fixture
def samples(tmp_path: Path) -> list[Sample]:
    save_sets(tmp_path / "sets", {"cats": 2})
    return list(samples_in(tmp_path / "sets"))


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Count the masks that are asked of each network, and make none."""
    counts: dict[str, int] = {}

    def ours_made(samples: list[Sample], model: Model, _folder: Path) -> None:
        counts[f"ours-{model}"] = len(samples)

    def peers_made(samples: list[Sample], model: str, *_: object) -> None:
        counts[f"rembg-{model}"] = len(samples)

    monkeypatch.setattr(ours, "write_masks", ours_made)
    monkeypatch.setattr(peer, "write_masks", peers_made)
    return counts


def test_every_model_and_peer_is_asked_for_what_is_missing(
    tmp_path: Path, samples: list[Sample], made: dict[str, int]
) -> None:
    save_masks(tmp_path / "ours-fast", {"cats": [0]})
    save_masks(tmp_path / PEERS[0], {"cats": [0, 0]})
    found = prepare(samples, list(Model), {}, tmp_path, None)
    names = [*(f"ours-{model}" for model in Model), *PEERS]
    assert list(found.folders) == names
    assert made == {
        **{f"ours-{model}": 1 if model == Model.FAST else 2 for model in Model},
        PEERS[1]: 2,
    }


def test_masks_made_elsewhere_are_added_or_take_a_place(
    tmp_path: Path, samples: list[Sample], made: dict[str, int]
) -> None:
    save_masks(tmp_path / "elsewhere", {"cats": [0, 0]})
    names = ["candidate", "ours-fast", *PEERS]
    given = dict.fromkeys(names, tmp_path / "elsewhere")
    found = prepare(samples, [Model.FAST], given, tmp_path, None)
    assert list(found.folders) == ["ours-fast", "candidate", *PEERS]
    assert set(found.folders.values()) == {tmp_path / "elsewhere"}
    assert not made


def test_masks_made_elsewhere_must_be_complete(
    tmp_path: Path, samples: list[Sample], made: dict[str, int]
) -> None:
    save_masks(tmp_path / "elsewhere", {"cats": [0]})
    with pytest.raises(MaskError, match=r"candidate lacks 1 of 2 masks, .*cats/1\.png"):
        prepare(samples, list(Model), {"candidate": tmp_path / "elsewhere"}, tmp_path, None)
    assert not made


def test_masks_older_than_what_they_are_made_from_are_noted(tmp_path: Path) -> None:
    for name, age in (("old.png", 10), ("new.png", 30), ("code.py", 20), ("older.py", 1)):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (age, age))
    made_from = [tmp_path / "code.py", tmp_path / "older.py"]
    (note,) = outdated([tmp_path / "old.png", tmp_path / "new.png"], made_from, tmp_path)
    assert note.startswith(f"1 masks in {tmp_path} are older than code.py.")
    assert outdated([tmp_path / "new.png"], made_from, tmp_path) == []


def test_masks_that_are_kept_are_checked(
    tmp_path: Path, samples: list[Sample], made: dict[str, int]
) -> None:
    save_masks(tmp_path / "ours-best", {"cats": [0, 0]})
    os.utime(tmp_path / "ours-best" / "cats" / "1.png", (10, 10))
    found = prepare(samples, [Model.BEST], {}, tmp_path, None)
    (note,) = found.notes
    assert note.startswith("1 masks in ")
    assert "ours-best" not in made


def test_masks_are_made_from_networks_and_code() -> None:
    names = {path.name for path in sources(Model.BEST)}
    assert names > {"best.onnx", "weights.bin", "edge-refiner.int8.onnx", "pipeline.py"}
