"""Files and folders that may not be read."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command.conftest import PATIENCE_SECONDS, STAND_IN, pictures_in, write
from tests.local_server import ROOT

WITHOUT_POWERS = """
import ctypes, os, sys
for power in (1, 2):  # CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH: root may read everything
    ctypes.CDLL(None).prctl(24, power, 0, 0, 0)  # PR_CAPBSET_DROP
os.execv(sys.executable, sys.argv[1:])
"""


@pytest.fixture
def photos(tmp_path: Path) -> Iterator[Path]:
    """A picture, a closed folder, and one whose names can be listed, but not its files examined."""
    write(tmp_path / "photos" / "a.jpg")
    listed = write(tmp_path / "photos" / "listed" / "b.jpg").parent
    write(listed / "deep" / "c.jpg")
    closed = write(tmp_path / "photos" / "closed" / "d.jpg").parent
    listed.chmod(0o444)
    closed.chmod(0)
    yield tmp_path / "photos"
    listed.chmod(0o755)
    closed.chmod(0o755)


@pytest.mark.parametrize("pattern", ["", "*", "**/*.jpg"])
def test_what_may_not_be_read_is_told_and_stops_no_other_picture(
    photos: Path, tmp_path: Path, pattern: str
) -> None:
    arguments = [*STAND_IN, str(photos / pattern), "-o", str(tmp_path / "out")]
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_POWERS, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    for name in ("closed", "listed/b.jpg"):
        assert lines.count(f"{photos}/{name}: Permission denied.") == 1, lines
    assert pictures_in(tmp_path / "out") == {"a.png"}


def test_a_report_that_exists_may_lie_in_a_closed_folder(tmp_path: Path) -> None:
    photo, report = write(tmp_path / "a.jpg"), write(tmp_path / "closed" / "report.csv", b"old")
    report.parent.chmod(0o555)
    arguments = [*STAND_IN, str(photo), "-o", str(tmp_path / "out"), "--report", str(report)]
    try:
        subprocess.run([sys.executable, "-c", WITHOUT_POWERS, *arguments], cwd=ROOT, check=True)
    finally:
        report.parent.chmod(0o755)
    assert report.read_text().splitlines()[1].startswith(f"{photo},done,")


MOUNTED = {
    "alone": 'mount --bind "$1/new" "$1/report.csv"',
    "in a read-only folder": 'mount --bind -r "$1" "$1" && mount --bind "$2/new" "$1/report.csv"',
}


@pytest.mark.parametrize("mount", MOUNTED.values(), ids=MOUNTED)
def test_a_report_that_exists_may_be_mounted(tmp_path: Path, mount: str) -> None:
    """As by `docker run -v`: such a file can't be replaced by another one."""
    folder, origin = tmp_path / "folder", tmp_path / "origin"
    for each in (folder / "report.csv", folder / "new", origin / "new"):
        write(each, b"old")
    enter = ["unshare", "--map-root-user", "--mount"]
    if subprocess.run([*enter, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this system allows no mounts")
    source = "import sys; from pathlib import Path; from cutout.command.records import *; "
    source += "write_records(Path(sys.argv[1]), [])"
    script = f'{mount} && "$3" -c "$4" "$1/report.csv" && cat "$1/report.csv"'
    shell = [*enter, "sh", "-ec", script, "sh", str(folder), str(origin), sys.executable, source]
    done = subprocess.run(shell, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout[:8]) == (0, "picture,"), done.stderr
