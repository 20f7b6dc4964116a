"""Counts the instructions of each network for one photo, on an emulated Graviton2 and on an
emulated x86-64 processor with AVX2, the most that qemu has: `python -m tests.arm.count`.

It takes ten minutes of a processor. The counts tell nothing of caches and stalls.
"""

import platform
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import copy2, rmtree

from cutout.segment.network import LOOKS
from tests.arm.emulated import (
    BUILD,
    MODEL,
    PROGRAMS,
    Emulated,
    EmulationError,
    call,
    inside,
    require,
)
from tests.arm.looks import NAMES
from tests.samples import PHOTOS

SUITE = "bookworm"  # later Debians link qemu-user statically, which can't load a plugin
FOLDER = BUILD / "count"
EMULATORS, PLUGIN = FOLDER / "emulators", FOLDER / "count.so"
LIBRARIES = [EMULATORS / "lib/x86_64-linux-gnu", EMULATORS / "usr/lib/x86_64-linux-gnu"]
LOADER = LIBRARIES[0] / "ld-linux-x86-64.so.2"
PROBE = "tests.arm.looks"
BILLION = 1e9
PRODUCTS_A_SECOND = 2 * 2.5e9
"""Graviton2's vector units, of 128 bits each, and its frequency, by the AWS Graviton Technical
Guide (github.com/aws/aws-graviton-getting-started)."""


@dataclass(frozen=True)
class Count:
    """Hold how many instructions ran, and how many of them multiply int8 and add the products."""

    all: int
    products: int


def counts(text: str) -> list[Count]:
    """Return a count for each of `NAMES` from what the plugin wrote at the marks.

    Raise `ValueError` if there are more marks, or fewer.
    """
    marks = [Count(*map(int, line.split())) for line in text.splitlines()]
    if len(marks) != 2 * len(NAMES):
        raise ValueError(f"there are {len(marks)} marks instead of {2 * len(NAMES)}")
    return [
        Count(end.all - start.all, end.products - start.products)
        for start, end in zip(marks[::2], marks[1::2], strict=True)
    ]


def table(arm: Sequence[Count], x86: Sequence[Count]) -> str:
    """Return the counts in billions, the ratio of all instructions, and the least seconds that the
    products take on Graviton2, as Markdown."""
    rows = [
        "| | arm64 | products | AVX2 | products | ratio | seconds |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    looks = slice(len(LOOKS))
    counted = [
        *zip(NAMES, arm, x86, strict=True),
        ("all looks", total(arm[looks]), total(x86[looks])),
    ]
    for name, ours, theirs in counted:
        cells = [each / BILLION for each in (ours.all, ours.products, theirs.all, theirs.products)]
        cells += [ours.all / theirs.all, ours.products / PRODUCTS_A_SECOND]
        rows.append(f"| {name} | {' | '.join(f'{each:.3g}' for each in cells)} |")
    return "\n".join(rows)


def total(found: Sequence[Count]) -> Count:
    return Count(sum(each.all for each in found), sum(each.products for each in found))


def build() -> None:
    """Download the emulators and compile the plugin."""
    require({**PROGRAMS, "cc": "build-essential"})
    if not EMULATORS.exists():
        made = EMULATORS.with_suffix(".new")
        rmtree(made, ignore_errors=True)
        made.parent.mkdir(parents=True, exist_ok=True)
        options = ["--quiet", "--arch=amd64", "--variant=extract", "--include=qemu-user"]
        call("mmdebstrap", *options, SUITE, made)
        made.rename(EMULATORS)
    call("cc", "-O2", "-shared", "-fPIC", "-o", PLUGIN, Path(__file__).with_suffix(".c"))


def emulator(machine: str, seen: Callable[[Path], str]) -> list[str]:
    """Return the command of an emulator that counts; `seen` returns a path as it sees it."""
    libraries = ":".join(map(seen, LIBRARIES))
    program = seen(EMULATORS / f"usr/bin/qemu-{machine}")
    plugin = f"{seen(PLUGIN)},out={seen(FOLDER / machine)}"
    return [seen(LOADER), "--library-path", libraries, program, "-plugin", plugin]


def main() -> None:
    if platform.machine() != "x86_64":
        sys.exit("Run this on x86-64.")
    emulated = Emulated(BUILD)
    try:
        build()
        emulated.build()
    except EmulationError as error:
        sys.exit(str(error))
    photo = Path(copy2(PHOTOS / "coffee.jpg", FOLDER))
    emulated.run(PROBE, MODEL, photo, emulator=emulator("aarch64", inside))
    python = [sys.executable, "-m", PROBE, str(MODEL), str(photo)]
    call(*emulator("x86_64", str), "-cpu", "max", *python)
    arm, x86 = (counts((FOLDER / each).read_text()) for each in ("aarch64", "x86_64"))
    print(table(arm, x86))


if __name__ == "__main__":
    main()
