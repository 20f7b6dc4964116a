"""Fuzzes every target, or the ones named: `python -m tests.fuzz --seconds 30 header url`."""

import argparse
import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from tests.fuzz.targets import TARGETS

EXECUTIONS = re.compile(r"stat::number_of_executed_units:\s*(\d+)")
FINDINGS = Path("build/fuzz")
INPUT_SECONDS = (
    60  # of wall-clock time, and a fuzzer in the background may be kept waiting for long
)
MAX_MEMORY_MB = 1300


def run(name: str, seconds: int, corpus: Path) -> int:
    """Executions without a finding; ends the program with the fuzzer's words where there is one."""
    target = TARGETS[name]
    for number, seed in enumerate(target.seeds):
        (corpus / f"seed-{number}").write_bytes(seed)
    FINDINGS.mkdir(parents=True, exist_ok=True)
    command = [
        *(sys.executable, "-m", "tests.fuzz.drive", name, str(corpus)),
        f"-max_total_time={seconds}",
        f"-max_len={max(target.max_bytes, *map(len, target.seeds))}",
        f"-timeout={INPUT_SECONDS}",
        f"-rss_limit_mb={MAX_MEMORY_MB}",
        f"-artifact_prefix={FINDINGS}/{name}-",
        "-print_final_stats=1",
    ]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    executed = EXECUTIONS.search(done.stderr)
    if done.returncode or executed is None:
        sys.exit(f"{name}: a finding, see {FINDINGS}\n{done.stdout}\n{done.stderr[-6000:]}")
    return int(executed[1])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=int, default=10, help="for each target")
    parser.add_argument("targets", nargs="*", help=", ".join(TARGETS))
    arguments = parser.parse_args()
    if unknown := set(arguments.targets) - set(TARGETS):
        parser.error(f"no such target: {', '.join(sorted(unknown))}")
    for name in arguments.targets or TARGETS:
        start = monotonic()
        with TemporaryDirectory() as folder:
            executed = run(name, arguments.seconds, Path(folder))
        print(f"{name:<11} {executed:>10,} executions in {monotonic() - start:.0f} s, no finding")


if __name__ == "__main__":
    main()
