"""Wrong usage is told before anything is done, and ends with 2."""

from pathlib import Path

import pytest
from PIL import Image

from cutout import __version__, engine
from tests.command.conftest import Run, files_in, opened, pictures_in, write
from tests.command.stand_in import open_nothing
from tests.command.test_outputs import in_shell
from tests.samples import gradient, png

WRONG = {
    "no input": ([], "name a picture, a folder, or - for standard input"),
    "an input without a name": (["a.jpg", ""], "an input is empty: name a picture"),
    **{
        f"{option} without a name": (["a.jpg", option, ""], f"{option} is empty: name a file")
        for option in ("--output", "--background", "--mask", "--review", "--report")
    },
    "standard input and more": (
        ["-", "a.jpg"],
        "standard input (-) cannot be combined with other inputs",
    ),
    "standard input into a folder": (["-", "-o", "out/"], "standard input has no name"),
    "several into a file": (["a.jpg", "b.jpg", "-o", "x.png"], "need a folder: -o x.png/"),
    "a folder into a file": ([".", "-o", "x.png"], "several pictures need a folder: -o x.png/"),
    "a pattern into a file": (["*.jpg", "-o", "x.png"], "several pictures need a folder"),
    "several to standard output": (
        ["a.jpg", "b.jpg", "-o", "-"],
        "standard output takes one picture",
    ),
    "a folder to standard output": ([".", "-o", "-"], "standard output takes one picture"),
    "a GIF": (
        ["a.jpg", "-o", "x.gif"],
        "a cut-out is a PNG, WebP, JPEG or ZIP file, not .gif: x.gif",
    ),
    "a file for a folder": (
        ["a.jpg", "-o", "notes"],
        "a file but not a PNG, WebP, JPEG or ZIP: notes",
    ),
    "a picture for a folder": (["a.jpg", "-o", "b.jpg/"], "-o is a file, not a folder: b.jpg/"),
    "two formats": (["a.jpg", "-o", "x.png", "--format", "webp"], "contradicts -o x.png"),
    "unknown mode": (
        ["a.jpg", "--mode", "fg"],
        "choose from fg-image, fg-image-shadow, fg-mask: fg",
    ),
    "unknown format": (
        ["a.jpg", "--format", "gif"],
        "--format: choose from png, webp, jpg, zip: gif",
    ),
    "unknown model": (["a.jpg", "--model", "huge"], "--model: choose from auto, best, fast: huge"),
    "watching standard input": (["-", "-o", "x.png", "--watch"], "--watch cannot be combined"),
    "watching without writing": (["a.jpg", "--watch", "--dry-run"], "--watch cannot be combined"),
    "nothing to complete": (["--completion", "csh"], "--completion: invalid choice: 'csh'"),
    "no job": (["a.jpg", "--jobs", "0"], "argument --jobs: must be a whole number above 0: 0"),
    "quiet and verbose": (["a.jpg", "-q", "-v"], "not allowed with argument"),
    "unknown option": (["a.jpg", "--mod", "fg-mask"], "unrecognized arguments: --mod"),
    "a misspelt option": (
        ["a.jpg", "--backgroud=white"],
        "unrecognized arguments: --backgroud (did you mean --background?)",
    ),
    "an option unlike any": (
        ["a.jpg", "--zzz\x1b[2J"],
        r"unrecognized arguments: --zzz\x1b[2J (cutout --help lists all)",
    ),
    "an address without a scheme": (["a.jpg", "--url", "example.com"], "--url must be an address"),
    "another scheme": (
        ["a.jpg", "--url", "ftp://example.com"],
        "--url must be an address like https:",
    ),
    "a model of an API": (
        ["a.jpg", "--url", "http://x", "--model", "fast"],
        "the API has its own model",
    ),
}


@pytest.mark.parametrize(("arguments", "words"), WRONG.values(), ids=WRONG)
def test_wrong_usage(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch, arguments: list[str], words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a.jpg", "b.jpg"):
        write(tmp_path / name)
    write(tmp_path / "notes", b"mine")
    done = run(*arguments)
    assert done.code == 2, done.err
    assert words in done.err
    assert done.lines[-1].startswith("cutout: error: ")
    assert files_in(tmp_path) == {"a.jpg", "b.jpg", "notes"}


def test_wrong_usage_takes_two_lines(run: Run) -> None:
    done = run("--jobs", "0")
    assert done.lines[0] == "usage: cutout [OPTION ...] INPUT ..."
    assert len(done.lines) == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["a.jpg", "--kye=SECRET"], "--kye (did you mean --key?)"),
        (["--kye=SECRET", "--zzz", "--ur=x=SECRET", "a.jpg"], "--kye --zzz --ur (did you"),
        (["a.jpg", "-key=SECRET"], "-key (did you mean --key?)"),
        (["--kye", "SECRET", "a.jpg"], "--kye (did you mean --key?)"),
        (["serve", "--kye=SECRET"], "--kye (cutout serve --help lists all)"),
        (["serve", "--prot", "SECRET", "--kye=SECRET"], "--prot --kye (did you mean --port?)"),
        (["batch", "photos", "--kye", "SECRET"], "--kye (cutout batch --help lists all)"),
    ],
)
def test_the_value_of_an_unknown_option_is_not_printed(
    run: Run, arguments: list[str], words: str
) -> None:
    """It may be a key, and the error may be in a log."""
    done = run(*arguments)
    assert done.code == 2
    assert f"error: unrecognized arguments: {words}" in done.lines[-1]
    assert "SECRET" not in done.err


def test_a_file_named_like_an_option(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("-front.jpg", "-size=large.jpg"):
        write(Path(name))
        done = run(name)
        assert done.code == 2
        assert done.lines[-1].endswith(f" {name} (for the file, write ./{name})")
        assert run(f"./{name}").code == run("--force", "--", name).code == 0


def test_options_and_names_may_be_mixed(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in "abc":
        write(tmp_path / f"{name}.jpg")
    assert run("a.jpg", "-o", "out", "b.jpg", "--jobs", "1", "c.jpg").code == 0
    assert pictures_in(tmp_path / "out") == {"a.png", "b.png", "c.png"}


def test_one_picture_into_a_named_file(tmp_path: Path, run: Run) -> None:
    photo = write(tmp_path / "a.jpg")
    assert run(photo, "-o", tmp_path / "new" / "x.PNG").code == 0
    assert run(photo, "-o", tmp_path / "folder").code == 0
    (tmp_path / "taken.png").mkdir()
    assert run(photo, "-o", tmp_path / "taken.png").code == 0
    assert pictures_in(tmp_path) == {"a.jpg", "new/x.PNG", "folder/a.png", "taken.png/a.png"}


def test_modes(tmp_path: Path, run: Run) -> None:
    photo = write(tmp_path / "a.jpg")
    found: dict[str, Image.Image] = {}
    for mode in ("fg-image", "fg-image-shadow", "fg-mask"):
        assert run(photo, "--mode", mode, "-o", tmp_path / f"{mode}.png").code == 0
        found[mode] = opened(tmp_path / f"{mode}.png")
    assert [each.mode for each in found.values()] == ["RGBA", "RGBA", "L"]
    assert found["fg-image"].getchannel("A").tobytes() == found["fg-mask"].tobytes()
    assert found["fg-image"].tobytes() != found["fg-image-shadow"].tobytes()


def test_help_and_version(run: Run) -> None:
    assert run("--version").out == f"cutout {__version__}\n".encode()
    text = run("--help").out.decode()
    for said in ("cutout photo.jpg", "exit code: 0 all done, 1 some failed, 2 wrong usage"):
        assert said in text


PRINTED = [["--help"], ["--version"], ["--completion", "zsh"], ["serve", "--help"]]
BUFFERED = pytest.mark.parametrize("unbuffered", ["", "1"], ids=["buffered", "unbuffered"])


@BUFFERED
@pytest.mark.parametrize("arguments", PRINTED, ids=" ".join)
def test_help_that_can_not_be_written_is_a_failure(arguments: list[str], unbuffered: str) -> None:
    before = f"export PYTHONUNBUFFERED={unbuffered}"
    done = in_shell(">/dev/full", *arguments, before=before)
    assert (done.returncode, done.stderr) == (1, "cutout: No space left on device.\n")


@BUFFERED
@pytest.mark.parametrize("arguments", PRINTED, ids=" ".join)
def test_help_that_nobody_reads_is_no_failure(arguments: list[str], unbuffered: str) -> None:
    before = f"export PYTHONUNBUFFERED={unbuffered}"
    done = in_shell("| true; exit ${PIPESTATUS[0]}", *arguments, before=before)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("key", ["sesame\n", "sesame\r", "ses ame", "s\u20acsame", "s\udcffsame"])
def test_a_key_that_no_header_takes_is_refused_unshown(
    run: Run, photo: Path, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setenv("CUTOUT_KEY", key)
    done = run(photo, "--url", "http://127.0.0.1:9")
    assert (done.code, len(done.lines)) == (2, 2)
    assert done.lines[-1].startswith("cutout: error: CUTOUT_KEY or --key has a space, a line break")
    assert "ses" not in done.err
    assert "same" not in done.err


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        (["--url", "https://joe:sesame@host?x"], "like https://...: https://***@host?x"),
        (["--url", "ftp://joe:se/s@me@host"], "like https://...: ftp://***@host"),
        (["--url", "joe:sesame@host"], "like https://...: ***@host"),
        (["--ulr=https://joe:sesame@host"], "--ulr (did you mean --url?)"),
        (["--url", "photos@2x"], "like https://...: photos@2x"),
    ],
)
def test_a_password_is_not_repeated(
    run: Run, photo: Path, arguments: list[str], shown: str
) -> None:
    done = run(photo, *arguments)
    assert done.code == 2
    assert done.lines[-1].endswith(shown)


def test_a_model_that_is_not_there(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "open_work", open_nothing)
    done = run(write(tmp_path / "a.jpg"))
    assert (done.code, done.err) == (1, "cutout: The model can not be read: no such file\n")


def test_a_setting_that_is_none(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUTOUT_MAX_SIDE", "wide")
    done = run(write(tmp_path / "a.jpg"))
    assert done.code == 1
    assert done.lines[0].startswith("cutout: CUTOUT_MAX_SIDE: Input should be a valid integer")
    assert len(done.lines) == 1


def test_large_pictures_are_welcome_here(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    wide = write(tmp_path / "a.png", png(gradient(8192, 10)))
    assert run(wide).code == 0, "the API's limit is 4096"
    wider = write(tmp_path / "b.png", png(gradient(8193, 10)))
    done = run(wider)
    assert done.code == 1
    assert "Resolution is too big: 8193x10. Max allowed resolution: 8192x8192" in done.lines[0]
    monkeypatch.setenv("CUTOUT_MAX_SIDE", "9000")
    assert run(wider).code == 0
