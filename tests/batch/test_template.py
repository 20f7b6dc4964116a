"""Rules that the template keeps for batches."""

import re
from typing import Any

import pytest

from cutout.batch.places import INBOX, OUTBOX
from cutout.settings import Settings
from tests.local_server import ROOT
from tools.template import load_template

TEMPLATE = load_template()
RESOURCES: dict[str, Any] = TEMPLATE["Resources"]
BATCH = {name: each for name, each in RESOURCES.items() if each.get("Condition") == "HasBatch"}


def properties(name: str) -> dict[str, Any]:
    found: dict[str, Any] = RESOURCES[name]["Properties"]
    return found


def test_it_is_off_unless_the_owner_says_otherwise() -> None:
    assert TEMPLATE["Parameters"]["Batch"]["Default"] == "off"
    assert set(BATCH) == {
        *("BatchFunction", "BatchFunctionRole", "BatchMapping", "BatchQueue", "BatchQueuePolicy"),
        *("DeadLetters", "DeadLettersPolicy", "BatchFailures", "QueueAge"),
    }
    condition, _, otherwise = properties("Bucket")["NotificationConfiguration"]["If"]
    assert (condition, otherwise) == ("HasBatch", {"Ref": "AWS::NoValue"})
    outputs = TEMPLATE["Outputs"]
    assert all(
        outputs[each]["Condition"] == "HasBatch" for each in ("BatchQueueUrl", "DeadLettersUrl")
    )


def test_nothing_that_is_always_there_needs_a_part_of_it() -> None:
    """But for the notification, which is conditional itself."""
    always = {name: each for name, each in RESOURCES.items() if name not in BATCH}
    bucket = properties("Bucket")
    without = {name: each for name, each in bucket.items() if name != "NotificationConfiguration"}
    text = str(always | {"Bucket": without})
    assert [name for name in BATCH if f"'{name}" in text] == []


def test_the_same_image_runs_another_handler() -> None:
    function = properties("BatchFunction")
    assert function["ImageConfig"] == {"Command": ["cutout.batch.aws.lambda_handler"]}
    assert RESOURCES["BatchFunction"]["Metadata"] == RESOURCES["Function"]["Metadata"]
    variables = function["Environment"]["Variables"]
    assert {name.removeprefix("CUTOUT_").lower() for name in variables} <= set(
        Settings.model_fields
    )


def test_the_role_reads_the_inbox_and_writes_the_outbox() -> None:
    assert properties("BatchFunction")["Role"] == {"GetAtt": "BatchFunctionRole.Arn"}
    (policy,) = properties("BatchFunctionRole")["Policies"]
    rights = {
        action: [next(iter(each.values())) for each in statement["Resource"]]
        for statement in policy["PolicyDocument"]["Statement"]
        if "If" not in statement  # what a parameter adds: tests/test_least_privilege.py
        for action in statement["Action"]
    }
    inbox, outbox = (f"${{Bucket.Arn}}/{each}/*" for each in (INBOX, OUTBOX))
    assert rights["s3:GetObject"] == [inbox, outbox]
    assert rights["s3:PutObject"] == rights["s3:DeleteObject"] == [outbox]
    queue = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
    logs = {"logs:CreateLogStream", "logs:PutLogEvents"}
    objects = {"s3:GetObject", "s3:PutObject", "s3:DeleteObject"}
    assert set(rights) == {*objects, *queue, *logs}
    assert all(rights[each] == ["BatchQueue.Arn"] for each in queue)


def test_what_fails_comes_again_and_then_waits_with_an_alarm() -> None:
    queue, mapping = properties("BatchQueue"), properties("BatchMapping")
    seconds = properties("BatchFunction")["Timeout"]
    assert queue["VisibilityTimeout"] >= 6 * seconds
    assert seconds - Settings().margin_seconds > Settings().batch_seconds
    assert queue["RedrivePolicy"] == {
        "deadLetterTargetArn": {"GetAtt": "DeadLetters.Arn"},
        "maxReceiveCount": 5,
    }
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["ScalingConfig"] == {"MaximumConcurrency": {"Ref": "BatchConcurrency"}}
    (dimension,) = properties("BatchFailures")["Dimensions"]
    assert dimension["Value"] == {"GetAtt": "DeadLetters.QueueName"}


def test_a_picture_outlives_its_message() -> None:
    rules = {each["Id"]: each for each in properties("Bucket")["LifecycleConfiguration"]["Rules"]}
    for queue in ("BatchQueue", "DeadLetters"):
        kept = properties(queue)["MessageRetentionPeriod"]
        assert rules["inbox"]["ExpirationInDays"] * 24 * 3600 > kept
    assert rules["outbox"]["ExpirationInDays"] == {"Ref": "OutboxDays"}
    assert all(each.get("Prefix") for each in rules.values() if "ExpirationInDays" in each), (
        "a rule without a prefix empties the outbox"
    )


def test_the_time_in_the_dead_letter_queue_counts_from_the_upload() -> None:
    """Not from the last attempt ("Setting-up dead-letter queue retention", SQS developer guide)."""
    days = properties("DeadLetters")["MessageRetentionPeriod"] // (24 * 3600)
    page = (ROOT / "docs" / "batch.md").read_text().split()
    assert f"until {days} days after the upload" in " ".join(page)


def test_only_buckets_of_the_account_may_send_and_nothing_waits_in_a_circle() -> None:
    policy = RESOURCES["BatchQueuePolicy"]
    statement, _ = policy["Properties"]["PolicyDocument"]["Statement"]
    account = {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    assert statement["Condition"] == account
    for name in ("BatchQueue", "DeadLetters", "BatchQueuePolicy"):
        assert not re.search(r"'Bucket['.]", str(RESOURCES[name])), f"{name} waits for the bucket"


@pytest.mark.parametrize("side", ["MinValue", "MaxValue"])
def test_copies_at_work_are_what_lambda_takes(side: str) -> None:
    limits = {"MinValue": 2, "MaxValue": 1000}  # Lambda, "Configuring maximum concurrency"
    assert TEMPLATE["Parameters"]["BatchConcurrency"][side] == limits[side]
