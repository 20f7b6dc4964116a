"""No resource of the template refers to itself through others: CloudFormation refuses that."""

import re
from graphlib import TopologicalSorter
from typing import Any

import pytest

from tests.local_server import ROOT
from tests.transformed import transformed

NAME = re.compile(r"\$\{([^!}.]+)[^}]*\}")
EVERYTHING = {
    "Batch": "on",
    "CloudFront": "on",
    "SnapStart": "on",
    "KmsKeyArn": "arn:aws:kms:eu-west-1:123456789012:key/a",
    "DomainName": "api.example.com",
    "CertificateArn": "arn:aws:acm:eu-west-1:123456789012:certificate/a",
    "DomainPath": "images",
    "SubnetIds": "subnet-1",
    "SecurityGroupIds": "sg-1",
}
DEPLOYMENTS = transformed()["Parameters"]["Deployment"]["AllowedValues"]


def named(value: Any) -> set[str]:
    """Return the names that a part of the template refers to."""
    if isinstance(value, list):
        return {name for each in value for name in named(each)}
    if not isinstance(value, dict):
        return set()
    found = set()
    for key, part in value.items():
        if key == "Ref":
            found.add(part)
        elif key == "Fn::GetAtt":
            found.add(part[0] if isinstance(part, list) else part.partition(".")[0])
        elif key == "Fn::Sub":
            found |= set(NAME.findall(part if isinstance(part, str) else part[0])) | named(part)
        elif key == "DependsOn":
            found |= {part} if isinstance(part, str) else set(part)
        else:
            found |= named(part)
    return found


def references(**values: str) -> dict[str, set[str]]:
    """Return the resources that each resource refers to."""
    resources = transformed(**values)["Resources"]
    return {name: named(each) & resources.keys() for name, each in resources.items()}


@pytest.mark.parametrize("deployment", DEPLOYMENTS)
@pytest.mark.parametrize("changes", [{}, EVERYTHING], ids=["defaults", "everything"])
def test_no_reference_comes_back(deployment: str, changes: dict[str, str]) -> None:
    graph = references(Deployment=deployment, **changes)
    order = list(TopologicalSorter(graph).static_order())
    assert set(order) == graph.keys()


def test_the_docs_say_that_direct_requests_are_refused_before_the_distribution_exists() -> None:
    """Its creation takes minutes, and waits for the version that refuses them."""
    graph = references()
    needed = {"Distribution"}
    while more := {other for each in needed for other in graph[each]} - needed:
        needed |= more
    assert "FunctionAliaslive" in needed
    page = " ".join((ROOT / "docs" / "deploy.md").read_text().split())
    assert "and that begins minutes before `CloudFrontUrl` exists" in page
