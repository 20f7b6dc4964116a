"""Check the networks' files against the digests in their manifest.

A file that was cut off on its way, or replaced, would answer every picture with nonsense.
"""

import json
from hashlib import file_digest
from pathlib import Path
from typing import Any

MANIFEST, WEIGHTS = "manifest.json", "weights.bin"
HOW_TO_COPY = "Copy the folder again, or write a new manifest (docs/own-network.md)."
HOW_TO_WRITE = "Write it with `python -m model.recipe.manifest FOLDER` (docs/own-network.md)."


class ModelError(Exception):
    """Report in one line why there is no network to work with."""


def is_prepared(folder: Path) -> bool:
    """Return whether `folder` holds the image's files (`model.recipe.prepare`).

    The image's build has checked and optimised them, and an image is immutable: a start does
    neither again.
    """
    return _manifest(folder).get("prepared") is True


def listed_files(folder: Path) -> list[str]:
    """Return the names of the files that the manifest in `folder` lists.

    Raise `ModelError` where it can't be read.
    """
    return list(_files(folder))


def check_files(folder: Path, *names: str) -> None:
    """Compare files with their digests in the folder's manifest (55 ms for 98 MB).

    Raise `ModelError` where one is missing, not listed, or has another digest.
    """
    files = _files(folder)
    for name in names:
        if name not in files:
            raise ModelError(
                f"The model has no {name} in its manifest, {folder / MANIFEST}. {HOW_TO_WRITE}"
            )
        _check(folder / name, files[name])


def _files(folder: Path) -> dict[str, str]:
    """Return each listed file's sha256 in hex."""
    files: Any = _manifest(folder).get("files")
    try:
        return {str(name): str(entry["sha256"]) for name, entry in files.items()}
    except (AttributeError, LookupError, TypeError) as error:
        raise _broken(folder) from error


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    try:
        found = json.loads(path.read_text())
    except FileNotFoundError as error:
        raise ModelError(f"The model has no manifest: {path} is missing. {HOW_TO_WRITE}") from error
    except OSError as error:
        raise ModelError(f"Can't read the model's manifest: {error}") from error
    except ValueError as error:
        raise _broken(folder) from error
    if not isinstance(found, dict):
        raise _broken(folder)
    return found


def _broken(folder: Path) -> ModelError:
    return ModelError(f"The model's manifest is broken: {folder / MANIFEST}. {HOW_TO_WRITE}")


def _check(path: Path, wanted: str) -> None:
    try:
        with path.open("rb") as file:
            found = file_digest(file, "sha256").hexdigest()
    except FileNotFoundError as error:
        raise ModelError(
            f"A file that the manifest lists is missing: {path}. {HOW_TO_COPY}"
        ) from error
    except OSError as error:
        raise ModelError(f"Can't read the model: {error}") from error
    if found != wanted:
        raise ModelError(
            f"{path} does not match its manifest (its sha256 is {found}). {HOW_TO_COPY}"
        )
