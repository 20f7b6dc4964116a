"""Write the code by which bash, zsh and fish complete the command's options, from its parsers."""

import sys
from argparse import SUPPRESS, Action, ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from typing import Any

from cutout.command.serve_parser import SERVE, build_serve_parser

SHELLS = ("bash", "zsh", "fish")
SERVING = "start the API on this machine"
BASH = """\
# bash completion of cutout
_cutout_words() {{
    local IFS=$'\\n' each
    while read -r each; do COMPREPLY+=("$each"); done < <(compgen -W "$1" -- "$word")
}}
_cutout() {{
    local word=$2 option=$3 each
    COMPREPLY=()
    if [[ $word == = ]]; then word=
    elif [[ $option == = ]]; then option=${{COMP_WORDS[COMP_CWORD - 2]}}
    fi
    if [[ ${{COMP_WORDS[1]}} == {serve} && $COMP_CWORD -gt 1 ]]; then
        [[ $word == -* ]] && _cutout_words $'{serve_options}'
        return
    fi
    case $option in
{cases}
    esac
    if [[ $word == -* ]]; then
        _cutout_words $'{options}'
    elif [[ $COMP_CWORD == 1 && -n $word && {serve} == "$word"* ]]; then
        COMPREPLY=({serve})
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
    if [[ $words[2] == {serve} && $CURRENT -gt 2 ]]; then
        _arguments{serve_options}
        return
    fi
    (( CURRENT == 2 )) && compadd {serve}
    _arguments -S{options} \\
        '*:picture:_files'
}}
if [[ $funcstack[1] == _cutout ]]; then _cutout "$@"; else compdef _cutout cutout; fi
"""
FISH = """\
# fish completion of cutout
{lines}
"""
NOT_SERVING = f"not __fish_seen_subcommand_from {SERVE}"


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
        sys.stdout.write(completion_code(str(values), parser))
        parser.exit()


def completion_code(shell: str, parser: ArgumentParser) -> str:
    """Return the code for `bash`, `zsh` or `fish`."""
    return {"bash": _bash, "zsh": _zsh, "fish": _fish}[shell](parser, build_serve_parser())


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


def _bash(parser: ArgumentParser, serving: ArgumentParser) -> str:
    cases, others = [], []
    for each in _options(parser):
        names, words = "|".join(each.option_strings), r"\n".join(_words(each))
        if words:
            cases.append(f"        {names}) _cutout_words $'{words}'; return ;;")
        elif each.nargs != 0:
            others.append(names)
    cases.append(f"        {'|'.join(others)}) return ;;")
    return BASH.format(
        serve=SERVE,
        cases="\n".join(cases),
        options=_bash_names(parser),
        serve_options=_bash_names(serving),
    )


def _bash_names(parser: ArgumentParser) -> str:
    return r"\n".join(name for each in _options(parser) for name in each.option_strings)


def _zsh(parser: ArgumentParser, serving: ArgumentParser) -> str:
    return ZSH.format(
        serve=SERVE,
        options=_zsh_options(parser),
        serve_options=_zsh_options(serving),
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


def _fish(parser: ArgumentParser, serving: ArgumentParser) -> str:
    lines = [f"complete -c cutout -n __fish_is_first_arg -a {SERVE} -d {_fish_quoted(SERVING)}"]
    for condition, each_parser in (
        (NOT_SERVING, parser),
        (NOT_SERVING.removeprefix("not "), serving),
    ):
        for each in _options(each_parser):
            words = ["complete -c cutout", f"-n {_fish_quoted(condition)}"]
            words += [
                f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}"
                for name in each.option_strings
            ]
            if each.nargs != 0:
                words.append("-r -F" if _takes_file(each) else "-x")
            if each.choices:
                words.append(f"-a {_fish_quoted(' '.join(_words(each)))}")
            lines.append(" ".join([*words, f"-d {_fish_quoted(_help(each, each_parser))}"]))
    return FISH.format(lines="\n".join(lines))


def _fish_quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
