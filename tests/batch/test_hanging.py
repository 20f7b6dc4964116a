"""A picture whose work hangs in native code: the batch gives it up and goes on with the next."""

import ctypes
from time import monotonic

from cutout.pictures import Alpha, Picture
from tests.batch.conftest import Rig
from tests.conftest import middle_is_object
from tests.e2e.emulator import Emulator
from tests.e2e.segmenter import HANGING_SIZE
from tests.s3 import BUCKET, S3Server, record
from tests.samples import gradient, jpeg
from tools.events.batch import queue_event, s3_message

HANGING = jpeg(gradient(*HANGING_SIZE))
SECONDS = 1.0


def hangs(picture: Picture) -> Alpha:
    if picture.size == HANGING_SIZE:
        ctypes.CDLL(None).sleep(3600)
    return middle_is_object(picture)


def message_of(*names: str) -> str:
    return s3_message(*(record(f"inbox/{name}", len(HANGING)) for name in names))


def test_the_next_message_and_the_next_picture_of_a_message_are_done(rig: Rig) -> None:
    rig.segment, rig.changes = hangs, {"picture_seconds": SECONDS}
    rig.put("inbox/hangs.jpg", HANGING)
    for name in ("a", "b"):
        rig.put(f"inbox/{name}.jpg", jpeg())
    start = monotonic()
    again = rig.deliver(first=message_of("hangs.jpg", "a.jpg"), second=message_of("b.jpg"))
    assert monotonic() - start < SECONDS + 10
    assert again == ["first"], "SQS brings it again, and in the end among the dead letters"
    assert rig.outputs() == {"outbox/a.jpg.png", "outbox/b.jpg.png"}
    assert rig.outcomes == ["TooSlow", "ok", "ok"]


def test_a_picture_within_the_limit_is_not_given_up(rig: Rig) -> None:
    rig.changes = {"picture_seconds": 30.0}
    assert rig.arrive("inbox/a.jpg", jpeg()) == []
    assert rig.outcomes == ["ok"]


def test_the_instance_ends_after_its_answer(s3: S3Server) -> None:
    s3.client.put_object(Bucket=BUCKET, Key="inbox/hangs.jpg", Body=HANGING)
    s3.client.put_object(Bucket=BUCKET, Key="inbox/next.jpg", Body=jpeg())
    environment = s3.environment | {"CUTOUT_PICTURE_SECONDS": "2", "CUTOUT_BATCH_SECONDS": "1"}
    with Emulator(environment, "tests.batch.without_network.lambda_handler") as running:
        for _ in range(2):
            event = queue_event(hangs=s3_message(record("inbox/hangs.jpg", len(HANGING))))
            answer = running.invoke(event)
            assert answer == {"batchItemFailures": [{"itemIdentifier": "hangs"}]}
            event = queue_event(next=s3_message(record("inbox/next.jpg", len(jpeg()))))
            assert running.invoke(event) == {"batchItemFailures": []}
        assert running.log().count("this instance ends after its answer") == 2
