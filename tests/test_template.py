"""Facts that the template and the code must agree on."""

from typing import Any, get_args

import pytest

from cutout.choices import Model
from cutout.settings import Settings
from cutout.storage.bucket import ANSWERS, UPLOADS
from tools.template import load_template

TEMPLATE = load_template()
PARAMETERS: dict[str, Any] = TEMPLATE["Parameters"]
RESOURCES: dict[str, Any] = TEMPLATE["Resources"]
FUNCTION: dict[str, Any] = RESOURCES["Function"]["Properties"]
"""The function behind the API; that of batches has tests of its own, in `tests.batch`."""


def test_the_role_reaches_two_prefixes_and_one_secret_and_no_more() -> None:
    (policy,) = FUNCTION["Policies"]
    bucket, secret = policy["Statement"]
    assert bucket == {
        "Effect": "Allow",
        "Action": ["s3:GetObject", "s3:PutObject"],
        "Resource": [{"Sub": f"${{Bucket.Arn}}/{each}/*"} for each in (ANSWERS, UPLOADS)],
    }
    allowed = {
        "Effect": "Allow",
        "Action": ["secretsmanager:GetSecretValue"],
        "Resource": [{"Ref": "Keys"}],
    }
    assert secret == {"If": ["HasApiKeys", allowed, {"Ref": "AWS::NoValue"}]}


def test_objects_live_as_long_as_links() -> None:
    rules = RESOURCES["Bucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    (days,) = {each["ExpirationInDays"] for each in rules if each["Id"] in {"answers", "uploads"}}
    assert days * 24 * 3600 == Settings.model_fields["link_seconds"].default


def test_every_variable_that_is_set_is_a_setting() -> None:
    names = {name.removeprefix("CUTOUT_").lower() for name in FUNCTION["Environment"]["Variables"]}
    assert names == {
        *("bucket_url", "model", "objects", "api_keys_secret"),
        *("webp", "removebg", "removebg_size"),
    }
    assert names <= set(Settings.model_fields)


def test_every_network_can_be_chosen() -> None:
    assert PARAMETERS["Model"]["AllowedValues"] == list(Model)


def test_objects_are_told_of_only_where_the_owner_says_so() -> None:
    parameter = PARAMETERS["Objects"]
    assert parameter["Default"] == "off"
    told = [Settings(objects=each).objects for each in parameter["AllowedValues"]]
    assert told == [True, False]


@pytest.mark.parametrize(
    ("parameter", "setting"),
    [("WebP", "webp"), ("RemoveBg", "removebg"), ("RemoveBgSize", "removebg_size")],
)
def test_a_compatibility_parameter_sets_its_setting(parameter: str, setting: str) -> None:
    assert FUNCTION["Environment"]["Variables"][f"CUTOUT_{setting.upper()}"] == {"Ref": parameter}
    values = PARAMETERS[parameter]["AllowedValues"]
    found = [getattr(Settings.model_validate({setting: each}), setting) for each in values]
    usual = Settings.model_fields[setting].default
    assert found[values.index(PARAMETERS[parameter]["Default"])] == usual
    assert len(set(found)) == len(values)


def test_remove_bg_sizes_are_those_of_the_setting() -> None:
    allowed = get_args(Settings.model_fields["removebg_size"].annotation)
    assert PARAMETERS["RemoveBgSize"]["AllowedValues"] == list(allowed)


def test_the_function_ends_before_the_gateway_does() -> None:
    gateway = Settings.model_fields["gateway_seconds"].default
    assert PARAMETERS["Timeout"]["Default"] < gateway
    assert PARAMETERS["Timeout"]["MaxValue"] < gateway
    assert FUNCTION["Timeout"] == {"Ref": "Timeout"}


def test_keys_are_asked_for_unless_the_owner_says_otherwise() -> None:
    assert PARAMETERS["ApiKeys"]["Default"] == "on"
    assert TEMPLATE["Conditions"]["HasApiKeys"] == {"Equals": [{"Ref": "ApiKeys"}, "on"]}
    secret = FUNCTION["Environment"]["Variables"]["CUTOUT_API_KEYS_SECRET"]
    assert secret == {"If": ["HasApiKeys", {"Ref": "Keys"}, {"Ref": "AWS::NoValue"}]}


def test_a_generated_key_is_one_key() -> None:
    """White space separates keys, and punctuation is trouble in shells."""
    options = RESOURCES["Keys"]["Properties"]["GenerateSecretString"]
    assert options["ExcludePunctuation"] is True
    assert "IncludeSpace" not in options
    assert options["PasswordLength"] >= 32
