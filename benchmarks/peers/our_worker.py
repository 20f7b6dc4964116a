"""Time our pipeline: ``python -m benchmarks.peers.our_worker MODEL REPEATS OUT PICTURE...``.

It prints one JSON line, as `benchmarks.peers.laps` reads it. A lap is a whole request, from file to
answer. Freed memory is kept, as on Lambda.
"""

import json
import sys
from base64 import b64decode
from pathlib import Path
from time import perf_counter, process_time

from benchmarks.worker import peak_rss
from cutout.api.service import Service
from cutout.choices import Model
from cutout.engine import Networks
from cutout.lambda_runtime import keep_memory
from cutout.options import Source
from cutout.pipeline import Pipeline
from cutout.request import PictureForm, PictureRequest
from cutout.settings import Settings
from cutout.timing import Deadline, Stages

MAX_SIDE = 8192
"""Some evaluation pictures are longer than what the service takes."""


def main() -> None:
    """Use as many threads as the process has processors."""
    keep_memory()
    model, repeats, out, *pictures = sys.argv[1:]
    settings = Settings(model=Model(model), max_side=MAX_SIDE)
    pipeline = Networks(settings).pipeline()
    paths = [Path(picture) for picture in pictures]
    _answer(pipeline, paths[0])
    laps: dict[str, list[tuple[float, float]]] = {}
    for path in paths:
        name = f"{path.parent.parent.name}/{path.stem}"
        for _ in range(int(repeats)):
            start, used = perf_counter(), process_time()
            answer = _answer(pipeline, path)
            laps.setdefault(name, []).append((perf_counter() - start, process_time() - used))
            target = Path(out) / f"{name}.png"
            target.parent.mkdir(parents=True, exist_ok=True)
            (result,) = json.loads(answer)["results"]
            target.write_bytes(b64decode(result["entities"][0]["image"]))
    print(json.dumps({"laps": laps, "peak": peak_rss()}))


def _answer(pipeline: Pipeline, path: Path) -> bytes:
    form = PictureForm(image=Source(path.read_bytes(), path.name))
    deadline = Deadline.after(pipeline.settings.request_seconds)
    return Service(pipeline)(PictureRequest(form, deadline), Stages()).body


if __name__ == "__main__":
    main()
