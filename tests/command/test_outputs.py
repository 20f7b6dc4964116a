"""Standard input and output, silence, and faults."""

import subprocess
from pathlib import Path

import pytest

from cutout.command.history import HISTORY
from tests.command.conftest import (
    PATIENCE_SECONDS,
    STAND_IN,
    Run,
    files_in,
    opened,
    pictures_in,
    run_apart,
    write,
)
from tests.command.stand_in import FAULTY_WIDTH, GREEDY_WIDTH
from tests.local_server import ROOT
from tests.samples import gradient, jpeg


def test_from_standard_input_to_standard_output() -> None:
    done = run_apart("-", stdin=jpeg(gradient()))
    assert (done.code, done.err) == (0, "")
    assert opened(done.out).size == (64, 48)


def test_endless_standard_input_of_another_type_is_refused() -> None:
    done = in_shell("< /dev/zero", "-", before="ulimit -v 2500000")
    assert done.returncode == 1
    assert done.stderr.splitlines()[0].startswith("-: Unsupported file type.")


def test_from_standard_input_to_a_file(tmp_path: Path) -> None:
    target = tmp_path / "x.png"
    done = run_apart("-o", target, "-", stdin=jpeg(gradient()))
    assert (done.code, done.err, done.out) == (0, "", b"")
    assert opened(target).size == (64, 48)
    done = run_apart("-o", target, "-", stdin=jpeg(gradient(20, 20)))
    assert opened(target).size == (20, 20), "what comes in is never already up to date"


def test_from_a_file_to_standard_output(tmp_path: Path) -> None:
    done = run_apart(write(tmp_path / "a.jpg"), "-o", "-")
    assert (done.code, done.err) == (0, "")
    assert opened(done.out).size == (64, 48)
    assert files_in(tmp_path) == {"a.jpg"}


@pytest.mark.parametrize("content", [b"", b"no picture"])
def test_no_picture_on_standard_input(content: bytes) -> None:
    done = run_apart("-", stdin=content)
    assert (done.code, done.out) == (1, b"")
    assert done.lines[0].startswith("-: ")
    assert done.lines[1:] == ["0 done, 1 failed"]


def test_a_reader_that_has_gone_is_no_disaster(tmp_path: Path) -> None:
    large = write(tmp_path / "a.jpg", jpeg(gradient(2000, 2000)))
    with subprocess.Popen(
        [*STAND_IN, str(large), "-o", "-"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        err = process.stderr.read().decode()
    assert process.returncode == 1
    assert err.splitlines() == [
        f"{large}: Standard output can't be written: Broken pipe.",
        "0 done, 1 failed",
    ]


def in_shell(
    redirection: str, *arguments: object, before: str = ":"
) -> subprocess.CompletedProcess[str]:
    """Run the command with a redirection of the shell, after a command of the shell."""
    script = f'{before}; "$@" {redirection}'
    return subprocess.run(
        ["/bin/bash", "-c", script, "bash", *STAND_IN, *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


def test_a_closed_standard_output_is_wrong_usage(tmp_path: Path) -> None:
    done = in_shell(">&-", write(tmp_path / "a.jpg"), "-o", "-")
    assert (done.returncode, done.stderr) == (2, "cutout: error: standard output is closed\n")


def test_a_full_standard_output_is_a_failure(tmp_path: Path) -> None:
    photo = write(tmp_path / "a.jpg", jpeg(gradient(8, 8)))  # fits the stream's buffer
    done = in_shell(">/dev/full", photo, "-o", "-")
    message = f"{photo}: Standard output can't be written: No space left on device."
    assert (done.returncode, done.stderr.splitlines()[0]) == (1, message)


def test_too_many_open_files_are_one_line(tmp_path: Path) -> None:
    done = in_shell("", write(tmp_path / "a.jpg"), before="ulimit -n 8")
    assert (done.returncode, done.stderr) == (1, "cutout: Too many open files.\n")


def test_a_closed_standard_input_is_wrong_usage(tmp_path: Path) -> None:
    done = in_shell("<&-", "-", "-o", tmp_path / "x.png")
    assert (done.returncode, done.stderr) == (2, "cutout: error: standard input is closed\n")


def test_a_closed_standard_error_stops_nothing(tmp_path: Path) -> None:
    done = in_shell("2>&-", write(tmp_path / "a.jpg"), write(tmp_path / "b.jpg", b"no picture"))
    assert (done.returncode, done.stdout) == (1, "")
    assert opened(tmp_path / "a-cutout.png").size == (64, 48)


def test_messages_that_nobody_reads_stop_nothing(tmp_path: Path) -> None:
    for name in "abc":
        write(tmp_path / f"{name}.jpg")
    done = in_shell("2>&1 | true; exit ${PIPESTATUS[0]}", tmp_path, "-v")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert {f"{name}-cutout.png" for name in "abc"} <= files_in(tmp_path)


def test_quiet_leaves_the_failures(tmp_path: Path, run: Run) -> None:
    write(tmp_path / "a.jpg")
    write(tmp_path / "b.jpg", b"no picture")
    done = run(tmp_path, "-q")
    assert done.code == 1
    assert [each.partition(": ")[0] for each in done.lines] == [f"{tmp_path}/b.jpg"]


def test_verbose_tells_of_each(tmp_path: Path, run: Run) -> None:
    photo = write(tmp_path / "a.jpg")
    done = run(photo, "-v")
    assert done.lines[0].startswith(f"{photo}: {tmp_path}/a-cutout.png (")
    assert done.lines[1].startswith("1 done in ")


def test_a_place_that_can_not_be_written_is_told_before_the_work(tmp_path: Path, run: Run) -> None:
    photo = write(tmp_path / "a.jpg", jpeg(gradient(FAULTY_WIDTH, 20)))
    for place, words in (("/proc/none/", "No such file"), (f"{photo}/b/", "Not a directory")):
        done = run(photo, "-o", place)
        assert (done.code, done.lines[0].partition(words)[0]) == (
            1,
            f"{photo}: {place}a.png can't be written: ",
        )
    assert files_in(tmp_path) == {"a.jpg"}


@pytest.mark.parametrize("output", ["e/", "e/b.png"])
def test_a_folder_for_a_review_is_checked_before_the_work(
    tmp_path: Path, run: Run, output: str
) -> None:
    photo = write(tmp_path / "a.jpg", jpeg(gradient(FAULTY_WIDTH, 20)))
    done = run(photo, "-o", f"{tmp_path}/{output}", "--review", "/proc/none")
    assert done.code == 1
    assert done.lines[0].startswith(f"{photo}: /proc/none/")
    assert "can't be written: No such file or directory." in done.lines[0]
    assert files_in(tmp_path) == {"a.jpg"}


def test_a_place_with_a_path_too_long_fails_alone(tmp_path: Path, run: Run) -> None:
    deep = Path("in", *["d" * 200] * 18)
    photo = write(tmp_path / deep / "a.jpg")
    write(tmp_path / "in" / "b.jpg")
    out = tmp_path / ("o" * 250) / ("o" * 250)
    done = run(tmp_path / "in", "-o", out)
    made = out / deep.relative_to("in") / "a.png"
    assert done.code == 1
    assert done.lines[0] == f"{photo}: {made} can't be written: File name too long."
    assert pictures_in(out) == {"b.png"}


def test_a_place_that_can_not_be_examined_stops_nothing(tmp_path: Path, run: Run) -> None:
    photos, out, review = tmp_path / "in", tmp_path / "out", tmp_path / "review"
    write(photos / "sub" / "a.jpg")
    assert run(photos, "-o", out).code == 0
    write(photos / "b.jpg")
    write(review / "sub", b"a file where the folder would be")
    done = run(photos, "-o", out, "--review", review, "-v")
    assert done.code == 0, done.err
    assert "1 done, 1 already up to date in " in done.lines[-1]


def test_a_record_of_which_only_a_part_fits_is_told(tmp_path: Path) -> None:
    photo = write(tmp_path / "a.jpg", jpeg(gradient(8, 8)))
    record = write(tmp_path / "out" / HISTORY, b"\n" * 1000)
    full = "export PYTHONDONTWRITEBYTECODE=1; ulimit -f 1"  # of 1024 bytes
    done = in_shell("", photo, "-o", f"{tmp_path}/out/", before=full)
    assert done.stderr.splitlines() == [f"{record} can't be written: File too large."]
    assert (done.returncode, opened(tmp_path / "out" / "a.png").size) == (0, (8, 8))


def test_a_fault_of_ours_stops_nothing_else(tmp_path: Path, run: Run) -> None:
    write(tmp_path / "a.jpg", jpeg(gradient(FAULTY_WIDTH, 300)))
    write(tmp_path / "b.jpg")
    done = run(tmp_path)
    assert done.code == 1
    assert done.lines[0] == f"{tmp_path}/a.jpg: Processing failed (ZeroDivisionError)."
    assert (tmp_path / "b-cutout.png").exists()
    done = run(tmp_path, "-v")
    assert "ZeroDivisionError: a fault" in done.lines, "on demand, with where it came from"


def test_memory_that_does_not_suffice(tmp_path: Path, run: Run) -> None:
    done = run(write(tmp_path / "a.jpg", jpeg(gradient(GREEDY_WIDTH, 300))))
    assert done.lines[0] == f"{tmp_path}/a.jpg: There is not enough memory for it."
