"""The largest picture's memory, in a process of its own with the real networks."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.pictures import save_photo
from cutout.choices import Mode
from tests.local_server import ROOT

LIMIT = 1.3e9
"""Bytes. Lambda's smallest setting here is 1,024 MB, the default twice this limit."""
PROGRAM = """
import sys
from pathlib import Path
from benchmarks.worker import peak_rss
from cutout.api.service import Service
from cutout.options import Options, Source
from cutout.pipeline import Pipeline
from cutout.refine.edges import EdgeRefiner
from cutout.request import PictureForm, PictureRequest
from cutout.segment.network import Network
from cutout.settings import Settings
from cutout.timing import Deadline, Stages

settings, path, mode = Settings(), Path(sys.argv[1]), sys.argv[2]
network = Network(settings.model_dir, settings.model, 1)
pipeline = Pipeline(settings, network, sharpen=EdgeRefiner(settings.model_dir, 1))
form = PictureForm(image=Source(path.read_bytes(), path.name))
request = PictureRequest(form, Deadline.after(settings.request_seconds), Options(mode))
answer = Service(pipeline)(request, Stages()).body
assert b'"code":"ok"' in answer, answer[:500]
assert len(answer) > 10_000_000, "a smaller picture"
print(peak_rss())
"""
"""One request: a second one's peak is less than 1 MB above the first one's."""


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_photo(4096, tmp_path_factory.mktemp("photo"))


@pytest.mark.parametrize("mode", [Mode.FG_IMAGE, Mode.FG_IMAGE_SHADOW])
def test_the_largest_picture_takes_less_than_the_limit(mode: Mode, photo: Path) -> None:
    command = [sys.executable, "-c", PROGRAM, str(photo), mode]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE)
    peak = int(done.stdout)
    assert 0.3e9 < peak < LIMIT, f"{peak / 1e6:.0f} MB of resident memory"
