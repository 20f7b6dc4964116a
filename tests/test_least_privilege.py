"""Rules of least privilege, held against the template as SAM transforms it."""

import re
from typing import Any

import pytest

from tests.local_server import ROOT
from tests.resolved import Stack
from tests.transformed import branches, of_type, transformed

ROLES = of_type("AWS::IAM::Role")
FUNCTION_ROLES = ("BatchFunctionRole", "FunctionRole")
RESOURCES: dict[str, Any] = transformed()["Resources"]
STATEMENTS = [
    (name, statement)
    for name, role in ROLES.items()
    for policy in branches(role["Policies"])
    for statement in branches(policy["PolicyDocument"]["Statement"])
]
ALLOWED = [(name, each) for name, each in STATEMENTS if each["Effect"] == "Allow"]


def test_each_function_has_a_role_of_its_own() -> None:
    used = [each["Role"]["Fn::GetAtt"][0] for each in of_type("AWS::Lambda::Function").values()]
    assert sorted(used) == list(FUNCTION_ROLES)
    assert sorted(ROLES) == sorted([*FUNCTION_ROLES, "DeploymentRole"])


@pytest.mark.parametrize("name", ROLES)
def test_no_managed_policy_is_attached(name: str) -> None:
    assert "ManagedPolicyArns" not in ROLES[name]
    assert of_type("AWS::IAM::Policy") == of_type("AWS::IAM::ManagedPolicy") == {}


def test_a_gradual_deployment_adds_no_role_of_its_own() -> None:
    """SAM makes one with a managed policy unless it is given another."""
    gradual = {"Deployment": "Canary10Percent5Minutes"}
    assert set(of_type("AWS::IAM::Role", **gradual)) == set(ROLES)
    (group,) = of_type("AWS::CodeDeploy::DeploymentGroup", **gradual).values()
    assert branches(group["ServiceRoleArn"]) == [{"Fn::GetAtt": ["DeploymentRole", "Arn"]}]
    assert "Condition" in ROLES["DeploymentRole"]["AssumeRolePolicyDocument"]["Statement"][0]


@pytest.mark.parametrize("name", ROLES)
def test_only_one_service_assumes_it(name: str) -> None:
    (statement,) = ROLES[name]["AssumeRolePolicyDocument"]["Statement"]
    service = "lambda" if name in FUNCTION_ROLES else "codedeploy"
    assert statement["Principal"] == {"Service": f"{service}.amazonaws.com"}
    assert statement["Action"] == "sts:AssumeRole"


def test_the_key_is_only_used_through_s3_and_secrets_manager() -> None:
    rights = {name: each for name, each in ALLOWED if "kms:Decrypt" in each["Action"]}
    assert set(rights) == set(FUNCTION_ROLES)
    for name, each in rights.items():
        services = each["Condition"]["StringEquals"]["kms:ViaService"]
        found = {service["Fn::Sub"].partition(".")[0] for service in services}
        assert found == ({"s3", "secretsmanager"} if name == "FunctionRole" else {"s3"})


@pytest.mark.parametrize("name", FUNCTION_ROLES)
def test_only_the_current_key_is_used_and_the_docs_say_what_that_means(name: str) -> None:
    """S3 keeps an object under the key that it was written with."""
    old, new = (f"arn:aws:kms:eu-west-1:123456789012:key/{each}" for each in "ab")
    for key in (old, new, ""):
        (policy,) = Stack({"KmsKeyArn": key}).properties(name)["Policies"]
        named = [
            each["Resource"]
            for each in policy["PolicyDocument"]["Statement"]
            if "kms:Decrypt" in each["Action"]
        ]
        assert named == ([[key]] if key else [])
    assert (
        "can no longer read objects under the old key" in (ROOT / "docs" / "deploy.md").read_text()
    )


@pytest.mark.parametrize("name", FUNCTION_ROLES)
def test_a_role_writes_to_its_own_log_group_and_no_other(name: str) -> None:
    logs = [each for role, each in ALLOWED if role == name and "logs:" in str(each["Action"])]
    assert logs == [
        {
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": [{"Fn::GetAtt": ["Logs", "Arn"]}],
        }
    ]
    for function in of_type("AWS::Lambda::Function").values():
        assert function["LoggingConfig"] == {"LogGroup": {"Ref": "Logs"}}


def test_no_action_is_a_wildcard() -> None:
    for name, each in ALLOWED:
        assert not [action for action in each["Action"] if "*" in action], name


def test_a_wildcard_is_only_what_aws_cannot_narrow() -> None:
    """X-Ray and the network interfaces of a VPC, each if its parameter is set."""
    wild = {action for _, each in ALLOWED if each["Resource"] == ["*"] for action in each["Action"]}
    assert {action.partition(":")[0] for action in wild} == {"xray", "ec2"}
    for role in ROLES.values():
        for policy in role["Policies"]:
            for each in policy["PolicyDocument"]["Statement"]:
                if "Fn::If" not in each:
                    assert "*" not in each["Resource"]


@pytest.mark.parametrize("name", FUNCTION_ROLES)
def test_the_function_s_code_cannot_use_the_vpc_rights(name: str) -> None:
    denied = [each for role, each in STATEMENTS if role == name and each["Effect"] == "Deny"]
    (statement,) = denied
    assert statement["Action"] == ["ec2:*"]
    assert list(statement["Condition"]["ArnLike"]) == ["lambda:SourceFunctionArn"]


@pytest.mark.parametrize("name", ROLES)
def test_a_boundary_is_set_if_it_is_named(name: str) -> None:
    condition, boundary, otherwise = ROLES[name]["PermissionsBoundary"]["Fn::If"]
    assert (condition, boundary) == ("HasPermissionsBoundary", {"Ref": "PermissionsBoundary"})
    assert otherwise == {"Ref": "AWS::NoValue"}


def test_every_resource_is_part_of_the_stack() -> None:
    named = {"KmsKeyArn"}
    for _, each in ALLOWED:
        if each["Action"] == ["cloudwatch:DescribeAlarms"]:
            continue  # reads the state of the account's alarms, and nothing else
        for resource in (each for each in each["Resource"] if each != "*"):
            ((intrinsic, target),) = resource.items()
            text = target[0] if isinstance(target, list) else target
            own = text.removeprefix("${").partition(".")[0]
            assert own in RESOURCES or own in named, f"{intrinsic} {target}"


@pytest.mark.parametrize("group", of_type("AWS::Logs::LogGroup"))
def test_every_log_group_expires(group: str) -> None:
    assert of_type("AWS::Logs::LogGroup")[group]["RetentionInDays"] == {"Ref": "LogRetentionDays"}


def test_the_bucket_is_private_encrypted_and_refuses_plain_http() -> None:
    (bucket,) = of_type("AWS::S3::Bucket").values()
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["BucketEncryption"]
    (policy,) = of_type("AWS::S3::BucketPolicy").values()
    denied = [each["Condition"] for each in policy["PolicyDocument"]["Statement"]]
    assert PLAIN_HTTP in denied
    assert {each["Effect"] for each in policy["PolicyDocument"]["Statement"]} == {"Deny"}


PLAIN_HTTP = {"Bool": {"aws:SecureTransport": False}}


@pytest.mark.parametrize("queue", of_type("AWS::SQS::Queue"))
def test_every_queue_is_encrypted_and_refuses_plain_http(queue: str) -> None:
    assert of_type("AWS::SQS::Queue")[queue]["SqsManagedSseEnabled"] is True
    (policy,) = (
        each["PolicyDocument"]
        for each in of_type("AWS::SQS::QueuePolicy").values()
        if each["Queues"] == [{"Ref": queue}]
    )
    denied = [each["Condition"] for each in policy["Statement"] if each["Effect"] == "Deny"]
    assert denied == [PLAIN_HTTP]


def test_only_the_api_and_the_weekly_event_invoke_the_function_by_its_alias() -> None:
    permissions = of_type("AWS::Lambda::Permission")
    weekly = permissions.pop("KeepActivePermission")
    assert weekly["Principal"] == "events.amazonaws.com"
    assert weekly["SourceArn"] == {"Fn::GetAtt": ["KeepActive", "Arn"]}
    assert weekly["FunctionName"] == {"Ref": "FunctionAliaslive"}
    (permission,) = permissions.values()
    assert permission["Principal"] == "apigateway.amazonaws.com"
    assert "${__ApiId__}" in permission["SourceArn"]["Fn::Sub"][0]
    assert permission["SourceArn"]["Fn::Sub"][1]["__ApiId__"] == {"Ref": "Api"}
    assert permission["FunctionName"] == {"Ref": "FunctionAliaslive"}


LOGGED_BY_HTTP_APIS = {
    *("httpMethod", "integrationErrorMessage", "integrationLatency", "path", "requestId"),
    *("requestTime", "responseLatency", "responseLength", "status"),
}
"""Of the variables in "Customize HTTP API access logs" (API Gateway developer guide). With others,
such as `requestLength` of REST APIs, the stage is not created."""


def test_the_api_is_throttled_and_logged_without_addresses() -> None:
    (stage,) = of_type("AWS::ApiGatewayV2::Stage").values()
    assert set(stage["DefaultRouteSettings"]) >= {"ThrottlingBurstLimit", "ThrottlingRateLimit"}
    text = stage["AccessLogSettings"]["Format"]
    assert set(re.findall(r"\$context\.([A-Za-z.]+)", text)) <= LOGGED_BY_HTTP_APIS
    for private in ("sourceIp", "identity", "queryString", "userAgent"):
        assert private not in text


def test_no_secret_is_a_variable() -> None:
    for each in of_type("AWS::Lambda::Function").values():
        assert "CUTOUT_API_KEYS" not in each["Environment"]["Variables"]


def test_the_code_of_the_function_has_no_public_url() -> None:
    assert of_type("AWS::Lambda::Url") == {}
