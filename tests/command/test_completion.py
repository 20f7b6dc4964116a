"""Completion in real shells: what a user sees after the Tab key."""

import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path
from select import select
from time import monotonic

import pytest

from cutout.command.completion import SHELLS
from cutout.command.parser import build_parser
from tests.command.conftest import Run
from tests.local_server import ROOT

BASH = shutil.which("bash") or "bash"
FISH, ZSH = shutil.which("fish"), shutil.which("zsh")
SECONDS = 120.0
PROBE = """
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_cutout cutout "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
[[ ${#COMPREPLY[@]} == 0 ]] || printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture
def code(tmp_path: Path, run: Run) -> dict[str, Path]:
    """The printed code, in files."""
    found = {}
    for shell in SHELLS:
        done = run("--completion", shell)
        assert (done.code, done.err) == (0, "")
        found[shell] = tmp_path / f"completion.{shell}"
        found[shell].write_bytes(done.out)
    return found


@pytest.mark.parametrize("shell", SHELLS)
def test_the_shell_reads_it(code: dict[str, Path], shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    done = subprocess.run([shell, "-n", code[shell]], capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


@pytest.mark.parametrize("shell", SHELLS)
def test_every_option_is_in_it(code: dict[str, Path], shell: str) -> None:
    text = code[shell].read_text()
    for option in build_parser()._actions:
        for name in option.option_strings:
            dashed = (
                name
                if shell != "fish"
                else f"-l {name[2:]}"
                if name[1] == "-"
                else f"-s {name[1:]}"
            )
            assert dashed in text, name
        assert all(str(each) in text for each in option.choices or ())


WORDS = {
    "an option": (["--upd"], {"--update"}),
    "several": (["--shadow"], {"--shadow-opacity", "--shadow-softness", "--shadow-angle"}),
    "values": (["--preset", ""], {"square", "amazon", "ebay", "shopify"}),
    "a value": (["photo.jpg", "--format", "w"], {"webp"}),
    "all formats": (["--format", ""], {"png", "webp", "jpg", "zip"}),
    "a value after =": (["--format", "=", "w"], {"webp"}),
    "values after =": (["--model", "="], {"auto", "best", "fast"}),
    "serve, and files": (["se"], {"serve", "self portrait.jpg"}),
    "options of serve": (["serve", "--"], {"--help", "--host", "--port"}),
    "free text": (["--crop", ""], set()),
    "a file": (["--background", "se"], set()),
    "a second name": (["a.jpg", "se"], set()),
}
"""Where nothing is offered, bash completes files by itself."""


@pytest.mark.parametrize(("words", "offered"), WORDS.values(), ids=WORDS)
def test_what_bash_offers(
    tmp_path: Path, code: dict[str, Path], words: list[str], offered: set[str]
) -> None:
    (tmp_path / "self portrait.jpg").touch()
    done = subprocess.run(
        [BASH, "-c", PROBE, "probe", code["bash"], "cutout", *words],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert set(done.stdout.splitlines()) == offered


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        (b"cutout --upd\t", b"cutout --update "),
        (b"cutout --format=we\t", b"cutout --format=webp "),
        (b"cutout --background my\t", rb"cutout --background my\ photo.jpg "),
        (b"cutout deep/fi\t", b"cutout deep/file.jpg "),
    ],
)
def test_the_tab_key_in_bash(
    tmp_path: Path, code: dict[str, Path], typed: bytes, completed: bytes
) -> None:
    (tmp_path / "my photo.jpg").touch()
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "file.jpg").touch()
    start = tmp_path / "start"
    start.write_text(
        f"source {code['bash']}\nPS1='READY>'\nbind 'set enable-bracketed-paste off'\n"
    )
    seen = typed_into(
        [BASH, "--noprofile", "--rcfile", str(start), "-i"], tmp_path, typed, completed
    )
    assert completed in seen, seen


@pytest.mark.skipif(ZSH is None, reason="zsh is not installed")
@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        (b"cutout --upd\t", b"--update"),
        (b"cutout --preset ama\t", b"amazon"),
        (b"cutout my\t", b"my\\ photo.jpg"),
        (b"cutout ser\t", b"serve"),
        (b"cutout serve --po\t", b"--port"),
        (b"cutout batch --inb\t", b"--inbox"),
        (b"cutout --model fa\t", b"fast"),
    ],
)
def test_the_tab_key_in_zsh(
    tmp_path: Path, code: dict[str, Path], typed: bytes, completed: bytes
) -> None:
    (tmp_path / "my photo.jpg").touch()
    (tmp_path / ".zshrc").write_text(
        f"autoload -Uz compinit && compinit -u -D\nsource {code['zsh']}\n"
        "unsetopt zle_bracketed_paste prompt_sp prompt_cr\nPS1='READY>'\n"
    )
    seen = typed_into([str(ZSH), "-d", "-i"], tmp_path, typed, completed)
    assert completed in seen, seen


def typed_into(shell: list[str], folder: Path, typed: bytes, wanted: bytes) -> bytes:
    """What a shell shows once it is ready and keys are typed, up to what is wanted."""
    screen, terminal = pty.openpty()
    process = subprocess.Popen(
        shell,
        cwd=folder,
        env={"PATH": os.environ["PATH"], "TERM": "dumb", "HOME": str(folder)},
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
    )
    os.close(terminal)
    try:
        assert b"READY>" in read_until(screen, b"READY>")
        os.write(screen, typed)
        return read_until(screen, wanted)
    finally:
        process.kill()
        process.wait()
        os.close(screen)


def read_until(screen: int, wanted: bytes) -> bytes:
    """What the terminal shows, up to what is wanted or the end of the time."""
    seen, deadline = b"", monotonic() + SECONDS
    while wanted not in seen and monotonic() < deadline:
        if select([screen], [], [], 0.2)[0]:
            seen += os.read(screen, 4096)
    return seen


def test_fish_offers_the_values(tmp_path: Path, code: dict[str, Path]) -> None:
    if FISH is None:
        pytest.skip("fish is not installed")
    script = f"source {code['fish']}; complete -C 'cutout --preset '"
    done = subprocess.run(
        [FISH, "--no-config", "-c", script],
        env={**os.environ, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    offered = {line.partition("\t")[0] for line in done.stdout.splitlines()}
    assert offered == {"square", "amazon", "ebay", "shopify"}


def test_it_is_printed_without_loading_what_cuts_out() -> None:
    program = (
        "import sys; from cutout.command.arguments import parse\n"
        "try: parse(['--completion', 'bash'])\n"
        "except SystemExit: pass\n"
        "print({'numpy', 'pydantic', 'requests'} & set(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT / "handler", capture_output=True, check=True
    )
    assert done.stderr == b"set()\n"
