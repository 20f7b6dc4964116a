"""Facts that the template and the code must agree on."""

import re
import tomllib
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from cutout.choices import Model
from cutout.settings import Settings
from cutout.storage.bucket import ANSWERS, UPLOADS
from tests.transformed import of_type
from tools.template import TEMPLATE as PATH
from tools.template import load_template

TEMPLATE = load_template()
PARAMETERS: dict[str, Any] = TEMPLATE["Parameters"]
RESOURCES: dict[str, Any] = TEMPLATE["Resources"]
FUNCTION: dict[str, Any] = RESOURCES["Function"]["Properties"]
"""The function behind the API; that of batches has tests of its own, in `tests.batch`."""


def test_the_role_reaches_two_prefixes_and_one_secret_and_no_more() -> None:
    assert FUNCTION["Role"] == {"GetAtt": "FunctionRole.Arn"}
    (policy,) = RESOURCES["FunctionRole"]["Properties"]["Policies"]
    logs, bucket, secret, front, *optional = policy["PolicyDocument"]["Statement"]
    assert [each["If"][0] for each in optional] == ["HasKmsKey", "HasTracing", "InVpc", "InVpc"]
    assert logs["Resource"] == [{"GetAtt": "Logs.Arn"}]
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
    allowed = allowed | {"Resource": [{"Ref": "FrontKey"}]}
    assert front == {"If": ["HasCloudFront", allowed, {"Ref": "AWS::NoValue"}]}


def test_objects_live_as_long_as_links() -> None:
    rules = RESOURCES["Bucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    (days,) = {each["ExpirationInDays"] for each in rules if each["Id"] in {"answers", "uploads"}}
    assert days * 24 * 3600 == Settings.model_fields["link_seconds"].default


def test_every_variable_that_is_set_is_a_setting() -> None:
    names = {name.removeprefix("CUTOUT_").lower() for name in FUNCTION["Environment"]["Variables"]}
    assert names == {
        *("bucket_url", "model", "objects", "api_keys_secret", "front_secret"),
        *("webp", "removebg", "removebg_size", "base_path", "cors_origins"),
        *("compression", "gzip", "page", "api_page"),
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
    [
        ("WebP", "webp"),
        ("RemoveBg", "removebg"),
        ("RemoveBgSize", "removebg_size"),
        ("Compression", "compression"),
        ("Gzip", "gzip"),
    ],
)
def test_a_parameter_with_choices_sets_its_setting(parameter: str, setting: str) -> None:
    assert FUNCTION["Environment"]["Variables"][f"CUTOUT_{setting.upper()}"] == {"Ref": parameter}
    values = PARAMETERS[parameter]["AllowedValues"]
    found = [getattr(Settings.model_validate({setting: each}), setting) for each in values]
    usual = Settings.model_fields[setting].default
    assert found[values.index(PARAMETERS[parameter]["Default"])] == usual
    assert len(set(found)) == len(values)


@pytest.mark.parametrize(
    "origins",
    [
        *("", "*", "null", "https://a.example", "http://localhost:5173", "app://b c://d", "*,null"),
        *("https://A.example, https://b.example", "https://a.example/", "https://a.example/b"),
        *("a.example", "*.a.example", "https://*.a.example", "https://a.example;x/"),
    ],
)
def test_origins_that_the_function_would_not_start_with_are_refused(origins: str) -> None:
    refused = re.fullmatch(PARAMETERS["CorsOrigins"]["AllowedPattern"], origins) is None
    try:
        Settings.model_validate({"cors_origins": origins})
    except ValidationError:
        assert refused
    else:
        assert not refused


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


def test_the_docs_say_that_keys_are_deleted_when_they_are_switched_off() -> None:
    """CloudFormation deletes what a condition removes, and the next secret has another key."""
    secret = RESOURCES["Keys"]
    assert (secret["Condition"], secret["DeletionPolicy"]) == ("HasApiKeys", "Delete")
    page = (PATH.parent / "docs" / "deploy.md").read_text()
    assert "- `ApiKeys` (on): `off` opens the API to everybody, and deletes all keys\n" in page


def test_a_generated_key_is_one_key() -> None:
    """White space separates keys, and punctuation is trouble in shells."""
    options = RESOURCES["Keys"]["Properties"]["GenerateSecretString"]
    assert options["ExcludePunctuation"] is True
    assert "IncludeSpace" not in options
    assert options["PasswordLength"] >= 32


def test_everything_optional_is_off_by_default() -> None:
    """A stack without parameters has no custom domain, VPC, key of its own, trace or budget."""
    off = {name: PARAMETERS[name]["Default"] for name in OPTIONAL}
    assert off == dict.fromkeys(OPTIONAL, "") | {"MonthlyBudget": 0, "Tracing": "PassThrough"}


OPTIONAL = (
    *("DomainName", "CertificateArn", "DomainPath", "PermissionsBoundary", "KmsKeyArn"),
    *("SubnetIds", "SecurityGroupIds", "MonthlyBudget", "Tracing"),
)


def test_a_custom_domain_leads_to_the_api_below_its_path() -> None:
    (domain,) = of_type("AWS::ApiGatewayV2::DomainName").values()
    (mapping,) = of_type("AWS::ApiGatewayV2::ApiMapping").values()
    assert domain["DomainNameConfigurations"][0]["SecurityPolicy"] == "TLS_1_2"
    assert mapping["ApiId"] == {"Ref": "Api"}
    assert mapping["Stage"] == {"Ref": "ApiApiGatewayDefaultStage"}
    assert mapping["ApiMappingKey"]["Fn::If"][1] == {"Ref": "DomainPath"}
    assert FUNCTION["Environment"]["Variables"]["CUTOUT_BASE_PATH"] == {"Ref": "DomainPath"}
    assert Settings(base_path="cutout").base_path == "/cutout"


def test_the_docs_say_that_the_stack_creates_the_domain() -> None:
    """A second stack can't use it, although a base path looks like that."""
    (mapping,) = of_type("AWS::ApiGatewayV2::ApiMapping").values()
    assert mapping["DomainName"] == {"Ref": "Domain"}
    page = " ".join((PATH.parent / "docs" / "deploy.md").read_text().split())
    assert "The stack creates the domain, so it must not exist in API Gateway yet" in page


@pytest.mark.parametrize("function", ["Function", "BatchFunction"])
def test_functions_take_the_vpc_and_the_traces(function: str) -> None:
    found = of_type("AWS::Lambda::Function")[function]
    assert found["TracingConfig"] == {"Mode": {"Ref": "Tracing"}}
    condition, config, otherwise = found["VpcConfig"]["Fn::If"]
    assert (condition, otherwise) == ("InVpc", {"Ref": "AWS::NoValue"})
    assert config == {
        "SubnetIds": {"Ref": "SubnetIds"},
        "SecurityGroupIds": {"Ref": "SecurityGroupIds"},
    }


def test_a_key_of_ones_own_encrypts_all_that_is_stored() -> None:
    key = {"Ref": "KmsKeyArn"}
    (bucket,) = of_type("AWS::S3::Bucket").values()
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    own, usual = rule["ServerSideEncryptionByDefault"]["Fn::If"][1:]
    assert own == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    assert usual == {"SSEAlgorithm": "AES256"}
    stored = of_type("AWS::Logs::LogGroup") | of_type("AWS::SecretsManager::Secret")
    assert [each["KmsKeyId"]["Fn::If"][1] for each in stored.values()] == [key] * 4


@pytest.mark.parametrize(
    ("alarm", "threshold"),
    [
        ("FunctionErrors", "FunctionErrorCount"),
        ("ApiErrors", "ApiErrorCount"),
        ("SlowCalls", "SlowSeconds"),
        ("QueueAge", "QueueAgeSeconds"),
    ],
)
def test_thresholds_are_parameters(alarm: str, threshold: str) -> None:
    assert RESOURCES[alarm]["Properties"]["Threshold"] == {"Ref": threshold}
    assert "Default" in PARAMETERS[threshold]


def test_the_queue_s_age_is_watched() -> None:
    alarm = RESOURCES["QueueAge"]["Properties"]
    assert alarm["MetricName"] == "ApproximateAgeOfOldestMessage"
    (dimension,) = alarm["Dimensions"]
    assert dimension["Value"] == {"GetAtt": "BatchQueue.QueueName"}
    assert PARAMETERS["QueueAgeSeconds"]["Default"] < 14 * 24 * 3600


def test_the_brakes_are_there() -> None:
    """A throttle, a cap on executions, and a budget that tells of costs."""
    (budget,) = of_type("AWS::Budgets::Budget").values()
    assert budget["Budget"]["BudgetLimit"]["Amount"] == {"Ref": "MonthlyBudget"}
    kinds = [each["Notification"] for each in budget["NotificationsWithSubscribers"]]
    assert [each["NotificationType"] for each in kinds] == ["ACTUAL", "FORECASTED"]
    assert FUNCTION["ReservedConcurrentExecutions"]["If"][1] == {"Ref": "ReservedConcurrency"}


def test_both_environments_set_parameters_that_exist() -> None:
    config = tomllib.loads((PATH.parent / "samconfig.toml").read_text())
    stacks = {config[each]["global"]["parameters"]["stack_name"] for each in ("default", "dev")}
    assert len(stacks) == 2
    for each in ("default", "dev"):
        pairs = config[each]["deploy"]["parameters"].get("parameter_overrides", [])
        assert {pair.partition("=")[0] for pair in pairs} <= set(PARAMETERS)
        assert config[each]["deploy"]["parameters"]["capabilities"] == "CAPABILITY_IAM"


def test_every_parameter_is_documented() -> None:
    page = (PATH.parent / "docs" / "deploy.md").read_text()
    assert [name for name in PARAMETERS if f"`{name}`" not in page] == []
