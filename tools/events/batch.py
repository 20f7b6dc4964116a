"""Shape the events that SQS hands to Lambda when S3 reports new objects."""

import json
from typing import Any
from urllib.parse import quote_plus

from tools.events.gateway import Event

REGION, BUCKET = "us-east-1", "sample-bucket"
ETAG = "d41d8cd98f00b204e9800998ecf8427e"
QUEUE = f"arn:aws:sqs:{REGION}:123456789012:sample-queue"


def s3_record(
    key: str, size: int, name: str = "ObjectCreated:Put", *, bucket: str = BUCKET, etag: str = ETAG
) -> dict[str, Any]:
    """Return one object's record in S3's message."""
    return {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": REGION,
        "eventTime": "2026-01-01T00:00:00.000Z",
        "eventName": name,
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": "sample",
            "bucket": {"name": bucket, "arn": f"arn:aws:s3:::{bucket}"},
            "object": {
                "key": quote_plus(key, safe="/"),
                "size": size,
                "eTag": etag,
                "sequencer": "0055AED6DCD90281E5",
            },
        },
    }


def s3_message(*records: dict[str, Any]) -> str:
    """Return the body of S3's message."""
    return json.dumps({"Records": list(records)})


def setup_message() -> str:
    """Return the message that S3 sends once when a queue is configured."""
    return json.dumps(
        {
            "Service": "Amazon S3",
            "Event": "s3:TestEvent",
            "Time": "2026-01-01T00:00:00.000Z",
            "Bucket": BUCKET,
            "RequestId": "sample-request",
            "HostId": "sample-host",
        }
    )


def queue_event(**bodies: str) -> Event:
    """Return a batch of messages: `{id: body}`."""
    return {
        "Records": [
            {
                "messageId": id_,
                "receiptHandle": f"handle-of-{id_}",
                "body": body,
                "attributes": {
                    "ApproximateReceiveCount": "1",
                    "SentTimestamp": "1767225600000",
                    "SenderId": "sample",
                    "ApproximateFirstReceiveTimestamp": "1767225600001",
                },
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": QUEUE,
                "awsRegion": REGION,
            }
            for id_, body in bodies.items()
        ]
    }


def batch_samples() -> dict[str, Event]:
    """Return the events by the names of their files."""
    photo = s3_record("inbox/shoes/große Vase+1.jpg", 12345)
    return {
        "picture": queue_event(one=s3_message(photo)),
        "several": queue_event(
            one=s3_message(photo),
            two=s3_message(s3_record("inbox/fg-mask/2.png", 2345, "ObjectCreated:Copy")),
            three=s3_message(s3_record("inbox/huge.jpg", 16 * 1024**2)),
        ),
        "s3-test": queue_event(one=setup_message()),
    }
