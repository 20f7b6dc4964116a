"""Measure the cost of signing one S3 link in a new process: ``python -m benchmarks.signing``.

The figures are in `layers/README.md`.
"""

import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path
from statistics import median
from time import perf_counter

ROOT = Path(__file__).resolve().parent.parent
KEYS = "'AKIAIOSFODNN7EXAMPLE', 'secret'"
URL = "'https://bucket.s3.us-east-1.amazonaws.com/answers/a.png'"
WAYS = {
    "nothing": "",
    "boto3": """
import boto3
client = boto3.client("s3", "us-east-1", aws_access_key_id="id", aws_secret_access_key="secret")
client.generate_presigned_url("get_object", {"Bucket": "bucket", "Key": "answers/a.png"})
""",
    "botocore's signer alone": f"""
from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
S3SigV4QueryAuth(Credentials({KEYS}), "s3", "us-east-1").add_auth(AWSRequest("GET", {URL}))
""",
    "cutout.storage.signature": f"""
from cutout.storage.signature import Signer
Signer({KEYS}, "us-east-1").presigned_url("GET", {URL}, 86400)
""",
    "the same, and urllib3 to send it with": f"""
from cutout.storage.signature import Signer
from cutout.storage.transfer import put_object
Signer({KEYS}, "us-east-1").presigned_url("GET", {URL}, 86400)
""",
}
MEMORY = "print(open('/proc/self/status').read().partition('VmHWM:')[2].split()[0])"


def measure(code: str) -> tuple[float, float]:
    """Return milliseconds from start to end of a process, and its peak memory in MB."""
    start = perf_counter()
    command = [sys.executable, "-c", f"{code}\n{MEMORY}"]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE)
    return (perf_counter() - start) * 1000, int(done.stdout) / 1000


def main() -> None:
    """Print a Markdown table of medians, measured alternately, less those of an idle process."""
    parser = ArgumentParser(prog="python -m benchmarks.signing")
    parser.add_argument("--repeats", type=int, default=15)
    repeats: int = parser.parse_args().repeats
    rounds = [{name: measure(code) for name, code in WAYS.items()} for _ in range(repeats + 1)][1:]
    times, peaks = (
        {name: median(each[name][figure] for each in rounds) for name in WAYS} for figure in (0, 1)
    )
    print("| | time | memory |\n|---|---:|---:|")
    for name in list(WAYS)[1:]:
        time, peak = times[name] - times["nothing"], peaks[name] - peaks["nothing"]
        print(f"| {name} | {time:.0f} ms | {peak:.0f} MB |")


if __name__ == "__main__":
    main()
