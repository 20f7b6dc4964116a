import subprocess
from hashlib import sha256
from pathlib import Path
from shutil import which

import pytest

from cutout.choices import Model
from cutout.segment.network import FAST, LOOKS
from cutout.settings import Settings
from evaluation.log import COLUMNS, ROOT, append, fingerprints, log_row, revision
from evaluation.report import Results, results
from tests.evaluation.drawn import scored

SETS = Path("some/dev")


def found() -> Results:
    scores = {
        "ours-a": scored({"cats": [0.05, 0.2]}),
        "ours-b": scored({"cats": [0.1, 0.1]}, undecided=0.25),
        "peer": scored({"cats": [0.1, 0.15]}, undecided=0.5),
    }
    return results(scores, ["peer"])


def test_two_runs_are_two_rows_below_one_heading(tmp_path: Path) -> None:
    path = tmp_path / "docs" / "log.md"
    for candidate in ("first", "second"):
        append(path, log_row(found(), SETS, [], candidate))
    lines = path.read_text().splitlines()
    assert lines[0] == "# Candidates"
    assert lines[2].startswith("Each row is one run")
    heading, rule, first, second = lines[-4:]
    assert heading == f"| {' | '.join(COLUMNS)} |"
    assert rule.count("---") == len(COLUMNS)
    assert "| first |" in first
    assert "| second |" in second
    assert first.replace("first", "second") == second


def test_a_row_has_the_headline_figures_of_every_contender() -> None:
    cells = [cell.strip() for cell in log_row(found(), SETS, [], "wider").strip("|").split("|")]
    row = dict(zip(COLUMNS, cells, strict=True))
    assert row["candidate"] == "wider"
    assert row["model files"] == "none"
    assert row["sets"] == "dev: 2 pictures, 1 sets"
    assert row["geometric mean per picture"].startswith("ours-a 1.000 (")
    assert "; ours-b 0.800 (" in row["per set"]
    assert row["wins"] == "ours-a 1 (50.0 %); ours-b 1 (50.0 %)"
    assert row["clear losses"] == "ours-a 1 (50.0 %); ours-b 0 (0.0 %)"
    disasters = "ours-a 1 (50.0 %); ours-b 0 (0.0 %); better peer 1 (50.0 %)"
    assert row["disasters"] == disasters
    assert row["undecided"] == "ours-a 0.00 %; ours-b 25.00 %; better peer 50.00 %"


def test_a_candidate_keeps_to_its_cell() -> None:
    row = log_row(found(), SETS, [], "a | b\nc")
    assert "| a \\| b c |" in row
    assert "\n" not in row


def test_model_files_are_told_by_their_hashes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUTOUT_MODEL_DIR", str(tmp_path))
    for name in LOOKS:
        (tmp_path / name).write_bytes(name.encode())
    expected = [f"{name} {sha256(name.encode()).hexdigest()[:8]}" for name in LOOKS]
    assert fingerprints(Model) == ", ".join([*expected, "weights.bin missing"])
    (tmp_path / "weights.bin").write_bytes(b"1")
    assert fingerprints(Model).endswith(f"weights.bin {sha256(b'1').hexdigest()[:8]}")


def test_the_row_names_the_shipped_files() -> None:
    digest = sha256((Settings().model_dir / FAST).read_bytes()).hexdigest()[:8]
    assert f"{FAST} {digest}, " in log_row(found(), SETS, [Model.FAST], "as it is")


@pytest.mark.skipif(which("git") is None, reason="git is not installed")
def test_the_revision_tells_changes(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
        subprocess.run(
            ["git", *identity, *arguments],  # noqa: S607
            cwd=tmp_path,
            check=True,
            capture_output=True,
        )

    assert revision(tmp_path) == "unknown"
    git("init")
    (tmp_path / "file").write_text("1")
    git("add", "file")
    git("commit", "-m", "one")
    clean = revision(tmp_path)
    assert len(clean) >= 7
    (tmp_path / "file").write_text("2")
    assert revision(tmp_path) == f"{clean}-dirty"


def test_the_root_is_the_projects() -> None:
    assert (ROOT / "Makefile").exists()
