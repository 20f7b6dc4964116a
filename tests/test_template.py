"""What the template and the code must agree on."""

import re
from pathlib import Path

from cutout.choices import Model
from cutout.settings import Settings
from cutout.storage.bucket import ANSWERS, UPLOADS

TEMPLATE = (Path(__file__).parent.parent / "template.yaml").read_text()
API = TEMPLATE[TEMPLATE.index("\n  Function:\n") : TEMPLATE.index("\n  Keys:\n")]
"""The function behind the API; that of batches has tests of its own, in `tests.batch`."""


def test_the_role_reaches_the_two_prefixes_and_no_more() -> None:
    allowed = re.findall(r'!Sub "\$\{Bucket\.Arn\}/(\w+)/\*"', API)
    assert allowed == [ANSWERS, UPLOADS]
    actions = re.findall(r"Effect: Allow\n\s+Action: (.+)", API)
    assert actions == ["[s3:GetObject, s3:PutObject]", "[secretsmanager:GetSecretValue]"]


def test_objects_live_as_long_as_links() -> None:
    days = int(re.findall(r"ExpirationInDays: (\d+)", TEMPLATE)[0])
    assert days * 24 * 3600 == Settings.model_fields["link_seconds"].default


def test_every_variable_that_is_set_is_a_setting() -> None:
    variables = re.findall(r"^\s+CUTOUT_(\w+):", API, re.MULTILINE)
    assert variables == ["BUCKET_URL", "MODEL", "OBJECTS", "API_KEYS_SECRET"]
    assert {name.lower() for name in variables} <= set(Settings.model_fields)


def test_every_network_can_be_chosen() -> None:
    parameter = re.search(r"  Model:\n.*?AllowedValues: \[(.+?)\]", TEMPLATE, re.DOTALL)
    assert parameter
    assert parameter[1].split(", ") == list(Model)


def test_objects_are_told_of_only_where_the_owner_says_so() -> None:
    parameter = re.search(
        r"  Objects:\n.*?Default: \"(\w+)\"\n\s+AllowedValues: \[(.+?)\]", TEMPLATE, re.DOTALL
    )
    assert parameter
    assert parameter[1] == "off"
    told = [Settings(objects=each.strip('"')).objects for each in parameter[2].split(", ")]
    assert told == [True, False]


def test_the_function_ends_before_the_gateway_does() -> None:
    timeout = re.search(r"Timeout:\n.*?Default: (\d+)", TEMPLATE, re.DOTALL)
    assert timeout
    assert int(timeout[1]) < Settings.model_fields["gateway_seconds"].default


def test_keys_are_asked_for_unless_the_owner_says_otherwise() -> None:
    parameter = re.search(r"  ApiKeys:\n.*?Default: \"(\w+)\"", TEMPLATE, re.DOTALL)
    assert parameter
    assert parameter[1] == "on"
    assert "HasApiKeys, !Ref Keys, !Ref AWS::NoValue" in TEMPLATE
    assert "Resource: [!Ref Keys]" in TEMPLATE, "the role reads other secrets too"


def test_a_generated_key_is_one_key() -> None:
    """Keys are apart by white space, and punctuation is trouble in shells."""
    generated = re.search(r"GenerateSecretString: \{(.+)\}", TEMPLATE)
    assert generated
    options = dict(each.split(": ") for each in generated[1].split(", "))
    assert options["ExcludePunctuation"] == "true"
    assert "IncludeSpace" not in options
    assert int(options["PasswordLength"]) >= 32
