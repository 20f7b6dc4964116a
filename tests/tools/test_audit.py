import json
import subprocess
from typing import Any

import pytest

from tools import audit

SOUND: dict[str, Any] = {"name": "a", "version": "1", "vulns": []}
HOLE = {"id": "PYSEC-1", "fix_versions": ["2"], "description": "words"}


def run(monkeypatch: pytest.MonkeyPatch, *packages: dict[str, Any]) -> None:
    report = json.dumps({"dependencies": packages}) if packages else "no network"
    done = subprocess.CompletedProcess([], 0, report, "words\nthe last words\n")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: done)
    audit.main()


def test_a_hole_fails_the_check(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit, match=r"b 1: PYSEC-1, fixed in \['2'\]"):
        run(monkeypatch, SOUND, {"name": "b", "version": "1", "vulns": [HOLE]})


def test_none_is_counted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(monkeypatch, SOUND, {"name": "unknown", "skip_reason": "not found"})
    assert capsys.readouterr().out == "No known vulnerability in 1 packages.\n"


@pytest.mark.parametrize(
    ("packages", "reason"),
    [([], "the last words"), ([{"name": "unknown", "skip_reason": "not found"}], "not found")],
)
@pytest.mark.parametrize("required", [False, True])
def test_without_advisories_it_is_skipped_with_a_note(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    packages: list[dict[str, Any]],
    reason: str,
    required: bool,
) -> None:
    monkeypatch.setenv("CUTOUT_AUDIT", "required" if required else "")
    with pytest.raises(SystemExit) as ended:
        run(monkeypatch, *packages)
    assert bool(ended.value.code) is required
    told = capsys.readouterr().out
    assert "skipped" in told
    assert f"({reason})" in told


def test_what_the_image_holds_is_audited() -> None:
    command = " ".join(audit.audit_command())
    for layer in sorted((audit.ROOT / "layers").glob("*/requirements.txt")):
        assert str(layer.relative_to(audit.ROOT)) in command
