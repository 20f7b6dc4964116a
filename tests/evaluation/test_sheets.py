from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from evaluation.comparison import Comparison, compare
from evaluation.samples import samples_in
from evaluation.score import Score
from evaluation.sheets import CELL, LABEL, MAGENTA, choose, write_sheets
from tests.evaluation.drawn import save_masks, save_sets, scored

CLOSE = 40
"""JPEG moves a colour by less."""


def compared(ours: list[float], theirs: list[float]) -> list[Comparison]:
    scores = {"ours": scored({"cats": ours}), "peer": scored({"cats": theirs})}
    return compare(scores, "ours", ["peer"])


def test_the_worst_the_losses_and_the_wins_are_sorted() -> None:
    chosen = choose(compared([0.3, 0.2, 0.1, 0.0], [0.31, 0.1, 0.0995, 0.2]))
    errors = {kind: [each.ours.mae for each in found] for kind, found in chosen.items()}
    assert errors == {"worst": [0.3, 0.2, 0.1, 0.0], "losses": [0.2], "wins": [0.0, 0.3]}


def test_twenty_of_each_are_chosen() -> None:
    errors = [0.1 + 0.01 * number for number in range(25)]
    chosen = choose(compared(errors, [0.0] * 25))
    assert [each.ours.mae for each in chosen["worst"]] == errors[:4:-1]
    assert chosen["losses"] == chosen["worst"]
    assert not chosen["wins"]


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, Path]:
    save_sets(tmp_path / "sets", {"cats": 5})
    save_masks(tmp_path / "ours", {"cats": [40] * 5})
    save_masks(tmp_path / "peer", {"cats": [0] * 5})
    return {name: tmp_path / name for name in ("sets", "ours", "peer")}


def test_a_row_is_picture_truth_ours_and_the_peers_over_magenta(
    tmp_path: Path, folders: dict[str, Path]
) -> None:
    out = tmp_path / "out"
    scores = Score(1, 0), "peer", Score(0, 0)
    rows = [Comparison(sample, *scores) for sample in samples_in(folders["sets"])]
    write_sheets("ours", rows, folders, out)
    assert sorted(path.name for path in out.iterdir()) == [
        *("losses-1.jpg", "losses-2.jpg", "worst-1.jpg", "worst-2.jpg"),
    ]
    with Image.open(out / "worst-1.jpg") as first, Image.open(out / "worst-2.jpg") as second:
        assert first.size == (4 * CELL, 4 * (CELL + LABEL))
        assert second.size == (4 * CELL, CELL + LABEL)
        pixels = np.asarray(second).astype(int)
    columns = [cell * CELL + at for cell in range(4) for at in (CELL // 4, 3 * CELL // 4)]
    away = np.abs(pixels[LABEL + CELL // 2, columns] - MAGENTA).max(axis=1)
    picture, truth, ours, peers = (away < CLOSE).reshape(4, 2).tolist()
    assert (picture, truth) == ([False, False], [True, False])
    assert (ours, peers) == ([False, True], [True, False])


def test_pages_of_an_earlier_run_are_removed(tmp_path: Path, folders: dict[str, Path]) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "worst-7.jpg").touch()
    (out / "notes.txt").touch()
    (first, *_) = samples_in(folders["sets"])
    write_sheets("ours", [Comparison(first, Score(1, 0), "peer", Score(0, 0))], folders, out)
    assert sorted(path.name for path in out.iterdir()) == [
        *("losses-1.jpg", "notes.txt", "worst-1.jpg"),
    ]
