"""What an instance keeps between two pictures."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.own_networks import write_own_network

MEGABYTES = 96
FREED_IN_A_THREAD = f"""
from pathlib import Path
from threading import Thread

def resident():
    found = Path("/proc/self/status").read_text().partition("VmRSS:")[2]
    return int(found.split()[0]) // 1024

before = resident()
thread = Thread(target=lambda: len(b"x" * ({MEGABYTES} << 20)))
thread.start()
thread.join()
print(resident() - before)
"""


def kept_megabytes(entry: str, **environment: str) -> int:
    """Return by how much a process that imports `entry` has grown once `MEGABYTES` are freed."""
    command = [sys.executable, "-c", f"import {entry}\n{FREED_IN_A_THREAD}"]
    done = subprocess.run(
        command, env=os.environ | environment, check=True, capture_output=True, text=True
    )
    return int(done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="Lambda runs Linux")
@pytest.mark.parametrize("entry", ["cutout.aws", "cutout.batch.aws"])
def test_an_instance_keeps_freed_memory_and_others_return_it(entry: str, tmp_path: Path) -> None:
    own = {"CUTOUT_MODEL_DIR": str(write_own_network(tmp_path))}
    assert kept_megabytes(entry, **own) < MEGABYTES / 2
    assert kept_megabytes(entry, **own, AWS_LAMBDA_RUNTIME_API="127.0.0.1:9001") > MEGABYTES / 2
