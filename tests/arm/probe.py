"""Runs what native code does in a request, and keeps the results for a comparison:
`python -m tests.arm.probe MODEL INPUTS OUT`.

MODEL is a folder of networks, INPUTS one of JPEG files, of
which `request.jpg` is sent to the Lambda handler. OUT gets `arrays.npz` and
`facts.json`. It runs on both processors, on arm64 with the image's packages alone.
"""

import asyncio
import json
import os
import platform
import sys
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from time import monotonic
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import onnxruntime as ort
from PIL import Image

from cutout.choices import Compression
from cutout.decode.decode import decode
from cutout.encode.png import encode_png
from cutout.pictures import Composition, Picture
from cutout.refine.edges import EdgeRefiner
from cutout.refine.tiles import SIDE as TILE
from cutout.segment.network import LOOKS, square
from cutout.segment.session import load_session
from cutout.setting_types import visible_processors
from cutout.settings import Settings
from tests.samples import gradient
from tools.events.gateway import payload_v2
from tools.events.samples import post_file

Arrays: TypeAlias = dict[str, npt.NDArray[Any]]

REQUEST = "request.jpg"
UNHURRIED = {
    "CUTOUT_MODEL": "best",
    "CUTOUT_REQUEST_SECONDS": "7200",
    "CUTOUT_GATEWAY_SECONDS": "7200",
    "CUTOUT_PICTURE_SECONDS": "7200",
    "CUTOUT_EDGE_SECONDS": "3600",
}
"""Two looks, and time limits that emulation keeps."""


class Probe:
    """Holds the results, and the seconds that each step took."""

    def __init__(self, model: Path) -> None:
        self.arrays: Arrays = {}
        self.seconds: dict[str, float] = {}
        self._model, self._threads = model, visible_processors()

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        start = monotonic()
        yield
        self.seconds[name] = round(monotonic() - start, 1)
        print(f"{platform.machine()} {name}: {self.seconds[name]} s", flush=True)

    def looks(self, pictures: dict[str, Picture]) -> None:
        """All graphs on every picture, each with its part in the result kept apart."""
        with self.step("load"):
            sessions = {name: load_session(self._model / name, self._threads) for name in LOOKS}
        for name, picture in pictures.items():
            self.arrays[f"{name}/decoded"] = np.asarray(picture.colour)
            seen = {"picture": square(picture)}
            for graph, session in sessions.items():
                with self.step(f"{name}, {graph}"):
                    seen |= run(session, seen)
                self.arrays[f"{name}/{graph.removesuffix('.onnx')} alpha"] = seen["alpha"]
            self.arrays[f"{name}/doubt"] = np.asarray(seen["doubt"])
            self.arrays[f"{name}/apart"] = np.asarray(seen["apart"])

    def edges(self, picture: Picture) -> None:
        """The edge refiner on four tiles."""
        refiner = EdgeRefiner(self._model, self._threads)
        with self.step("edge refiner"):
            self.arrays["edges/alpha"] = refiner.infer(edge_tiles(picture))

    def files(self, picture: Picture) -> None:
        """PNG files by each compression, which Pillow must read as the same pixels."""
        grey = np.asarray(gradient(*picture.size).convert("L"))
        pixels = np.dstack([np.asarray(picture.colour), grey])
        composition = Composition(pixels)
        with self.step("png"):
            files = {str(each): encode_png(composition, each) for each in Compression}
        for name, content in files.items():
            if not np.array_equal(np.asarray(Image.open(BytesIO(content))), pixels):
                raise ValueError(f"the {name} PNG has other pixels")
            self.arrays[f"png/{name} file"] = np.frombuffer(content, np.uint8)

    def request(self, photo: Path) -> None:
        """One request through the Lambda handler."""
        os.environ.update(UNHURRIED, CUTOUT_MODEL_DIR=str(self._model))
        event = payload_v2(post_file(photo.read_bytes(), photo.name, "image/jpeg"))
        del event["requestContext"]["timeEpoch"]
        asyncio.set_event_loop(asyncio.new_event_loop())
        with self.step("import of the handler"):
            from cutout.aws import lambda_handler  # noqa: PLC0415
        with self.step(f"request, {photo.name}"):
            answer = lambda_handler(event, None)
        (result,) = json.loads(answer["body"])["results"]
        if answer["statusCode"] != 200 or result["status"]["code"] != "ok":
            raise ValueError(f"the handler answers {answer['statusCode']}: {result['status']}")
        found = np.asarray(Image.open(BytesIO(b64decode(result["entities"][0]["image"]))))
        self.arrays["request/result"] = found[..., 3]
        self.arrays["request/colours"] = found[..., :3] * (found[..., 3:] > 0)


def edge_tiles(picture: Picture) -> npt.NDArray[np.uint8]:
    """Return four tiles of a picture whose coarse alpha is a soft disc."""
    rows, columns = np.mgrid[:TILE, :TILE]
    distance = np.hypot(rows - TILE / 2, columns - TILE / 2)
    alpha = np.clip(128 + 20 * (TILE / 3 - distance), 0, 255).astype(np.uint8)
    small = np.asarray(picture.colour.resize((2 * TILE, 2 * TILE)))
    tiles = [
        np.dstack([small[y : y + TILE, x : x + TILE], alpha]) for y in (0, TILE) for x in (0, TILE)
    ]
    return np.stack(tiles)


def run(session: ort.InferenceSession, feed: Arrays) -> Arrays:
    """A graph's outputs by name."""
    names = [each.name for each in session.get_outputs()]
    taken = {each.name: feed[each.name] for each in session.get_inputs()}
    return dict(zip(names, session.run(names, taken), strict=True))


def facts(probe: Probe) -> dict[str, Any]:
    return {
        "machine": platform.machine(),
        "python": platform.python_version(),
        "onnxruntime": ort.__version__,
        "numpy": np.__version__,
        "threads": visible_processors(),
        "seconds": probe.seconds,
    }


def main(model: Path, inputs: Path, out: Path) -> None:
    settings = Settings()
    photos = sorted(each for each in inputs.glob("*.jpg") if each.name != REQUEST)
    probe = Probe(model)
    pictures = {each.stem: decode(each.read_bytes(), settings) for each in photos}
    probe.looks(pictures)
    largest = max(pictures.values(), key=lambda each: each.size)
    probe.edges(largest)
    probe.files(largest)
    probe.request(inputs / REQUEST)
    out.mkdir(parents=True, exist_ok=True)
    np.savez(out / "arrays.npz", **probe.arrays)  # type: ignore[arg-type]
    (out / "facts.json").write_text(json.dumps(facts(probe), indent=2))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
