"""A deployment publishes a version of the function if, and only if, the function changes."""

from typing import Any

import pytest

from tests.resolved import Stack
from tests.transformed import of_type, transformed

(VERSION,) = of_type("AWS::Lambda::Version")
BESIDE = ("Tags", "ReservedConcurrentExecutions", "Description")
"""Properties of the function that are no part of a version, or serve to tell stacks apart."""
VPC = {"SubnetIds": "subnet-1a,subnet-2b", "SecurityGroupIds": "sg-1a"}
DOMAIN = {
    "DomainName": "api.example.com",
    "CertificateArn": "arn:aws:acm:eu-west-1:123456789012:certificate/a",
}
CHANGES: list[dict[str, str]] = [
    {name: str(value)}
    for name, each in transformed()["Parameters"].items()
    for value in each.get("AllowedValues", ())
    if value != each["Default"]
]
CHANGES += [{"MemorySize": "1769"}, {"Timeout": "10"}, {"Stage": "dev"}]
CHANGES += [{"ReservedConcurrency": "5"}, {"ProvisionedConcurrency": "2"}]
CHANGES += [{"ThrottlingRateLimit": "5"}, {"ThrottlingBurstLimit": "10"}]
CHANGES += [{"CorsOrigins": each} for each in ("https://a.example", "http://a.example", "")]
CHANGES += [DOMAIN, DOMAIN | {"DomainPath": "cutout"}]
CHANGES += [VPC, VPC | {"SecurityGroupIds": "sg-2b"}, {"SecurityGroupIds": "sg-1a"}]
CHANGES += [{"KmsKeyArn": "arn:aws:kms:eu-west-1:123456789012:key/a"}]
CHANGES += [{"PermissionsBoundary": "arn:aws:iam::aws:policy/PowerUserAccess"}]
CHANGES += [{"WebAclArn": "arn:aws:wafv2:us-east-1:123456789012:global/webacl/a/1"}]
CHANGES += [{"AlarmEmail": "a@b.example"}, {"MonthlyBudget": "10"}, {"SlowSeconds": "5"}]
CHANGES += [{"FunctionErrorCount": "5"}, {"ApiErrorCount": "5"}, {"QueueAgeSeconds": "60"}]
CHANGES += [{"BatchConcurrency": "2"}, {"OutboxDays": "30"}]


def function(stack: Stack) -> dict[str, Any]:
    found = stack.properties("Function")
    return {name: each for name, each in found.items() if name not in BESIDE}


@pytest.mark.parametrize("before", [{}, VPC, DOMAIN], ids=["defaults", "vpc", "domain"])
@pytest.mark.parametrize("changes", CHANGES, ids=str)
def test_a_version_is_published_if_and_only_if_the_function_changes(
    before: dict[str, str], changes: dict[str, str]
) -> None:
    """Otherwise a change would reach `$LATEST`, which nobody calls, or the deployment would fail.

    Lambda does not publish a version of an unchanged function (`PublishVersion` in its API
    reference), and CloudFormation reports "A version for this Lambda function exists".
    """
    old, new = Stack(before), Stack(before | changes)
    published = old.properties(VERSION) != new.properties(VERSION)
    assert published == (function(old) != function(new))


def test_every_parameter_is_among_the_changes() -> None:
    assert {name for each in CHANGES for name in each} == set(transformed()["Parameters"])
