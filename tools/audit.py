"""Check every package of the project's environment, and of the image, for known vulnerabilities.

PyPI's advisory database is asked. The tools with environments of their own, such as the SAM CLI,
are not checked.

Without a network, or where the index knows no advisories, the audit is skipped with a note.
`CUTOUT_AUDIT=required` makes that an error.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tools.lock import stacked_sets

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 90


def audit_command() -> list[str]:
    """Return the call of pip-audit, which reads the locked files and installs nothing."""
    return [
        *(sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes"),
        *("--progress-spinner", "off", "--timeout", "10", "--format", "json"),
        *(f"--requirement={each.target.relative_to(ROOT)}" for each in stacked_sets()),
    ]


def audited(report: str, said: str) -> tuple[list[dict[str, Any]], str]:
    """Return the packages that the database knows, and why there are none.

    `report` is pip-audit's JSON. The reason is the last line of what it `said`, or why it skipped
    the first package.
    """
    try:
        packages: list[dict[str, Any]] = json.loads(report)["dependencies"]
    except ValueError:
        return [], said.strip().rpartition("\n")[2]
    known = [each for each in packages if "skip_reason" not in each]
    return known, next((each["skip_reason"] for each in packages if "skip_reason" in each), "")


def holes(packages: list[dict[str, Any]]) -> list[str]:
    """Return one line for each advisory."""
    return [
        f"{package['name']} {package['version']}: {each['id']}, fixed in {each['fix_versions']}"
        for package in packages
        for each in package["vulns"]
    ]


def main() -> None:
    """Print the outcome; exit with the advisories, or with 1 if a required audit was impossible."""
    try:
        done = subprocess.run(
            audit_command(), cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False
        )
        packages, reason = audited(done.stdout, done.stderr)
    except subprocess.TimeoutExpired:
        packages, reason = [], f"no answer in {SECONDS} s"
    if not packages:
        print(f"The advisories can't be fetched: the audit is skipped. ({reason})")
        sys.exit(os.environ.get("CUTOUT_AUDIT") == "required")
    if found := holes(packages):
        sys.exit("\n".join(found))
    print(f"No known vulnerability in {len(packages)} packages.")


if __name__ == "__main__":
    main()
