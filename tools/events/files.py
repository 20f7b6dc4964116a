"""Compare the sample events with the files in the checkout."""

import json
from pathlib import Path

from tools.events.batch import batch_samples
from tools.events.samples import samples

ROOT = Path(__file__).resolve().parents[2]
EVENTS = ROOT / "events"
TABLE = ROOT / "tests" / "events" / "expected.json"


def rendered() -> dict[Path, str]:
    """Return every file that should exist, with its text."""
    everything = samples()
    table = {f"{each.name}.json": {"status": each.status, **each.expected} for each in everything}
    files = {EVENTS / f"{each.name}.json": as_json(each.event) for each in everything}
    batches = {
        EVENTS / "batch" / f"{name}.json": as_json(each) for name, each in batch_samples().items()
    }
    return files | batches | {TABLE: as_json(table)}


def as_json(value: object) -> str:
    """Return indented JSON that ends in a newline."""
    return json.dumps(value, indent=2) + "\n"


def leftovers() -> set[Path]:
    """Return files of samples that no longer exist."""
    return set(EVENTS.rglob("*.json")) - set(rendered())


def stale() -> list[str]:
    """Return files that are missing, changed or left over."""
    wanted = rendered()
    changed = {
        path for path, text in wanted.items() if not path.exists() or path.read_text() != text
    }
    return sorted(str(path.relative_to(ROOT)) for path in changed | leftovers())


def write() -> None:
    """Bring all files up to date."""
    for path in leftovers():
        path.unlink()
    for path, text in rendered().items():
        path.write_text(text)
