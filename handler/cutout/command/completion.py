"""Write the code by which bash, zsh and fish complete the command's options, from its parsers."""

from argparse import SUPPRESS, Action, ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from cutout.command.batch_parser import build_batch_parser
from cutout.command.serve_parser import build_serve_parser
from cutout.command.shared_options import print_out
from cutout.command.subcommands import BATCH, SERVE

SHELLS = ("bash", "zsh", "fish")


@dataclass(frozen=True)
class Subcommand:
    """Describe a first word that is followed by options of its own."""

    name: str
    help: str
    parser: ArgumentParser


BASH = """\
# bash completion of cutout
_cutout_words() {{
    local IFS=$'\\n' each
    while read -r each; do COMPREPLY+=("$each"); done < <(compgen -W "$1" -- "$word")
}}
_cutout() {{
    local word=$2 option=$3 options=$'{options}' first= each
    COMPREPLY=()
    if [[ $word == = ]]; then word=
    elif [[ $option == = ]]; then option=${{COMP_WORDS[COMP_CWORD - 2]}}
    fi
    (( COMP_CWORD > 1 )) && first=${{COMP_WORDS[1]}}
    case $first in
{subcommands}
    esac
    case $option in
{cases}
    esac
    if [[ $word == -* ]]; then
        _cutout_words "$options"
    elif [[ $COMP_CWORD == 1 && -n $word ]]; then
        _cutout_words $'{names}'
        [[ ${{#COMPREPLY[@]}} == 0 ]] && return
        while IFS= read -r each; do COMPREPLY+=("$each"); done < <(compgen -f -- "$word")
    fi
}}
complete -o default -F _cutout cutout
"""
"""Files are left to readline's own completion, which knows quotes and `~`. Lines work in bash 3.2,
which macOS has."""
ZSH = """\
#compdef cutout
_cutout() {{
    local found=1
    if (( CURRENT > 2 )); then
        case $words[2] in
{subcommands}
        esac
    fi
    (( CURRENT == 2 )) && compadd {names} && found=0
    _arguments -S{options} \\
        '*:picture:_files' && found=0
    return found
}}
if [[ $funcstack[1] == _cutout ]]; then _cutout "$@"; else compdef _cutout cutout; fi
"""
FISH = """\
# fish completion of cutout
{lines}
"""


class PrintCompletion(Action):
    """Print the completion code for a shell and end the process."""

    def __init__(self, option_strings: Sequence[str], dest: str, **rest: Any) -> None:  # noqa: ANN401, ARG002
        super().__init__(option_strings, dest=SUPPRESS, default=SUPPRESS, **rest)

    def __call__(
        self,
        parser: ArgumentParser,
        namespace: Namespace,  # noqa: ARG002
        values: object,
        option_string: str | None = None,  # noqa: ARG002
    ) -> None:
        """Print the code and raise `SystemExit`."""
        print_out(completion_code(str(values), parser))
        parser.exit()


def completion_code(shell: str, parser: ArgumentParser) -> str:
    """Return the code for `bash`, `zsh` or `fish`."""
    subcommands = (
        Subcommand(BATCH, "process the pictures of an S3 bucket", build_batch_parser()),
        Subcommand(SERVE, "start the API on this machine", build_serve_parser()),
    )
    return {"bash": _bash, "zsh": _zsh, "fish": _fish}[shell](parser, subcommands)


def _options(parser: ArgumentParser) -> Iterator[Action]:
    yield from (each for each in parser._actions if each.option_strings)  # noqa: SLF001  # no public way


def _takes_file(option: Action) -> bool:
    return isinstance(option.metavar, str) and (
        "FILE" in option.metavar or "FOLDER" in option.metavar
    )


def _words(option: Action) -> list[str]:
    return [str(each) for each in option.choices or ()]


def _help(option: Action, parser: ArgumentParser) -> str:
    return (option.help or "") % {**vars(option), "prog": parser.prog}


def _bash(parser: ArgumentParser, subcommands: Sequence[Subcommand]) -> str:
    return BASH.format(
        names=r"\n".join(each.name for each in subcommands),
        subcommands="\n".join(
            f"        {each.name}) options=$'{_bash_names(each.parser)}' ;;" for each in subcommands
        ),
        cases=_bash_cases([parser, *(each.parser for each in subcommands)]),
        options=_bash_names(parser),
    )


def _bash_cases(parsers: Sequence[ArgumentParser]) -> str:
    """Return the values that follow options, whose names mean the same in all parsers."""
    cases, others = {}, {}
    for each in (option for parser in parsers for option in _options(parser)):
        names, words = "|".join(each.option_strings), r"\n".join(_words(each))
        if words:
            cases[names] = f"        {names}) _cutout_words $'{words}'; return ;;"
        elif each.nargs != 0:
            others[names] = names
    return "\n".join([*cases.values(), f"        {'|'.join(others)}) return ;;"])


def _bash_names(parser: ArgumentParser) -> str:
    return r"\n".join(name for each in _options(parser) for name in each.option_strings)


def _zsh(parser: ArgumentParser, subcommands: Sequence[Subcommand]) -> str:
    cases = [
        f"            {each.name}) shift words; (( CURRENT-- )); "
        f"_arguments -S{_zsh_options(each.parser)}; return ;;"
        for each in subcommands
    ]
    return ZSH.format(
        names=" ".join(each.name for each in subcommands),
        subcommands="\n".join(cases),
        options=_zsh_options(parser),
    )


def _zsh_options(parser: ArgumentParser) -> str:
    lines = []
    for each in _options(parser):
        text = _help(each, parser)
        for special in "\\[]:":
            text = text.replace(special, f"\\{special}")
        text = text.replace("'", "'\\''")
        value, equals = "", ""
        if each.nargs != 0:
            equals = "="
            action = f"({' '.join(_words(each))})" if each.choices else " "
            value = f":value:{'_files' if _takes_file(each) else action}"
        excluded = " ".join(each.option_strings)
        for name in each.option_strings:
            joined = equals if name.startswith("--") else ""
            lines.append(f"'({excluded}){name}{joined}[{text}]{value}'")
    return "".join(f" \\\n        {line}" for line in lines)


def _fish(parser: ArgumentParser, subcommands: Sequence[Subcommand]) -> str:
    lines = [
        f"complete -c cutout -n __fish_is_first_arg -a {each.name} -d {_fish_quoted(each.help)}"
        for each in subcommands
    ]
    names = " ".join(each.name for each in subcommands)
    lines += _fish_options(parser, f"not __fish_seen_subcommand_from {names}")
    for each in subcommands:
        lines += _fish_options(each.parser, f"__fish_seen_subcommand_from {each.name}")
    return FISH.format(lines="\n".join(lines))


def _fish_options(parser: ArgumentParser, condition: str) -> Iterator[str]:
    for each in _options(parser):
        words = ["complete -c cutout", f"-n {_fish_quoted(condition)}"]
        words += [
            f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}"
            for name in each.option_strings
        ]
        if each.nargs != 0:
            words.append("-r -F" if _takes_file(each) else "-x")
        if each.choices:
            words.append(f"-a {_fish_quoted(' '.join(_words(each)))}")
        yield " ".join([*words, f"-d {_fish_quoted(_help(each, parser))}"])


def _fish_quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
