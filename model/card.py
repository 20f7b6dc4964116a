"""The model card's figures: the part between two marks is written from the manifest."""

from pathlib import Path

from model.manifest import Manifest

BEGIN = "<!-- figures: written by python -m model -->\n"
END = "<!-- end of figures -->\n"


class CardError(Exception):
    """The card has lost its marks."""


def update(path: Path, manifest: Manifest) -> None:
    """Puts the figures into the card at `path`."""
    before, begin, rest = path.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise CardError(f"{path} has no line {BEGIN}or no line {END}")
    path.write_text(before + begin + "\n" + render(manifest) + "\n" + end + after)


def render(manifest: Manifest) -> str:
    """Quality and speed in Markdown."""
    return _quality(manifest) + "\n" + _speed(manifest)


def _quality(manifest: Manifest) -> str:
    lines = [
        "| set | pictures | fp32 | int8 | difference | int8 against fp32 |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name, quality in manifest["figures"]["mean_absolute_error"].items():
        cells = [
            f"`{name}`",
            str(quality["pictures"]),
            f"{quality['fp32']:.4f}",
            f"{quality['int8']:.4f}",
            f"{quality['int8'] - quality['fp32']:+.4f}",
            f"{quality['apart']:.4f}",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _speed(manifest: Manifest) -> str:
    speed = manifest["figures"]["one_thread"]
    flags = ", ".join(f"`{flag}`" for flag in speed["cpu_flags"])
    lines = [
        f"On one thread of a CPU with {flags} int8 is **{speed['ratio']:.1f} times** as fast:",
        "",
        "| | seconds | peak memory |",
        "|---|---:|---:|",
    ]
    for name in ("fp32", "int8"):
        cost = speed[name]
        lines.append(f"| {name} | {cost['seconds']:.2f} | {cost['peak_mib']:.0f} MiB |")
    return "\n".join(lines) + "\n"
