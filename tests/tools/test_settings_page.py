import re
from collections import Counter

import pytest

from cutout.aws_settings import AwsSettings
from cutout.settings import Settings
from tests.transformed import of_type
from tools.settings_page import GROUPS, PAGE, default_text, tables, variable

FIELDS = Settings.model_fields


def test_every_setting_is_in_one_group() -> None:
    assert Counter(name for group in GROUPS for name in group.names) == Counter(list(FIELDS))


def test_the_settings_follow_the_order_of_the_page() -> None:
    own = [name for name in FIELDS if name not in AwsSettings.model_fields]
    assert [name for group in GROUPS for name in group.names] == [*own, *AwsSettings.model_fields]


@pytest.mark.parametrize("name", FIELDS)
def test_every_setting_is_described_in_sentences(name: str) -> None:
    description = FIELDS[name].description
    assert description
    assert description[0].isupper() or description[0] == "`"
    assert description.endswith(".")
    assert "|" not in description, "it would end the table's cell"


def test_the_page_is_what_the_source_says() -> None:
    text = PAGE.read_text()
    assert f"\n\n{tables(FIELDS)}\n\n" in text, "run make settings"


def test_the_page_names_the_variables_that_the_template_sets() -> None:
    functions = of_type("AWS::Lambda::Function").values()
    variables = (each["Environment"]["Variables"] for each in functions)
    set_there = {name for each in variables for name in each if name.startswith("CUTOUT_")}
    (sentence,) = re.findall(
        r"^In AWS, .*?from its parameters\.", PAGE.read_text(), re.MULTILINE | re.DOTALL
    )
    assert set(re.findall(r"CUTOUT_[A-Z_]+", sentence)) == set_there


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("download_seconds", "10 s"),
        ("request_seconds", "2 min"),
        ("link_seconds", "24 h"),
        ("storage_bytes", "4096 MiB"),
        ("max_side", "`4096`"),
        ("download_ports", "80, 443"),
        ("allowed_hosts", "none"),
        ("api_keys", "none"),
        ("bucket_url", "none"),
        ("page", "on"),
        ("objects", "off"),
        ("model", "`auto`"),
        ("concurrency", "`1`"),
        ("threads", "one per vCPU"),
        ("max_answer_bytes", "none"),
    ],
)
def test_defaults_have_a_unit(name: str, text: str) -> None:
    assert default_text(name, FIELDS[name]) == text


@pytest.mark.parametrize(
    ("name", "text"), [("page", "CUTOUT_PAGE"), ("sam_local", "AWS_SAM_LOCAL")]
)
def test_a_setting_is_listed_under_its_variable(name: str, text: str) -> None:
    assert variable(name, FIELDS[name]) == text
