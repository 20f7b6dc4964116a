"""The sample events as files: what should be there, and what is."""

import json
from pathlib import Path

from tools.events.batch import batch_samples
from tools.events.samples import samples

ROOT = Path(__file__).resolve().parents[2]
EVENTS = ROOT / "events"
TABLE = ROOT / "tests" / "events" / "expected.json"


def rendered() -> dict[Path, str]:
    """Every file that should be there, with its text."""
    everything = samples()
    table = {f"{each.name}.json": {"status": each.status, **each.expected} for each in everything}
    files = {EVENTS / f"{each.name}.json": as_json(each.event) for each in everything}
    batches = {
        EVENTS / "batch" / f"{name}.json": as_json(each) for name, each in batch_samples().items()
    }
    return files | batches | {TABLE: as_json(table)}


def as_json(value: object) -> str:
    return json.dumps(value, indent=2) + "\n"


def leftovers() -> set[Path]:
    """Files of samples that are gone."""
    return set(EVENTS.rglob("*.json")) - set(rendered())


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
