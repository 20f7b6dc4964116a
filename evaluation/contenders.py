"""Find or make the masks of every contender: our models, masks made elsewhere, and the peers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cutout.choices import Model
from cutout.settings import Settings
from evaluation import ours, peer
from evaluation.samples import Sample

PREFIX, PEER_PREFIX = "ours-", "rembg-"
CODE = Path(__file__).resolve().parent.parent / "handler" / "cutout"
PEERS = tuple(f"{PEER_PREFIX}{model}" for model in peer.MODELS)


class MaskError(Exception):
    """Report that masks made elsewhere are incomplete."""


@dataclass(frozen=True)
class Contenders:
    """Hold folders of masks by contender, the peers last, and notes for the reader."""

    folders: dict[str, Path]
    notes: list[str]


def prepare(
    samples: Sequence[Sample],
    models: Iterable[Model],
    given: dict[str, Path],
    out: Path,
    packages: Path | None,
) -> Contenders:
    """Write the masks that are missing in `out` and return every contender's folder.

    Masks that exist are kept. Raise MaskError if one of the folders in `given`, by contender, lacks
    any.
    """
    for name, folder in given.items():
        _require_all(name, folder, samples)
    notes = []
    names = {f"{PREFIX}{model}": model for model in models}
    for name, model in names.items():
        if name not in given:
            notes += _write_ours(samples, model, out / name)
    for name, model_name in zip(PEERS, peer.MODELS, strict=True):
        if name not in given and (missing := _missing(samples, out / name)):
            peer.write_masks(missing, model_name, out / "models", out / name, packages)
    order = dict.fromkeys([*names, *(name for name in given if name not in PEERS), *PEERS])
    return Contenders({name: given.get(name, out / name) for name in order}, notes)


def _write_ours(samples: Sequence[Sample], model: Model, folder: Path) -> list[str]:
    """Write the masks that are missing; return a note if those that are kept are outdated."""
    missing = _missing(samples, folder)
    made = {each.name for each in samples} - {each.name for each in missing}
    kept = [folder / f"{name}.png" for name in made]
    if missing:
        ours.write_masks(missing, model, folder)
    return outdated(kept, sources(model), folder)


def outdated(kept: Sequence[Path], made_from: Iterable[Path], folder: Path) -> list[str]:
    """Return a note if any of the masks is older than a file that masks are made from."""
    newest = max(made_from, key=lambda path: path.stat().st_mtime)
    older = [path for path in kept if path.stat().st_mtime < newest.stat().st_mtime]
    if not older:
        return []
    what = f"{len(older)} masks in {folder} are older than {newest.name}"
    return [f"{what}. Remove the folder to have them made again."]


def sources(model: Model) -> list[Path]:
    """Return the files that this model's masks are made from: networks, weights and code."""
    settings = Settings(model=model)
    networks = [*settings.model_dir.glob("*.onnx"), *settings.model_dir.glob("*.bin")]
    return [*CODE.rglob("*.py"), *networks]


def _missing(samples: Iterable[Sample], folder: Path) -> list[Sample]:
    return [sample for sample in samples if not (folder / f"{sample.name}.png").exists()]


def _require_all(name: str, folder: Path, samples: Sequence[Sample]) -> None:
    if missing := _missing(samples, folder):
        raise MaskError(
            f"{name} lacks {len(missing)} of {len(samples)} masks, such as "
            f"{folder / missing[0].name}.png. Add them, or leave the pictures out of the sets."
        )
