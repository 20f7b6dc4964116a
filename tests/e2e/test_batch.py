"""The function of batches in AWS's own runtime: S3's event to the outbox."""

import json
from io import BytesIO

import numpy as np
from PIL import Image

from tests.e2e.emulator import Emulator
from tests.s3 import BUCKET, S3Server, record
from tests.samples import PHOTOS
from tools.events.batch import queue_event, s3_message

HANDLER = "cutout.batch.aws.lambda_handler"


def test_from_the_inbox_to_the_outbox(s3: S3Server) -> None:
    photo = (PHOTOS / "astronaut.jpg").read_bytes()
    s3.client.put_object(Bucket=BUCKET, Key="inbox/e2e/große Frau.jpg", Body=photo)
    event = queue_event(
        good=s3_message(record("inbox/e2e/große Frau.jpg", len(photo))),
        gone=s3_message(record("inbox/e2e/gone.jpg", 1)),
        strange="{}",
    )
    environment = s3.environment | {"AWS_LAMBDA_FUNCTION_TIMEOUT": "120"}
    with Emulator(environment, HANDLER) as function:
        assert function.invoke(event) == {"batchItemFailures": [{"itemIdentifier": "strange"}]}
        log = function.log()
    lines = [json.loads(each) for each in log.splitlines() if each.startswith('{"time": ')]
    assert [each["outcome"] for each in lines] == ["ok", "Gone"]
    assert "Signature=" not in log, "the log holds a link that works"
    found = s3.client.get_object(Bucket=BUCKET, Key="outbox/e2e/große Frau.jpg.png")
    alpha = np.asarray(Image.open(BytesIO(found["Body"].read())))[..., 3]
    assert alpha.shape == (512, 512)
    assert alpha[256, 200] > 250  # her suit
    assert alpha[8, 8] < 5  # the flag behind her


def test_without_a_bucket_every_message_comes_again_and_the_log_says_why() -> None:
    with Emulator(handler=HANDLER) as function:
        answer = function.invoke(queue_event(one=s3_message(record("inbox/1.jpg", 1))))
        assert answer == {"batchItemFailures": [{"itemIdentifier": "one"}]}
        assert "NoBucketError" in function.log()
