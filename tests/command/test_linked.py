"""Linked folders and links to files, in folders and patterns."""

from pathlib import Path

import pytest

from tests.command.conftest import Run, pictures_in, run_apart, write


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_pattern_ends_where_linked_folders_loop(folder: Path) -> None:
    write(Path("t/deep/a.jpg"))
    for name in ("t/l1", "t/l2", "t/deep/l3"):
        Path(name).symlink_to(Path("t").absolute())
    done = run_apart(folder / "t/**/*.jpg", "-o", folder / "out", "--dry-run")
    assert done.code == 0
    named = ", ".join(f"linked folder {folder}/t/{each}" for each in ("deep/l3", "l1", "l2"))
    assert done.lines == [
        f"{folder}/t/deep/a.jpg: {folder}/out/deep/a.png",
        f"1 to do, 3 left out: {named}",
    ]


def test_linked_folders_are_named_and_links_to_files_followed(run: Run) -> None:
    elsewhere = write(Path("elsewhere/a.jpg"))
    write(Path("photos/b.jpg"))
    Path("photos/linked").symlink_to(elsewhere.parent.absolute())
    Path("photos/.hidden").symlink_to(elsewhere.parent.absolute())
    Path("photos/c.jpg").symlink_to(elsewhere.absolute())
    done = run("photos", "-o", "out")
    assert (done.code, pictures_in(Path("out"))) == (0, {"b.png", "c.png"})
    assert "2 done, 1 left out: linked folder photos/linked in " in done.lines[-1]


def test_a_link_to_itself_stops_no_other_picture(run: Run) -> None:
    write(Path("photos/a.jpg"))
    Path("photos/b.jpg").symlink_to("b.jpg")
    Path("masks").mkdir()
    for options in ((), ("--mask", "masks")):
        done = run("photos", "-o", "out", "--force", *options)
        assert done.code == 1
        assert any(line.startswith("photos/b.jpg: ") for line in done.lines), done.err
    assert pictures_in(Path("out")) == {"a.png"}
    Path("round").symlink_to("round")
    done = run("photos/a.jpg", "-o", "round/", "--review", "round/")
    assert (done.code, done.lines[-1][:16]) == (2, "cutout: error: -")


def test_a_linked_folder_that_is_named_is_searched(run: Run) -> None:
    write(Path("real/deep/a.jpg"))
    Path("linked").symlink_to("real")
    for number, each in enumerate(("linked", "linked/**/*.jpg", "l*/**/*.jpg")):
        assert run(each, "-o", f"out{number}").code == 0
        assert {Path(name).name for name in pictures_in(Path(f"out{number}"))} == {"a.png"}


def test_folders_match_at_any_depth(run: Run) -> None:
    for name in ("q/one/shoes/a.jpg", "q/two/deep/shoes/in/b.jpg", "q/hats/c.jpg"):
        write(Path(name))
    assert run("q/**/shoes", "-o", "out").code == 0
    assert pictures_in(Path("out")) == {"one/shoes/a.png", "two/deep/shoes/in/b.png"}
    assert run("q/**", "-o", "all").code == 0
    assert run("q/**/*", "-o", "all").code == 0
    assert len(pictures_in(Path("all"))) == 3


def test_a_pattern_that_takes_nothing_fails(run: Run) -> None:
    write(Path("q/out/a.jpg"))
    Path("q/empty").mkdir()
    for pattern in ("q/**/boots", "q/**/*.png", "q/o*/*.jpg", "q/empty/**"):
        done = run(pattern, "-o", "q/out")
        assert (done.code, done.lines[0]) == (1, f"{pattern}: No file matches it.")


def test_a_dry_run_tells_of_dead_links(run: Run) -> None:
    write(Path("in/a.jpg"))
    Path("in/b.jpg").symlink_to("nowhere.jpg")
    done = run("in", "-o", "out", "--dry-run")
    assert done.code == 1
    assert done.lines == [
        "in/b.jpg: No such file or directory.",
        "in/a.jpg: out/a.png",
        "1 to do",
    ]


def test_no_empty_report_is_left_by_a_run_that_can_not_begin(run: Run) -> None:
    write(Path("a.jpg"))
    write(Path("b.jpg"), b"no picture")
    assert run("a.jpg", "--background", "b.jpg", "--report", "report.json").code == 1
    assert not Path("report.json").exists()


def test_a_report_goes_where_its_link_leads(run: Run) -> None:
    write(Path("a.jpg"))
    Path("report.json").symlink_to("later.json")
    assert run("a.jpg", "--report", "report.json").code == 0
    assert Path("report.json").is_symlink()
    assert b'"done"' in Path("later.json").read_bytes()
