from pathlib import Path

import pytest

from cutout.choices import Model
from evaluation.arguments import parse


def test_all_models_are_measured_by_two_processes() -> None:
    given = parse(["sets"])
    assert (given.sets, given.models, given.masks) == (Path("sets"), list(Model), {})
    assert (given.jobs, given.only, given.log) == (2, None, None)


def test_masks_are_repeatable() -> None:
    given = parse(["sets", "--models", "--masks", "a=one/two", "--masks", "b-2=c=d"])
    assert given.models == []
    assert given.masks == {"a": Path("one/two"), "b-2": Path("c=d")}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("--masks folder", "folder is not NAME=FOLDER"),
        ("--masks a|b=folder", "is not NAME=FOLDER"),
        ("--masks a=", "is not NAME=FOLDER"),
        ("--jobs 0", "0 is not a number of processes"),
        ("--jobs few", "few is not a number of processes"),
        ("--only edges", "invalid choice"),
        ("--models better", "invalid Model value"),
        ("--models", "nothing to compare"),
        ("--models --masks rembg-u2net=folder", "nothing to compare"),
        ("--log file", "--log needs --candidate"),
        ("--candidate text", "--candidate needs --log"),
    ],
)
def test_wrong_options_are_refused(
    options: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        parse(["sets", *options.split()])
    assert message in capsys.readouterr().err
