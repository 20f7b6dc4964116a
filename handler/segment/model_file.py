"""The network's files, known by their digests: one that was cut off on its way, or is another,
would answer every picture with nonsense."""

import json
from hashlib import file_digest
from pathlib import Path

MANIFEST, WEIGHTS = "manifest.json", "weights.bin"


class ModelError(Exception):
    """There is no model to work with; the message is one line for whoever starts the server."""


def check_files(folder: Path, *names: str) -> None:
    """Raises `ModelError` where a file is missing, or not the one that the folder's manifest names.
    (55 ms for 98 MB, on the thread that loads the model.)"""
    try:
        files = json.loads((folder / MANIFEST).read_text())["files"]
        for name in names:
            _check(folder / name, files[name]["sha256"])
    except OSError as error:
        raise ModelError(f"The model can not be read: {error}") from error
    except (ValueError, LookupError, TypeError) as error:
        raise ModelError(f"The model's manifest is broken: {folder / MANIFEST}") from error


def _check(path: Path, wanted: str) -> None:
    with path.open("rb") as file:
        found = file_digest(file, "sha256").hexdigest()
    if found != wanted:
        raise ModelError(f"The model is not the one of its manifest: {path} (sha256 {found})")
