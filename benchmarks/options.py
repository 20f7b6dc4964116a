"""Measure the time of each option and the size of WebP, for `docs/api.md`.

``python -m benchmarks.options`` measures at 4096 x 4096; ``--side`` and ``--repeats`` change that.
"""

import json
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from functools import partial
from io import BytesIO
from itertools import chain
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np
from PIL import Image, ImageCms

from benchmarks.pictures import ASTRONAUT, save_photo
from benchmarks.worker import peak_rss
from cutout.api.service import Service
from cutout.choices import FileFormat, Margin, Mode
from cutout.colours import Colour
from cutout.encode import formats
from cutout.engine import Networks
from cutout.options import Background, Options, ShadowLook, Source
from cutout.pipeline import Pipeline
from cutout.request import PictureForm, PictureRequest
from cutout.settings import Settings
from cutout.timing import Clock, Deadline, Stages

COFFEE = ASTRONAUT.with_name("coffee.jpg")
SHADOW = Mode.FG_IMAGE_SHADOW
PLAIN, PHOTO, HOLES, PROFILE = "", "photo", "holes", "profile"
VARIANTS: dict[str, tuple[Options, str]] = {
    "nothing": (Options(), PLAIN),
    "objects": (Options(objects=True), PLAIN),
    "crop": (Options(crop=Margin(share=0.1)), PLAIN),
    "bg-color": (Options(background=Background(Colour(255, 255, 255))), PLAIN),
    "image-bg": (Options(), PHOTO),
    "image-bg with another ICC profile": (Options(), PROFILE),
    "image-bg with holes": (Options(), HOLES),
    "format=webp": (Options(format=FileFormat.WEBP), PLAIN),
    "image-bg, format=webp": (Options(format=FileFormat.WEBP), PHOTO),
    "fg-image-shadow": (Options(SHADOW), PLAIN),
    "fg-image-shadow, shadow-angle": (Options(SHADOW, shadow=ShadowLook(angle=45)), PLAIN),
    "fg-mask, format=webp": (Options(Mode.FG_MASK, format=FileFormat.WEBP), PLAIN),
    "all of it": (
        Options(
            SHADOW,
            crop=Margin(share=0.1),
            format=FileFormat.WEBP,
            shadow=ShadowLook(angle=45),
            objects=True,
        ),
        PROFILE,
    ),
}
STAGES = ("compose", "encode")
QUALITIES, METHODS = (80, 90, 95), (0, 2, 4)


def background(kind: str, side: int) -> PictureForm | None:
    """Return a background of another shape than the picture, which has to be scaled."""
    if kind == PLAIN:
        return None
    image = Image.open(COFFEE).resize((side, side * 3 // 4), Image.Resampling.BICUBIC)
    file = BytesIO()
    if kind == HOLES:
        image = image.resize((side // 2, side // 2))
        image.putalpha(Image.linear_gradient("L").resize(image.size))
        image.save(file, "PNG")
    else:
        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        image.save(file, "JPEG", icc_profile=profile if kind == PROFILE else b"")
    return PictureForm(image=Source(file.getvalue(), "background"))


def pipeline() -> Pipeline:
    """Return a pipeline that uses two cores, as on Lambda with 3,008 MB."""
    return Networks(Settings(), 2).pipeline()


def measure(path: Path, name: str, side: int, repeats: int) -> dict[str, float]:
    """Return median milliseconds of whole requests after one unmeasured, and bytes."""
    options, kind = VARIANTS[name]
    own, form = Service(pipeline()), PictureForm(image=Source(path.read_bytes(), path.name))
    form = PictureForm(image=form.image, background=background(kind, side))
    spent: list[dict[str, float]] = []
    body = b""
    for _ in range(repeats + 1):
        stages, start = Stages(), perf_counter()
        body = own(PictureRequest(form, Deadline.after(120), options), stages).body
        spent.append(stages.milliseconds | {"total": (perf_counter() - start) * 1000})
    if b'"code":"ok"' not in body:
        raise RuntimeError(body[:500].decode())
    times = {each: median(run[each] for run in spent[1:]) for each in (*STAGES, "total")}
    return times | {"response": len(body), "peak": peak_rss()}


def costs(path: Path, side: int, repeats: int) -> Iterator[str]:
    """Measure each option in a process of its own, for a peak of memory of its own."""
    yield "| | compose | encode | whole request | answer | peak memory |"
    yield "|---|---:|---:|---:|---:|---:|"
    for name in VARIANTS:
        arguments = ["--side", str(side), "--repeats", str(repeats), "--only", name, str(path)]
        command = [sys.executable, "-m", "benchmarks.options", *arguments]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
        found = json.loads(done.stdout)
        yield (
            f"| {name} | {found['compose']:.0f} ms | {found['encode']:.0f} ms "
            f"| {found['total']:.0f} ms | {found['response'] / 1e6:.1f} MB "
            f"| {found['peak'] / 1e6:.0f} MB |"
        )


def qualities(path: Path) -> Iterator[str]:
    """Measure WebP by quality and effort: size, time and error of the visible colours."""
    yield "| quality | method | time | file | error (rms, of 255) |"
    yield "|---:|---:|---:|---:|---:|"
    source = Source(path.read_bytes(), path.name)
    composition = pipeline().work.compose(source, Options(), Clock(Deadline.after(120)))
    visible = composition.pixels[..., 3] > 0
    for quality in QUALITIES:
        for method in METHODS:
            formats.WEBP_METHOD = method
            milliseconds, file = timed(partial(formats.encode_webp, composition, quality))
            decoded = np.asarray(Image.open(BytesIO(file)))
            error = decoded[visible, :3].astype(np.float32) - composition.pixels[visible, :3]
            rms = float(np.sqrt(np.square(error).mean()))
            size = len(file) / 1e6
            yield f"| {quality} | {method} | {milliseconds:.0f} ms | {size:.1f} MB | {rms:.1f} |"


def timed(make: Callable[[], bytes]) -> tuple[float, bytes]:
    """Return the milliseconds it took, and the result."""
    start = perf_counter()
    made = make()
    return (perf_counter() - start) * 1000, made


def main() -> None:
    """Print the tables."""
    parser = ArgumentParser(prog="python -m benchmarks.options", description=__doc__)
    parser.add_argument("--side", type=int, default=4096)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--only", choices=VARIANTS, help="one, in this process: prints JSON")
    parser.add_argument("photo", type=Path, nargs="?", help="the benchmark's own by default")
    given = parser.parse_args()
    if given.only:
        json.dump(measure(given.photo, given.only, given.side, given.repeats), sys.stdout)
        return
    with TemporaryDirectory() as folder:
        photo = given.photo or save_photo(given.side, Path(folder))
        for line in chain(costs(photo, given.side, given.repeats), [""], qualities(photo)):
            print(line, flush=True)


if __name__ == "__main__":
    main()
