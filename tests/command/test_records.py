"""How the report's file is written."""

import csv
import json
import os
from pathlib import Path
from resource import RLIMIT_FSIZE, getrlimit, setrlimit
from select import POLLHUP, poll

import pytest

from cutout.command.errors import CommandError
from cutout.command.records import DONE, FAILED, Record, require_writable, write_records
from tests.command.conftest import Run, files_in, write

FEW = [Record("a.jpg", DONE)]
MANY = [Record(f"{number}.jpg", DONE) for number in range(100)]


def pictures(text: str) -> list[str]:
    return [each["picture"] for each in json.loads(text)]


def test_where_the_disk_is_full_the_earlier_report_stays(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    write_records(path, FEW)
    usual, most = getrlimit(RLIMIT_FSIZE)
    setrlimit(RLIMIT_FSIZE, (1000, most))
    try:
        with pytest.raises(CommandError, match=r"report\.json: "):
            write_records(path, MANY)
    finally:
        setrlimit(RLIMIT_FSIZE, (usual, most))
    assert pictures(path.read_text()) == ["a.jpg"]
    assert files_in(tmp_path) == {"report.json"}


def test_permissions_and_links_stay(tmp_path: Path) -> None:
    path, link = tmp_path / "kept" / "real.json", tmp_path / "report.json"
    path.parent.mkdir()
    path.write_text("old")
    path.chmod(0o640)
    link.symlink_to(path)
    write_records(link, FEW)
    assert link.is_symlink()
    assert pictures(path.read_text()) == ["a.jpg"]
    assert path.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("linked", [False, True])
def test_a_reader_of_a_pipe_gets_the_report(tmp_path: Path, linked: bool) -> None:
    pipe = path = tmp_path / "pipe.json"
    os.mkfifo(pipe)
    if linked:
        path = tmp_path / "report.json"
        path.symlink_to(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        end = poll()
        end.register(reader, POLLHUP)
        require_writable(path)
        assert not end.poll(0), "the reader sees the end before there is a report"
        write_records(path, FEW)
        assert pictures(os.read(reader, 65536).decode()) == ["a.jpg"]
    finally:
        os.close(reader)


def test_a_link_to_a_device(tmp_path: Path) -> None:
    link = tmp_path / "report.csv"
    link.symlink_to("/dev/null")
    require_writable(link)
    write_records(link, FEW)
    assert link.is_symlink()


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        *(("=1+1.jpg", "'=1+1.jpg"), ("+1.jpg", "'+1.jpg"), ("-1.jpg", "'-1.jpg")),
        *(("@A1.jpg", "'@A1.jpg"), ("a;=1+1.jpg", "a;'=1+1.jpg"), (";-1.jpg", ";'-1.jpg")),
        *(("a=1.jpg", "a=1.jpg"), ("a-1;b.jpg", "a-1;b.jpg"), ("a,=1.jpg", "a,=1.jpg")),
    ],
)
def test_no_cell_of_a_table_is_a_formula(tmp_path: Path, text: str, cell: str) -> None:
    """Names may come from anybody, and messages from a hostile API."""
    record = Record(text, FAILED, cutout=text, message=text)
    write_records(tmp_path / "report.csv", [record])
    with (tmp_path / "report.csv").open(newline="") as table:
        (row,) = csv.DictReader(table)
    assert [row[name] for name in ("picture", "cutout", "message")] == [cell] * 3
    write_records(tmp_path / "report.json", [record])
    assert pictures((tmp_path / "report.json").read_text()) == [text]


def test_the_folder_of_a_report_is_made_as_that_of_the_cut_outs(tmp_path: Path, run: Run) -> None:
    photo, out = write(tmp_path / "a.jpg"), tmp_path / "out"
    done = run(photo, "-o", out, "--report", out / "lists" / "report.json")
    assert (done.code, done.err) == (0, "")
    assert json.loads((out / "lists" / "report.json").read_text())[0]["outcome"] == "done"


def test_a_folder_of_a_report_that_can_not_be_made_is_told(tmp_path: Path, run: Run) -> None:
    photo = write(tmp_path / "a.jpg")
    report = photo / "report.json"
    done = run(photo, "-o", tmp_path / "out", "--report", report)
    assert (done.code, done.err) == (1, f"cutout: {report}: Not a directory.\n")
    assert files_in(tmp_path) == {"a.jpg"}
