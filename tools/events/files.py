"""The sample events as files: what should be there, and what is."""

import json
from pathlib import Path

from tools.events.samples import samples

ROOT = Path(__file__).resolve().parents[2]
EVENTS = ROOT / "events"
TABLE = ROOT / "tests" / "events" / "expected.json"


def rendered() -> dict[Path, str]:
    """Every file that should be there, with its text."""
    everything = samples()
    table = {f"{each.name}.json": {"status": each.status, **each.expected} for each in everything}
    files = {EVENTS / f"{each.name}.json": as_json(each.event) for each in everything}
    return files | {TABLE: as_json(table)}


def as_json(value: object) -> str:
    return json.dumps(value, indent=2) + "\n"


def leftovers() -> set[Path]:
    """Files of samples that are gone."""
    return set(EVENTS.glob("*.json")) - set(rendered())


def stale() -> list[str]:
    """Files that are missing, changed or left over."""
    wanted = rendered()
    changed = {
        path for path, text in wanted.items() if not path.exists() or path.read_text() != text
    }
    return sorted(str(path.relative_to(ROOT)) for path in changed | leftovers())


def write() -> None:
    """Brings all files up to date."""
    for path in leftovers():
        path.unlink()
    for path, text in rendered().items():
        path.write_text(text)
