"""What an instance keeps between two pictures."""

import os
import subprocess
import sys

import pytest

MEGABYTES = 96
FREED_IN_A_THREAD = f"""
from pathlib import Path
from threading import Thread
from cutout.lambda_runtime import keep_memory

keep_memory()
thread = Thread(target=lambda: len(b"x" * ({MEGABYTES} << 20)))
thread.start()
thread.join()
found = Path("/proc/self/status").read_text().partition("VmRSS:")[2]
print(int(found.split()[0]) // 1024)
"""


def resident_megabytes(**environment: str) -> int:
    """Return what a process has left in memory after it has freed `MEGABYTES`."""
    command = [sys.executable, "-c", FREED_IN_A_THREAD]
    done = subprocess.run(
        command, env=os.environ | environment, check=True, capture_output=True, text=True
    )
    return int(done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="Lambda runs Linux")
def test_an_instance_keeps_freed_memory_and_others_return_it() -> None:
    assert resident_megabytes() < MEGABYTES
    assert resident_megabytes(AWS_LAMBDA_RUNTIME_API="127.0.0.1:9001") > MEGABYTES
