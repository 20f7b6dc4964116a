"""Runs networks, encoders and a request on emulated arm64 and on this machine, and compares:
`python -m tests.arm --photos folder`.

The exit code is 1 if the results are further apart than `tests.arm.compare.LIMITS` allow.
"""

import argparse
import json
import platform
import sys
from pathlib import Path
from shutil import copy2, rmtree

import numpy as np
from PIL import Image

from tests.arm.compare import rows
from tests.arm.emulated import BUILD, MODEL, Emulated, EmulationError, call
from tests.arm.probe import REQUEST
from tests.samples import PHOTOS

PROBE = "tests.arm.probe"
INPUTS = BUILD / "inputs"
REQUEST_SIDE = 1536  # larger than the networks' square: its edges are refined
QUALITY = 90


def write_inputs(photos: list[Path]) -> None:
    """Put the photos, and the one to send, into a folder of their own."""
    rmtree(INPUTS, ignore_errors=True)
    INPUTS.mkdir(parents=True)
    for photo in photos:
        copy2(photo, INPUTS)
    with Image.open(PHOTOS / "astronaut.jpg") as small:
        large = small.resize((REQUEST_SIDE, REQUEST_SIDE), Image.Resampling.BICUBIC)
    large.save(INPUTS / REQUEST, quality=QUALITY)


def report(here: Path, there: Path) -> bool:
    """Print the differences, and return whether all are within their limits."""
    for each in (here, there):
        facts = json.loads((each / "facts.json").read_text())
        print({name: value for name, value in facts.items() if name != "seconds"})
    with np.load(here / "arrays.npz") as ours, np.load(there / "arrays.npz") as theirs:
        found = list(rows(ours, theirs))
    print(*found, sep="\n")
    return all(each.is_near for each in found)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.arm", description=__doc__)
    parser.add_argument("--photos", type=Path, help="folder of JPEG files, instead of one photo")
    given = parser.parse_args()
    photos = sorted(given.photos.glob("*.jpg")) if given.photos else [PHOTOS / "coffee.jpg"]
    if not photos:
        parser.error(f"{given.photos} holds no *.jpg")
    if platform.machine() == "aarch64":
        sys.exit("This machine is arm64: there is nothing to emulate. `make test` tests it.")
    emulated = Emulated(BUILD)
    try:
        emulated.build()
    except EmulationError as error:
        sys.exit(str(error))
    write_inputs(photos)
    here, there = BUILD / platform.machine(), BUILD / "aarch64"
    call(sys.executable, "-m", PROBE, MODEL, INPUTS, here)
    emulated.run(PROBE, MODEL, INPUTS, there)
    sys.exit(not report(here, there))


if __name__ == "__main__":
    main()
