"""Which pictures are found, where their cut-outs go, and which are left as they are."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from cutout.command.history import HISTORY
from tests.command.conftest import Run, files_in, opened, pictures_in, write
from tests.samples import png, webp

UNSUPPORTED = "Unsupported file type. Only JPEG, PNG and WebP images are accepted."


def test_a_photo_gets_its_cut_out_beside_it(tmp_path: Path, run: Run) -> None:
    photo = write(tmp_path / "photo.jpg")
    done = run(photo)
    assert (done.code, done.err, done.out) == (0, "", b""), "all is well, and nobody watches"
    made = opened(tmp_path / "photo-cutout.png")
    assert (made.mode, made.size) == ("RGBA", (64, 48))
    assert made.getpixel((0, 0)) == (0, 0, 0, 0), "the corner is background"
    assert made.getchannel("A").getpixel((32, 24)) == 255, "the middle is the object"
    assert files_in(tmp_path) == {"photo.jpg", "photo-cutout.png"}


LONG = "x" * 300


@pytest.mark.parametrize("name", [f"{LONG}.jpg", f"{LONG}/a.jpg"])
def test_a_name_too_long_for_a_file_is_told(run: Run, photo: Path, name: str) -> None:
    done = run(name, photo)
    assert done.code == 1
    assert done.lines[0] == f"{name}: File name too long."
    assert (photo.parent / "a-cutout.png").exists(), "it stops no other picture"


@pytest.mark.parametrize("option", ["-o", "--background", "--mask", "--review", "--report"])
def test_an_option_with_a_name_too_long_is_told(run: Run, photo: Path, option: str) -> None:
    name = f"{LONG}.csv" if option == "--report" else LONG
    done = run(photo, option, name)
    assert done.code == 1
    assert name in done.lines[0]
    assert "File name too long." in done.lines[0]


def test_a_link_that_can_not_be_followed_stops_no_other_picture(
    tmp_path: Path, run: Run, photo: Path
) -> None:
    (tmp_path / "b.jpg").symlink_to(LONG)
    done = run(tmp_path, "-o", tmp_path / "out")
    assert done.code == 1
    assert done.lines[0] == f"{tmp_path}/b.jpg: File name too long."
    assert (tmp_path / "out" / f"{photo.stem}.png").exists()


def test_a_folder_keeps_its_tree(tmp_path: Path, run: Run) -> None:
    photos, out = tmp_path / "photos", tmp_path / "deep" / "out"
    for name in ("a.jpg", "b.JPEG", "one/c.png", "one/two/d.jfif"):
        write(photos / name)
    for name in ("notes.txt", ".hidden.jpg", ".git/e.jpg", "e.gif"):
        write(photos / name)
    write(photos / "f.webp", webp())
    assert run(photos, "-o", f"{out}/").code == 0
    assert pictures_in(out) == {"a.png", "b.png", "one/c.png", "one/two/d.png", "f.png"}


def test_several_folders_keep_their_names(tmp_path: Path, run: Run) -> None:
    write(tmp_path / "first" / "a.jpg")
    write(tmp_path / "second" / "a.jpg")
    write(tmp_path / "b.jpg")
    done = run(tmp_path / "first", tmp_path / "second", tmp_path / "b.jpg", "-o", tmp_path / "out")
    assert done.code == 0, done.err
    assert pictures_in(tmp_path / "out") == {"first/a.png", "second/a.png", "b.png"}


def test_folders_of_one_name_keep_more_of_their_paths(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("one/photos", "two/photos", "two/deep/photos", "three"):
        write(tmp_path / folder / "a.jpg")
    monkeypatch.chdir(tmp_path / "three")
    inputs = ["../one/photos", tmp_path / "two" / "photos", "../two/deep/photos/", "."]
    done = run(*inputs, "-o", tmp_path / "out")
    assert (done.code, done.err) == (0, "")
    names = {"one/photos/a.png", "two/photos/a.png", "deep/photos/a.png", "three/a.png"}
    assert pictures_in(tmp_path / "out") == names


def test_a_pattern_in_quotes_is_looked_up(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("p/a.jpg", "p/b.png", "p/deep/c.jpg", "p/deep/er/d.jpg"):
        write(tmp_path / name)
    monkeypatch.chdir(tmp_path)
    assert run("p/*.jpg", "-o", "flat/").code == 0
    assert pictures_in(tmp_path / "flat") == {"a.png"}
    assert run("p/**/*.jpg", "-o", "tree/").code == 0
    assert pictures_in(tmp_path / "tree") == {"a.png", "deep/c.png", "deep/er/d.png"}
    assert run("p/d*", "-o", "folders/").code == 0
    assert pictures_in(tmp_path / "folders") == {"deep/c.png", "deep/er/d.png"}


def test_a_file_may_be_called_like_a_pattern(tmp_path: Path, run: Run) -> None:
    odd = write(tmp_path / "a[1].jpg")
    write(tmp_path / "a1.jpg")
    assert run(odd).code == 0
    assert files_in(tmp_path) == {"a[1].jpg", "a1.jpg", "a[1]-cutout.png"}


ODD_NAMES = ["two words.jpg", "Grüße 🐈.jpg", "-dash.jpg", "--force.jpg", "a.b.c.jpg", "x\ny.jpg"]


def test_odd_names(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ODD_NAMES:
        write(tmp_path / name)
    monkeypatch.chdir(tmp_path)
    done = run("-o", "out", "--", *ODD_NAMES)
    assert done.code == 0, done.err
    assert pictures_in(tmp_path / "out") == {f"{Path(name).stem}.png" for name in ODD_NAMES}


def test_a_name_that_is_no_text(tmp_path: Path, run: Run) -> None:
    raw = os.fsencode(tmp_path) + b"/caf\xe9.jpg"
    Path(os.fsdecode(raw)).write_bytes(b"no picture")
    done = run(tmp_path)
    assert done.code == 1
    assert r"caf\udce9.jpg: Unsupported file type." in done.lines[0]


def test_a_name_can_not_write_on_the_terminal(tmp_path: Path, run: Run) -> None:
    write(tmp_path / "a\x1b[2J\nb: fine.jpg", b"no picture")
    done = run(tmp_path)
    assert r"a\x1b[2J\nb: fine.jpg: Unsupported file type." in done.lines[0]
    assert len(done.lines) == 2, "one line for the file, one for the summary"


def test_pictures_that_differ_in_their_suffix_alone(tmp_path: Path, run: Run) -> None:
    write(tmp_path / "in" / "a.jpg")
    write(tmp_path / "in" / "a.png", png(Image.new("RGB", (30, 20))))
    out = tmp_path / "out"
    assert run(tmp_path / "in", "-o", out).code == 0
    assert pictures_in(out) == {"a.jpg.png", "a.png.png"}
    assert opened(out / "a.jpg.png").size == (64, 48)
    assert opened(out / "a.png.png").size == (30, 20)


def test_two_pictures_of_one_name_are_no_secret(tmp_path: Path, run: Run) -> None:
    first = write(tmp_path / "one" / "a.jpg")
    second = write(tmp_path / "two" / "a.jpg", png(Image.new("RGB", (30, 20))))
    out = tmp_path / "out"
    done = run(first, second, "-o", out)
    assert done.code == 1
    clash = f"{second}: Its cut-out would overwrite {out}/a.jpg.png, the cut-out of {first}."
    assert done.lines == [clash, done.lines[1]]
    assert done.lines[1].startswith("1 done, 1 failed in ")
    assert opened(out / "a.jpg.png").size == (64, 48), "the first one's"


def test_a_file_is_cut_out_once(tmp_path: Path, run: Run) -> None:
    photo = write(tmp_path / "in" / "a.jpg")
    done = run(photo, tmp_path / "in", f"{tmp_path}/in/../in/*.jpg", "-o", tmp_path / "out", "-v")
    assert done.code == 0, done.err
    assert done.lines[-1].startswith("1 done in ")


def test_no_picture_is_overwritten(tmp_path: Path, run: Run) -> None:
    first = write(tmp_path / "one" / "a.jpg")
    second = write(tmp_path / "two" / "a.png")
    before = second.read_bytes()
    done = run(first, second, "-o", tmp_path / "two")
    assert done.code == 1
    assert done.lines[0] == f"{first}: Its cut-out would overwrite {second}."
    assert second.read_bytes() == before
    assert (tmp_path / "two" / "a-cutout.png").exists(), "the other one was done"
    done = run(second, "-o", second, "--force")
    assert (done.code, done.lines[0]) == (1, f"{second}: Its cut-out would overwrite {second}.")
    assert second.read_bytes() == before


def test_the_pictures_own_folder_may_be_the_output(tmp_path: Path, run: Run) -> None:
    write(tmp_path / "a.png")
    write(tmp_path / "deep" / "b.jpg")
    assert run(tmp_path, "-o", tmp_path).code == 0
    made = {"a-cutout.png", "deep/b-cutout.png"}
    assert pictures_in(tmp_path) == {"a.png", "deep/b.jpg"} | made


def test_cut_outs_are_not_cut_out_again(tmp_path: Path, run: Run) -> None:
    write(tmp_path / "a.jpg")
    assert run(tmp_path / "a.jpg", "-o", tmp_path / "a-cutout.jpeg").code == 0
    write(tmp_path / "lonely-cutout.png")
    assert run(tmp_path).code == 0
    made = {"a.jpg", "a-cutout.jpeg", "a-cutout.png"}
    made |= {"lonely-cutout.png", "lonely-cutout-cutout.png"}
    assert files_in(tmp_path) == made, "of what is no picture here nobody knows whose it is"
    every = sorted(map(str, tmp_path.glob("*.*")))
    assert run(*every).code == 0
    assert run(tmp_path, "--force").code == 0
    assert files_in(tmp_path) == made


def test_cut_outs_with_full_names_are_not_cut_out_again(tmp_path: Path, run: Run) -> None:
    write(tmp_path / "a.jpg")
    write(tmp_path / "a.png")
    for _ in range(2):
        assert run(tmp_path).code == 0
    made = {"a.jpg-cutout.png", "a.png-cutout.png"}
    assert files_in(tmp_path) == {"a.jpg", "a.png"} | made


def test_the_folder_for_a_review_may_lie_within(tmp_path: Path, run: Run) -> None:
    write(tmp_path / "a.jpg")
    write(tmp_path / "review" / "b.jpg")
    assert run(tmp_path, "-o", tmp_path / "out", "--review", tmp_path / "review").code == 0
    assert files_in(tmp_path / "out") | files_in(tmp_path / "review") == {
        *("a.png", "b.jpg", HISTORY)
    }


@pytest.mark.parametrize("how", ["folder", "pattern"])
def test_the_output_may_lie_within(
    tmp_path: Path, run: Run, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "a.jpg")
    write(tmp_path / "deep" / "b.png")
    monkeypatch.chdir(tmp_path)
    inputs = "." if how == "folder" else "**/*.[jp][pn]g"
    for _ in range(2):
        assert run(inputs, "-o", "out", "--force").code == 0
        assert pictures_in(tmp_path / "out") == {"a.png", "deep/b.png"}


def test_what_is_done_is_not_done_again(tmp_path: Path, run: Run) -> None:
    photos = [write(tmp_path / f"{name}.jpg") for name in "abc"]
    out = tmp_path / "out"
    assert run(tmp_path, "-o", out).code == 0
    times = {each.name: each.stat().st_mtime_ns for each in out.iterdir()}
    os.utime(photos[0], ns=(times["a.png"],) * 2)
    done = run(tmp_path, "-o", out, "-v")
    assert (done.code, done.lines) == (0, ["0 done, 3 already up to date"])
    newer = max(times.values()) + 5_000_000_000
    os.utime(photos[1], ns=(newer, newer))
    (out / "c.png").unlink()
    done = run(tmp_path, "-o", out, "-v")
    assert done.lines[-1].startswith("2 done, 1 already up to date in "), done.err
    assert (out / "a.png").stat().st_mtime_ns == times["a.png"]
    assert (out / "b.png").stat().st_mtime_ns != times["b.png"]
    assert run(tmp_path, "-o", out, "--force", "-v").lines[-1].startswith("3 done in ")


def test_what_can_not_be_read_stops_nothing_else(tmp_path: Path, run: Run) -> None:
    write(tmp_path / "a.jpg")
    write(tmp_path / "b.jpg", b"no picture")
    write(tmp_path / "c.jpg", png()[:200])
    write(tmp_path / "d.jpg", b"")
    (tmp_path / "e.jpg").symlink_to(tmp_path / "nowhere.jpg")
    write(tmp_path / "z.jpg")
    missing, pattern = tmp_path / "missing.jpg", tmp_path / "*.jpeg"
    (tmp_path / "empty").mkdir()
    done = run(tmp_path, missing, pattern, tmp_path / "empty", "-o", tmp_path / "out")
    assert done.code == 1
    assert sorted(done.lines[:-1]) == sorted(
        [
            f"{missing}: No such file or folder.",
            f"{pattern}: No file matches it.",
            f"{tmp_path}/empty: There is no JPEG, PNG or WebP file in it.",
            f"{tmp_path}/b.jpg: {UNSUPPORTED}",
            f"{tmp_path}/c.jpg: Can not load image.",
            f"{tmp_path}/d.jpg: Can not load image.",
            f"{tmp_path}/e.jpg: No such file or directory.",
        ]
    )
    assert done.lines[-1].startswith("2 done, 7 failed in ")
    assert pictures_in(tmp_path / "out") == {f"{tmp_path.name}/a.png", f"{tmp_path.name}/z.png"}


def test_a_folder_that_can_not_be_read(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "a.jpg")
    write(tmp_path / "locked" / "b.jpg")
    real = os.scandir

    def scandir(path: str) -> Iterator[os.DirEntry[str]]:
        if str(path).endswith("locked"):
            raise PermissionError(13, "Permission denied", path)
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    done = run(tmp_path)
    assert (done.code, done.lines[0]) == (1, f"{tmp_path}/locked: Permission denied.")
    assert (tmp_path / "a-cutout.png").exists()
