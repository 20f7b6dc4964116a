"""The network's files, known by their digests: one that was cut off on its way, or is another,
would answer every picture with nonsense."""

import json
from hashlib import file_digest
from pathlib import Path
from typing import Any

MANIFEST, WEIGHTS = "manifest.json", "weights.bin"


class ModelError(Exception):
    """There is no model to work with; the message is one line for whoever starts the server."""


def is_prepared(folder: Path) -> bool:
    """Return whether `folder` holds the image's files (`model.recipe.prepare`). The image's build
    has checked and optimised them, and an image is immutable: a start does neither again."""
    return _manifest(folder).get("prepared") is True


def check_files(folder: Path, *names: str) -> None:
    """Raises `ModelError` where a file is missing, or not the one that the folder's manifest names.
    (55 ms for 98 MB, on the thread that loads the model.)"""
    files: Any = _manifest(folder).get("files")
    try:
        for name in names:
            _check(folder / name, files[name]["sha256"])
    except OSError as error:
        raise ModelError(f"The model can not be read: {error}") from error
    except (LookupError, TypeError) as error:
        raise _broken(folder) from error


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / MANIFEST).read_text())
    except OSError as error:
        raise ModelError(f"The model can not be read: {error}") from error
    except ValueError as error:
        raise _broken(folder) from error
    if not isinstance(found, dict):
        raise _broken(folder)
    return found


def _broken(folder: Path) -> ModelError:
    return ModelError(f"The model's manifest is broken: {folder / MANIFEST}")


def _check(path: Path, wanted: str) -> None:
    with path.open("rb") as file:
        found = file_digest(file, "sha256").hexdigest()
    if found != wanted:
        raise ModelError(f"The model is not the one of its manifest: {path} (sha256 {found})")
