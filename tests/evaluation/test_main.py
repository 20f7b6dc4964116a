"""`python -m evaluation` from masks that exist to report, file of pictures, sheets and log."""

from pathlib import Path

import pytest

from cutout.choices import Model
from evaluation.__main__ import main
from evaluation.contenders import PEERS
from tests.evaluation.drawn import save_masks, save_sets


@pytest.fixture
def sets(tmp_path: Path) -> Path:
    save_sets(tmp_path / "sets", {"cats": 3, "dogs": 1})
    for model in Model:
        save_masks(tmp_path / "out" / f"ours-{model}", {"cats": [0, 4, 8], "dogs": [2]})
    for peer in PEERS:
        save_masks(tmp_path / "out" / peer, {"cats": [0, 8, 4], "dogs": [2]})
    save_masks(tmp_path / "candidate", {"cats": [0, 0, 0], "dogs": [1]})
    return tmp_path / "sets"


def test_everything_is_written(sets: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, masks = sets.parent / "out", sets.parent / "candidate"
    options = ["--out", str(out), "--only", "mae", "--masks", f"candidate={masks}"]
    log = sets.parent / "log.md"
    main([str(sets), *options, "--log", str(log), "--candidate", "drawn"])
    report = (out / "report.md").read_text()
    assert capsys.readouterr().out == f"{report}\n"
    for name in (*(f"ours-{model}" for model in Model), "candidate"):
        assert f"## {name}\n" in report
        assert f"; {name} " in f"; {log.read_text()}".replace("| ", "; ")
        assert (out / "sheets" / name / "worst-1.jpg").exists()
    assert "## undecided area" in report
    assert "S-measure" not in report
    assert "| geometric mean, to the better |" in report
    rows = (out / "pictures.csv").read_text().splitlines()
    assert len(rows) == 1 + 4
    assert rows[0].startswith("set,name,error ours-")
    assert log.read_text().splitlines()[-1].count("drawn") == 1


def test_incomplete_masks_stop_the_run(sets: Path) -> None:
    with pytest.raises(SystemExit, match="candidate lacks 4 of 4 masks"):
        main([str(sets), "--out", str(sets.parent / "out"), "--masks", "candidate=nowhere"])


def test_a_folder_without_sets_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="has no pictures"):
        main([str(tmp_path)])
