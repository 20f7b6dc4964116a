"""A batch function on a real S3, without the network."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from cutout.batch.batch import Batch
from cutout.batch.picture import Cutter
from cutout.pipeline import Pipeline
from cutout.storage.objects import Objects
from cutout.work import Segmenter
from tests.conftest import middle_is_object
from tests.s3 import BUCKET, S3Server, record
from tools.events.batch import queue_event, s3_message


@dataclass
class Context:
    """As awslambdaric's."""

    seconds: float = 120
    aws_request_id: str = "an-id-of-lambda"
    function_name: str = "batch-function"

    def get_remaining_time_in_millis(self) -> int:
        return int(self.seconds * 1000)


@dataclass
class Rig:
    """`put` as a user does, `deliver` as SQS does, then look at what is there and what was said."""

    s3: S3Server
    segment: Segmenter = middle_is_object
    changes: dict[str, Any] = field(default_factory=dict)
    lines: list[dict[str, Any]] = field(default_factory=list)

    def put(self, key: str, content: bytes) -> None:
        self.s3.client.put_object(Bucket=BUCKET, Key=key, Body=content)

    def deliver(self, context: Context | None = None, **bodies: str) -> list[str]:
        """The ids that are to come again."""
        settings = self.s3.settings(bucket=f"{BUCKET}/", **self.changes)  # one slash more is fine
        cutter = Cutter(Pipeline(settings, self.segment), Objects(settings))
        batch = Batch(cutter, lambda text: self.lines.append(json.loads(text)))
        answer = batch(queue_event(**bodies), context or Context())
        return [each["itemIdentifier"] for each in answer["batchItemFailures"]]

    def arrive(self, key: str, content: bytes) -> list[str]:
        """Both at once."""
        self.put(key, content)
        return self.deliver(one=s3_message(record(key, len(content))))

    def found(self, key: str) -> Any:
        """boto3's answer, `Body` read."""
        answer = self.s3.client.get_object(Bucket=BUCKET, Key=key)
        return answer | {"Body": answer["Body"].read()}

    def outputs(self) -> set[str]:
        return set(filter(re.compile("outbox/").match, self.s3.keys()))

    @property
    def outcomes(self) -> list[str]:
        return [each["outcome"] for each in self.lines]


@pytest.fixture
def rig(s3: S3Server) -> Rig:
    """Provide a rig with an empty inbox and an empty outbox."""
    for key in filter(re.compile("inbox/|outbox/").match, s3.keys()):
        s3.client.delete_object(Bucket=BUCKET, Key=key)
    return Rig(s3)


@pytest.fixture
def message() -> Callable[..., str]:
    return lambda key, size=1, **more: s3_message(record(key, size, **more))
