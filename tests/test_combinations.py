"""The template under combinations of its parameters: every two values occur together."""

from typing import Any

import pytest

from tests.pairwise import pairwise
from tests.resolved import Stack
from tests.transformed import transformed

PARAMETERS: dict[str, Any] = transformed()["Parameters"]
GRADUAL = "Canary10Percent5Minutes"
CERTIFICATE = "arn:aws:acm:eu-west-1:123456789012:certificate/a"
DOMAIN = {"DomainName": "api.example.com", "CertificateArn": CERTIFICATE}
ACL = {"WebAclArn": "arn:aws:wafv2:us-east-1:123456789012:global/webacl/a/1"}
SUBNETS, GROUPS = {"SubnetIds": "subnet-1a,subnet-2b"}, {"SecurityGroupIds": "sg-1a"}
SNAPSHOTS, INSTANCES = {"SnapStart": "on"}, {"ProvisionedConcurrency": "2"}
FRONT, BUDGET, EMAIL = {"CloudFront": "on"}, {"MonthlyBudget": "10"}, {"AlarmEmail": "a@b.example"}
DEPENDENT: dict[str, dict[str, dict[str, str]]] = {
    "domain": {"no": {}, "root": DOMAIN, "path": DOMAIN | {"DomainPath": "a/b"}},
    "vpc": {"no": {}, "groups": GROUPS, "yes": SUBNETS | GROUPS},
    "start": {"cold": {}, "snapshots": SNAPSHOTS, "instances": INSTANCES},
    "front": {"no": {}, "yes": FRONT, "acl": FRONT | ACL},
    "mail": {"no": {}, "alarms": EMAIL, "budget": EMAIL | BUDGET},
}
"""Parameters that depend on each other, as the changes of each usual combination."""
OPEN = {
    "CorsOrigins": ("*", "", "https://a.example"),
    "KmsKeyArn": ("", "arn:aws:kms:eu-west-1:123456789012:key/a"),
    "PermissionsBoundary": ("", "arn:aws:iam::aws:policy/PowerUserAccess"),
    "ReservedConcurrency": ("-1", "5"),
}
CHOICES: dict[str, list[str]] = {
    name: list(map(str, each["AllowedValues"]))
    for name, each in PARAMETERS.items()
    if "AllowedValues" in each and name not in SNAPSHOTS | FRONT
}
VALUES = {
    **CHOICES,
    **OPEN,
    "Deployment": ("AllAtOnce", GRADUAL),
    **{name: list(changes) for name, changes in DEPENDENT.items()},
}


def stack(row: dict[str, str]) -> Stack:
    """Return the stack of a row. Only `Deployment` changes what SAM makes of the template."""
    changes = {name: value for name, value in row.items() if name in PARAMETERS}
    for name, usual in DEPENDENT.items():
        changes |= usual[row[name]]
    gradual = changes["Deployment"] == GRADUAL
    return Stack(changes, transformed(Deployment=GRADUAL) if gradual else transformed())


STACKS = [stack(row) for row in pairwise(VALUES)]
SERVANTS = (
    *("AWS::IAM::Role", "AWS::SecretsManager::Secret", "AWS::Logs::LogGroup", "AWS::SNS::Topic"),
    *("AWS::SQS::Queue", "AWS::Lambda::Function", "AWS::Lambda::Version", "AWS::Lambda::Alias"),
    *("AWS::CodeDeploy::Application", "AWS::CodeDeploy::DeploymentGroup", "AWS::Events::Rule"),
)
"""Types of resources that do nothing unless another one refers to them."""


def test_references_lead_to_what_exists() -> None:
    for each in STACKS:
        present = each.present
        for name, found in (present | each.outputs).items():
            assert set(each.references(found)) <= set(present), (name, each.changes)


def test_nothing_is_left_that_nothing_uses() -> None:
    for each in STACKS:
        used = {
            target
            for name, found in each.present.items()
            for target in each.references(found)
            if target != name
        }
        servants = {name for name, found in each.present.items() if found["Type"] in SERVANTS}
        assert servants - used == set(), each.changes


def test_every_property_can_be_resolved() -> None:
    for each in STACKS:
        for name, found in each.present.items():
            assert set(each.properties(name)) <= set(found["Properties"])


def test_roles_have_the_rights_for_what_is_on_and_no_others() -> None:
    for each in STACKS:
        optional = {"kms": "HasKmsKey", "xray": "HasTracing", "ec2": "InVpc"}
        added = {service for service, condition in optional.items() if each.holds(condition)}
        rights = {"FunctionRole": {"logs", "s3"} | added}
        if each.holds("HasApiKeys") or each.holds("HasCloudFront"):
            rights["FunctionRole"].add("secretsmanager")
        if each.holds("HasBatch"):
            rights["BatchFunctionRole"] = {"logs", "s3", "sqs"} | added
        if each.holds("HasGradualDeployment"):
            rights["DeploymentRole"] = {"lambda", "cloudwatch"}
        roles = [name for name, found in each.present.items() if found["Type"] == "AWS::IAM::Role"]
        assert {name: services(each, name) for name in roles} == rights, each.changes


def services(found: Stack, role: str) -> set[str]:
    """Return the services whose actions a role may use."""
    return {
        action.partition(":")[0]
        for policy in found.properties(role)["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Allow"
        for action in statement["Action"]
    }


def test_usual_combinations_break_no_rule() -> None:
    assert [each.changes for each in STACKS if each.refusals()] == []


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        (SNAPSHOTS | INSTANCES, "SnapStartOrProvisionedConcurrency"),
        (ACL, "WebAclNeedsCloudFront"),
        ({"CertificateArn": CERTIFICATE}, "CertificateNeedsDomain"),
        ({"DomainName": "api.example.com"}, "DomainNeedsCertificate"),
        (BUDGET, "BudgetNeedsRecipient"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_what_aws_would_refuse_breaks_a_rule(changes: dict[str, str], rule: str) -> None:
    assert Stack(changes).refusals() == [rule]
