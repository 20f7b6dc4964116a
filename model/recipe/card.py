"""Write the model card's figures, the part between two marks, from the manifest."""

from pathlib import Path

from model.recipe.manifest import Manifest

BEGIN = "<!-- figures: written by python -m model.recipe -->\n"
END = "<!-- end of figures -->\n"


class CardError(Exception):
    """Report a card without its marks."""


def update(path: Path, manifest: Manifest) -> None:
    """Put the figures into the card at `path`."""
    before, begin, rest = path.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise CardError(f"{path} lacks the line {BEGIN}or the line {END}")
    path.write_text(before + begin + "\n" + render(manifest) + "\n" + end + after)


def render(manifest: Manifest) -> str:
    """Return quality and speed in Markdown."""
    return _quality(manifest) + "\n" + _speed(manifest)


def _quality(manifest: Manifest) -> str:
    by_model = manifest["figures"]["mean_absolute_error"]
    titles = [f"`{model}` {kind}" for model in by_model for kind in ("fp32", "int8", "apart")]
    lines = [
        f"| set | pictures | {' | '.join(titles)} |",
        "|---" + "|---:" * (len(titles) + 1) + "|",
    ]
    for name, first in next(iter(by_model.values())).items():
        cells = [
            f"{by_model[model][name][kind]:.4f}"
            for model in by_model
            for kind in ("fp32", "int8", "apart")
        ]
        lines.append(f"| `{name}` | {first['pictures']} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _speed(manifest: Manifest) -> str:
    speed = manifest["figures"]["one_thread"]
    flags = ", ".join(f"`{flag}`" for flag in speed["cpu_flags"])
    lines = [
        f"One thread of a CPU with {flags}, medians:",
        "",
        "| | seconds to load | seconds a picture | peak memory |",
        "|---|---:|---:|---:|",
    ]
    for name, cost in speed["costs"].items():
        seconds = f"{cost['load']:.2f} | {cost['seconds']:.2f}"
        lines.append(f"| `{name}` | {seconds} | {cost['peak_mib']:.0f} MiB |")
    return "\n".join(lines) + "\n"
