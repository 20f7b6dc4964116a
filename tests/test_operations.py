"""Rules of operation, held against the template as SAM transforms it.

Those of least privilege are in `tests.test_least_privilege`; docs/security.md sums up both.
"""

import re
import subprocess
from typing import Any

import pytest

from cutout.api.middleware import FRONT_HEADER
from tests.local_server import ROOT
from tests.resolved import Stack
from tests.transformed import PYTHON, branches, of_type, transformed

ALARMS = of_type("AWS::CloudWatch::Alarm")
VERSION, ALIAS = "AWS::Lambda::Version", "AWS::Lambda::Alias"
STORED = ("AWS::S3::Bucket", "AWS::SecretsManager::Secret", "AWS::Logs::LogGroup")
TAGGED = (
    *("AWS::Lambda::Function", "AWS::IAM::Role", "AWS::SQS::Queue", "AWS::SNS::Topic"),
    *("AWS::CloudFront::Distribution", "AWS::ApiGatewayV2::DomainName", *STORED),
)


def the_only(kind: str, **values: str) -> dict[str, Any]:
    """Return the properties of the one resource of a type."""
    (found,) = of_type(kind, **values).values()
    return found


def test_all_requests_go_to_the_alias_of_a_published_version() -> None:
    (version,) = of_type(VERSION)
    alias = the_only(ALIAS)
    assert alias["FunctionVersion"] == {"Fn::GetAtt": [version, "Version"]}
    assert alias["FunctionName"] == of_type(VERSION)[version]["FunctionName"] == {"Ref": "Function"}
    (path,) = the_only("AWS::ApiGatewayV2::Api")["Body"]["paths"].values()
    uri = path["x-amazon-apigateway-any-method"]["x-amazon-apigateway-integration"]["uri"]
    assert "/functions/${FunctionAliaslive}/invocations" in uri["Fn::Sub"]


MERGE = """
from samcli.commands.deploy.deploy_context import DeployContext
print(DeployContext.merge_parameters({"Parameters": {"ApiKeys": {"Default": "on"}}}, {}))
"""


def test_the_docs_say_that_a_parameter_that_is_not_given_keeps_its_value() -> None:
    """SAM asks CloudFormation for the previous value, not for the default."""
    done = subprocess.run([PYTHON, "-c", MERGE], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[{'ParameterKey': 'ApiKeys', 'UsePreviousValue': True}]"
    page = " ".join((ROOT / "docs" / "operate.md").read_text().split())
    kept = "A parameter that is in neither place keeps its last value, such as `ApiKeys=off`."
    assert kept in page


@pytest.mark.parametrize(
    ("subnets", "groups", "more", "fits"),
    [
        (3, 2, {"DomainPath": "cutout", "CorsOrigins": "https://shop.example.com,null"}, True),
        (7, 2, {}, True),
        (8, 2, {}, False),
    ],
)
def test_the_longest_usual_description_of_a_version_fits(
    subnets: int, groups: int, more: dict[str, str], fits: bool
) -> None:
    """Lambda accepts 256 characters, 16 subnets and 5 groups, with 17 digits each."""
    longest = {
        name: max(map(str, found.get("AllowedValues", [found["Default"]])), key=len)
        for name, found in transformed()["Parameters"].items()
    }
    longest |= {"MemorySize": "10240"} | more
    longest["SubnetIds"] = ",".join(f"subnet-{each:017}" for each in range(subnets))
    longest["SecurityGroupIds"] = ",".join(f"sg-{each:017}" for each in range(groups))
    (version,) = of_type(VERSION)
    assert (len(Stack(longest).properties(version)["Description"]) <= 256) == fits


def test_limits_that_no_rule_can_check_are_documented() -> None:
    """Rules neither count nor compare numbers."""
    parameters = transformed()["Parameters"]
    page = " ".join((ROOT / "docs" / "deploy.md").read_text().replace("`", "").split())
    for name, limit in {
        "SecurityGroupIds": "at most nine with the",
        "ReservedConcurrency": "not below ProvisionedConcurrency",
    }.items():
        assert limit in page
        assert limit in parameters[name]["Description"]


def test_snapstart_and_provisioned_concurrency_are_off_and_exclude_each_other() -> None:
    parameters = transformed()["Parameters"]
    assert (
        parameters["SnapStart"]["Default"],
        parameters["ProvisionedConcurrency"]["Default"],
    ) == (
        "off",
        0,
    )
    function = of_type("AWS::Lambda::Function")
    applied = {"ApplyOn": {"Fn::If": ["HasSnapStart", "PublishedVersions", "None"]}}
    assert function["Function"]["SnapStart"] == applied
    assert "SnapStart" not in function["BatchFunction"]
    provisioned = {"ProvisionedConcurrentExecutions": {"Ref": "ProvisionedConcurrency"}}
    assert branches(the_only(ALIAS)["ProvisionedConcurrencyConfig"]) == [provisioned]
    rule = transformed()["Rules"]["SnapStartOrProvisionedConcurrency"]
    assert rule["RuleCondition"] == {"Fn::Equals": [{"Ref": "SnapStart"}, "on"]}
    (assertion,) = rule["Assertions"]
    assert assertion["Assert"] == {"Fn::Equals": [{"Ref": "ProvisionedConcurrency"}, "0"]}


def test_a_version_with_a_snapshot_is_invoked_before_it_becomes_inactive() -> None:
    """Lambda waits for 14 days ("Troubleshooting SnapStart", Lambda developer guide)."""
    rule = transformed()["Resources"]["KeepActive"]
    permission = transformed()["Resources"]["KeepActivePermission"]
    assert rule["Condition"] == permission["Condition"] == "HasSnapStart"
    found = re.fullmatch(r"rate\((\d+) days\)", rule["Properties"]["ScheduleExpression"])
    assert found is not None
    assert int(found[1]) < 14
    (target,) = rule["Properties"]["Targets"]
    assert target["Arn"] == {"Ref": "FunctionAliaslive"}
    assert "Input" not in target


ARNS = {
    "CertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/1a-2b",
    "KmsKeyArn": "arn:aws-cn:kms:cn-north-1:123456789012:key/1a-2b",
    "PermissionsBoundary": "arn:aws:iam::aws:policy/PowerUserAccess",
    "WebAclArn": "arn:aws:wafv2:us-east-1:123456789012:global/webacl/a/1a-2b",
}


@pytest.mark.parametrize("name", ARNS)
def test_a_parameter_for_an_arn_accepts_its_kind_alone(name: str) -> None:
    pattern = transformed()["Parameters"][name]["AllowedPattern"]
    others = [each for each in ARNS.values() if each != ARNS[name]]
    others += ["alias/cutout", "arn:aws:kms:us-east-1:123456789012:alias/cutout"]
    assert re.fullmatch(pattern, ARNS[name])
    assert re.fullmatch(pattern, "")
    assert [each for each in others if re.fullmatch(pattern, each)] == []


@pytest.mark.parametrize("rule", transformed()["Rules"])
def test_every_rule_compares_parameters_and_says_what_to_do(rule: str) -> None:
    found = transformed()["Rules"][rule]
    named = set(re.findall(r"'Ref': '(\w+)'", str(found)))
    assert len(named) == 2
    assert named <= set(transformed()["Parameters"])
    (assertion,) = found["Assertions"]
    assert all(name in assertion["AssertDescription"] for name in named)


KINDS = [
    each
    for each in transformed()["Parameters"]["Deployment"]["AllowedValues"]
    if each != "AllAtOnce"
]


@pytest.mark.parametrize("kind", KINDS)
def test_a_gradual_deployment_rolls_back_on_an_alarm(kind: str) -> None:
    group = the_only("AWS::CodeDeploy::DeploymentGroup", Deployment=kind)
    watched = [each["Name"]["Ref"] for each in group["AlarmConfiguration"]["Alarms"]]
    assert watched == ["FunctionErrors"]
    assert "DEPLOYMENT_STOP_ON_ALARM" in group["AutoRollbackConfiguration"]["Events"]
    alias = transformed(Deployment=kind)["Resources"]["FunctionAliaslive"]
    assert "CodeDeployLambdaAliasUpdate" in alias["UpdatePolicy"]


def test_an_ordinary_deployment_needs_no_codedeploy() -> None:
    assert of_type("AWS::CodeDeploy::DeploymentGroup") == {}
    assert "UpdatePolicy" not in transformed()["Resources"]["FunctionAliaslive"]


def test_old_versions_stay_for_a_rollback() -> None:
    (version,) = of_type(VERSION)
    assert transformed()["Resources"][version]["DeletionPolicy"] == "Retain"


@pytest.mark.parametrize("alarm", ALARMS)
def test_every_alarm_mails_is_quiet_without_data_and_is_documented(alarm: str) -> None:
    found = ALARMS[alarm]
    assert branches(found["AlarmActions"]) == [{"Ref": "AlarmTopic"}]
    assert found["TreatMissingData"] == "notBreaching"
    assert found["AlarmDescription"]
    assert f"| `{alarm}` |" in (ROOT / "docs" / "operate.md").read_text()


def test_no_message_is_lost_without_an_alarm() -> None:
    queues = of_type("AWS::SQS::Queue")
    ends = [
        each["RedrivePolicy"]["deadLetterTargetArn"]
        for each in queues.values()
        if "RedrivePolicy" in each
    ]
    assert ends == [{"Fn::GetAtt": ["DeadLetters", "Arn"]}]
    watched = [
        each["Dimensions"][0]["Value"]["Fn::GetAtt"][0]
        for each in ALARMS.values()
        if each.get("Namespace") == "AWS/SQS"
    ]
    assert set(watched) == set(queues)


@pytest.mark.parametrize("kind", STORED)
def test_what_stores_data_says_what_a_removal_does(kind: str) -> None:
    found = [each for each in transformed()["Resources"].values() if each["Type"] == kind]
    assert found
    for each in found:
        assert {each["DeletionPolicy"], each["UpdateReplacePolicy"]} == {"Delete"}


def test_every_object_in_the_bucket_expires() -> None:
    bucket = the_only("AWS::S3::Bucket")
    expiring = {
        each["Prefix"]: each["ExpirationInDays"]
        for each in bucket["LifecycleConfiguration"]["Rules"]
        if "ExpirationInDays" in each
    }
    written = set(re.findall(r"\$\{Bucket\.Arn\}/(\w+/)\*", str(of_type("AWS::IAM::Role"))))
    assert written == set(expiring)


@pytest.mark.parametrize("kind", TAGGED)
def test_what_costs_money_is_tagged(kind: str) -> None:
    for name, each in of_type(kind).items():
        tags = each["Tags"]
        keys = tags if isinstance(tags, dict) else {tag["Key"] for tag in tags}
        assert "stage" in keys, name


def test_no_parameter_is_a_secret() -> None:
    for name, each in transformed()["Parameters"].items():
        assert not re.search("Secret|Token|Password", name)
        assert "NoEcho" not in each


def test_cloudfront_is_off_encrypts_caches_nothing_and_is_the_only_way() -> None:
    parameters = transformed()["Parameters"]
    assert (parameters["CloudFront"]["Default"], parameters["WebAclArn"]["Default"]) == ("off", "")
    config = the_only("AWS::CloudFront::Distribution")["DistributionConfig"]
    assert branches(config["WebACLId"]) == [{"Ref": "WebAclArn"}]
    (origin,) = config["Origins"]
    assert origin["DomainName"]["Fn::Sub"].startswith("${Api}.execute-api.")
    assert origin["CustomOriginConfig"]["OriginProtocolPolicy"] == "https-only"
    assert origin["CustomOriginConfig"]["OriginSSLProtocols"] == ["TLSv1.2"]
    (header,) = origin["OriginCustomHeaders"]
    assert header["HeaderName"].lower() == FRONT_HEADER
    assert header["HeaderValue"] == {"Fn::Sub": "{{resolve:secretsmanager:${FrontKey}}}"}
    variables = of_type("AWS::Lambda::Function")["Function"]["Environment"]["Variables"]
    assert branches(variables["CUTOUT_FRONT_SECRET"]) == [{"Ref": "FrontKey"}]
    behaviour = config["DefaultCacheBehavior"]
    assert behaviour["ViewerProtocolPolicy"] == "https-only"
    assert behaviour["CachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
    assert {"POST", "OPTIONS"} <= set(behaviour["AllowedMethods"])


def test_every_output_that_may_be_missing_has_a_condition() -> None:
    resources = transformed()["Resources"]
    for name, output in transformed()["Outputs"].items():
        used = set(re.findall(r"'(?:Ref|Fn::GetAtt)': \[?'(\w+)'", str(output["Value"])))
        used |= set(re.findall(r"\$\{(\w+)[.}]", str(output["Value"])))
        needed = {
            resources[each]["Condition"] for each in used if "Condition" in resources.get(each, {})
        }
        assert needed <= {output.get("Condition")}, name
