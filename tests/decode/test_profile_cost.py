"""Measure what profiles cost the decoder, in a process for each form of picture."""

import subprocess
import sys

import pytest

from tests.decode.laden import FORMS
from tests.local_server import ROOT

SECONDS, MEGABYTES = 2, 300
WORKER = f"""
import resource
import sys
from time import process_time
from cutout.decode.decode import decode
from cutout.settings import Settings
from tests.decode.profiles import COSTLY, HOSTILE
from tests.decode.laden import laden, bare
from tests.memory import peak_megabytes
form = sys.argv[1]
plain = decode(bare(form), Settings())
files = {{name: laden(form, name) for name in (*HOSTILE, *COSTLY)}}
before = peak_megabytes()
resource.setrlimit(resource.RLIMIT_CPU, (120, 120))
for name, content in files.items():
    start = process_time()
    found = decode(content, Settings())
    spent = process_time() - start
    assert spent < {SECONDS}, (name, spent)
    if name in HOSTILE:
        assert found.icc_profile is None, name
        assert found.colour.tobytes() == plain.colour.tobytes(), name
peak = peak_megabytes()
assert peak - before < {MEGABYTES}, peak - before
"""


@pytest.mark.parametrize("form", FORMS)
def test_every_profile_costs_the_decoder_little(form: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WORKER, form], cwd=ROOT, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()[-800:]
