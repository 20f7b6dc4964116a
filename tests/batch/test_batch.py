"""Pictures from the inbox to the outbox, through a real S3."""

import json
from collections.abc import Callable
from hashlib import md5
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cutout.pictures import Alpha, Picture
from cutout.settings import MIB, Settings
from cutout.storage.objects import NoBucketError, Objects
from cutout.timing import Deadline
from tests.batch.conftest import Context, Rig
from tests.conftest import middle_is_object
from tests.ports import free_ports
from tests.s3 import BUCKET, record
from tests.samples import gradient, jpeg, png, png_header, webp
from tools.events.batch import s3_message, setup_message

AWKWARD = "inbox/a/größe 100%+ü?x=1&y#z ~'(1).jpg"


def digest(content: bytes) -> str:
    return md5(content, usedforsecurity=False).hexdigest()


def status_in(rig: Rig, key: str) -> dict[str, str]:
    (result,) = json.loads(rig.found(key)["Body"])["results"]
    assert result["entities"] == []
    status: dict[str, str] = result["status"]
    return status


@pytest.mark.parametrize(
    ("key", "content"),
    [
        *(("inbox/shoes/1.jpg", jpeg()), ("inbox/1", jpeg()), (AWKWARD, jpeg())),
        *(("inbox/1.webp", webp()), ("inbox/1.png", png())),
    ],
)
def test_a_picture_comes_out_under_the_same_path(rig: Rig, key: str, content: bytes) -> None:
    assert rig.arrive(key, content) == []
    (output,) = rig.outputs()
    assert output == f"outbox/{key.removeprefix('inbox/')}.png"
    found = rig.found(output)
    assert found["ContentType"] == "image/png"
    assert found["Metadata"] == {"source-md5": digest(content)}
    image = Image.open(BytesIO(found["Body"]))
    assert (image.format, image.mode, image.size) == ("PNG", "RGBA", (64, 48))


@pytest.mark.parametrize(
    ("key", "bands"),
    [("fg-mask/1.jpg", "L"), ("fg-image-shadow/1.jpg", "RGBA"), ("a/fg-mask/1.jpg", "RGBA")],
)
def test_a_first_folder_named_like_a_mode_asks_for_it(rig: Rig, key: str, bands: str) -> None:
    rig.arrive(f"inbox/{key}", jpeg())
    assert Image.open(BytesIO(rig.found(f"outbox/{key}.png")["Body"])).mode == bands
    assert rig.lines[0]["mode"] == (key.partition("/")[0] if key[0] == "f" else "fg-image")


def test_a_repeated_event_does_nothing(rig: Rig) -> None:
    rig.arrive("inbox/1.jpg", jpeg())
    rig.arrive("inbox/bad.jpg", b"GIF89a")
    before = {key: rig.found(key)["LastModified"] for key in rig.outputs()}
    rig.segment = lambda _: pytest.fail("the picture was worked out again")
    for key in ("inbox/1.jpg", "inbox/bad.jpg"):
        assert rig.deliver(one=s3_message(record(key, 6))) == []
    assert {key: rig.found(key)["LastModified"] for key in rig.outputs()} == before
    assert rig.outcomes == ["ok", "UnsupportedType", "Duplicate", "Duplicate"]


def test_a_changed_picture_is_done_anew(rig: Rig) -> None:
    rig.arrive("inbox/1.jpg", jpeg())
    changed = jpeg(gradient(32, 24))
    assert rig.arrive("inbox/1.jpg", changed) == []
    found = rig.found("outbox/1.jpg.png")
    assert Image.open(BytesIO(found["Body"])).size == (32, 24)
    assert found["Metadata"] == {"source-md5": digest(changed)}


@pytest.mark.parametrize("earlier", [None, jpeg(gradient(16, 12))])
def test_an_older_picture_never_wins_over_a_newer_one(rig: Rig, earlier: bytes | None) -> None:
    """While one function is at the old picture, another has made the new one's cut-out."""
    changed = jpeg(gradient(32, 24))

    def slow(picture: Picture) -> Alpha:
        rig.segment = middle_is_object
        assert rig.arrive("inbox/1.jpg", changed) == []
        return middle_is_object(picture)

    if earlier is not None:
        rig.arrive("inbox/1.jpg", earlier)
    rig.segment = slow
    assert rig.arrive("inbox/1.jpg", jpeg()) == ["one"], "the old one was written over the new one"
    assert rig.found("outbox/1.jpg.png")["Metadata"] == {"source-md5": digest(changed)}
    assert rig.deliver(one=s3_message(record("inbox/1.jpg", 1))) == []
    assert rig.outcomes[-3:] == ["ok", "ChangedMeanwhile", "Duplicate"]


POISON = {
    b"": "Can not load image.",
    jpeg()[:100]: "Can not load image.",
    b"GIF89a": "Unsupported file type. Only JPEG, PNG and WebP images are accepted.",
    png_header(4097, 1): "Resolution is too big: 4097x1. Max allowed resolution: 4096x4096",
}


@pytest.mark.parametrize("content", POISON)
def test_a_picture_that_cant_be_processed_says_why_and_comes_never_again(
    rig: Rig, content: bytes
) -> None:
    assert rig.arrive("inbox/a/b.jpg", content) == []
    assert rig.outputs() == {"outbox/a/b.jpg.json"}
    assert status_in(rig, "outbox/a/b.jpg.json") == {
        "code": "failure",
        "message": POISON[content],
    }
    assert rig.found("outbox/a/b.jpg.json")["Metadata"] == {"source-md5": digest(content)}


@pytest.mark.parametrize("told", [16 * MIB, 1])
def test_a_file_that_is_too_large_is_not_read(rig: Rig, told: int) -> None:
    """Whatever the event says of its size."""
    rig.put("inbox/big.jpg", jpeg() + bytes(16 * MIB))
    assert rig.deliver(one=s3_message(record("inbox/big.jpg", told))) == []
    assert "less than 16 MB" in status_in(rig, "outbox/big.jpg.json")["message"]
    assert rig.lines[0]["file_bytes"] == 0


def test_a_late_event_of_a_larger_picture_says_nothing_of_the_new_one(rig: Rig) -> None:
    rig.arrive("inbox/b.jpg", jpeg())
    assert rig.deliver(one=s3_message(record("inbox/b.jpg", 17 * MIB))) == []
    assert rig.outputs() == {"outbox/b.jpg.png"}
    assert rig.outcomes == ["ok", "Duplicate"]


def test_a_failure_of_a_file_that_is_not_read_is_recognised_by_its_etag(rig: Rig) -> None:
    """Files of this size are uploaded in parts, and their ETag is no MD5."""
    content = jpeg() + bytes(16 * MIB)
    event = s3_message(record("inbox/big.jpg", len(content), etag=f"{'0' * 32}-2"))
    rig.put("inbox/big.jpg", content)
    assert rig.deliver(one=event) == []
    assert rig.found("outbox/big.jpg.json")["Metadata"] == {"source-md5": f"{'0' * 32}-2"}
    assert rig.deliver(one=event) == []
    rig.arrive("inbox/big.jpg", b"")
    assert rig.outcomes == ["FileTooBig", "Duplicate", "UnreadablePicture"]


def test_a_late_event_gives_its_etag_to_no_larger_picture(rig: Rig) -> None:
    small = jpeg()
    rig.put("inbox/a.jpg", small + bytes(16 * MIB))
    late = s3_message(record("inbox/a.jpg", len(small), etag=digest(small)))
    assert rig.deliver(one=late) == []
    rig.put("inbox/a.jpg", small)
    assert rig.deliver(one=late) == []
    assert rig.outcomes == ["FileTooBig", "ok"]


def test_a_file_under_the_limit_is_read(rig: Rig) -> None:
    small = jpeg()
    assert rig.arrive("inbox/b.jpg", small + bytes(16 * MIB - 1 - len(small))) == []
    assert rig.outcomes == ["ok"]


@pytest.mark.parametrize(
    "key",
    [
        *("inbox/shoes/", "inbox/", "inbox", "outbox/1.jpg.png", "answers/x", "inbox/../answers/x"),
        *("inbox/.DS_Store", "inbox/shoes/._1.jpg", "inbox/fg-mask/.DS_Store", "inbox/.git/1.jpg"),
        *("inbox/__MACOSX/1.jpg", "inbox/Thumbs.db", "inbox/shoes/desktop.ini"),
    ],
)
def test_what_is_no_picture_is_left_alone(rig: Rig, message: Callable[..., str], key: str) -> None:
    assert rig.deliver(one=message(key, 0)) == []
    assert rig.outcomes == ["NoPicture"]
    assert rig.outputs() == set()


def test_a_picture_removed_before_its_turn_is_done_with(
    rig: Rig, message: Callable[..., str]
) -> None:
    assert rig.deliver(one=message("inbox/never.jpg")) == []
    assert rig.outcomes == ["Gone"]
    assert rig.outputs() == set()


def test_a_batch_names_exactly_what_is_to_come_again(rig: Rig, message: Callable[..., str]) -> None:
    """One good, one bad, one slow, one of several objects, one that is no event of S3's."""
    for name, content in {"good": jpeg(), "bad": b"", "slow": jpeg(gradient(7, 7))}.items():
        rig.put(f"inbox/{name}", content)

    def fails_at_seven(picture: Picture) -> Alpha:
        if picture.size == (7, 7):
            raise RuntimeError("boom")
        return middle_is_object(picture)

    rig.segment = fails_at_seven
    both = s3_message(record("inbox/slow", 1), record("inbox/good", 1))
    again = rig.deliver(
        good=message("inbox/good"),
        bad=message("inbox/bad"),
        slow=message("inbox/slow"),
        both=both,
        test=setup_message(),
        strange="{}",
        removed=s3_message(record("inbox/good", 1, "ObjectRemoved:Delete")),
    )
    assert again == ["slow", "both", "strange"]
    assert rig.outputs() == {"outbox/good.png", "outbox/bad.json"}


@pytest.mark.parametrize("body", ["", "[]", "null", "{}", '{"Records": [{}]}', '{"Records": 1}'])
def test_a_message_of_somebody_elses_ends_among_the_dead_letters(rig: Rig, body: str) -> None:
    assert rig.deliver(one=body) == ["one"]


def test_a_picture_in_another_bucket_ends_among_the_dead_letters(
    rig: Rig, message: Callable[..., str]
) -> None:
    rig.put("inbox/1.jpg", jpeg())
    assert rig.deliver(one=message("inbox/1.jpg", bucket="another")) == ["one"]
    assert rig.outputs() == set()


def test_while_s3_is_down_everything_comes_again(rig: Rig, message: Callable[..., str]) -> None:
    (port,) = free_ports(1)
    rig.changes = {"bucket_url": f"http://127.0.0.1:{port}/{BUCKET}"}
    again = rig.deliver(
        one=message("inbox/1.jpg"), folder=message("inbox/a/"), two=message("inbox/2.jpg")
    )
    assert again == ["one", "two"]
    assert rig.outcomes == ["Storage", "NoPicture", "Storage"]


def test_wrong_keys_are_no_missing_picture(rig: Rig, message: Callable[..., str]) -> None:
    """S3 answers 403 to both."""
    rig.put("inbox/1.jpg", jpeg())
    rig.changes = {"access_key_id": "AKIDSTRANGER"}
    assert rig.deliver(one=message("inbox/1.jpg")) == ["one"]


def test_a_full_bucket_is_tried_again(rig: Rig, message: Callable[..., str]) -> None:
    rig.s3.create_bucket("full-outbox")
    rig.s3.client.put_object(Bucket="full-outbox", Key="inbox/1.jpg", Body=jpeg())
    rig.s3.fill("full-outbox")
    rig.changes = {"bucket_url": f"{rig.s3.endpoint}/full-outbox"}
    assert rig.deliver(one=message("inbox/1.jpg", bucket="full-outbox")) == ["one"]
    assert rig.outcomes == ["Storage"]


@pytest.mark.parametrize(("seconds", "again"), [(30.9, ["one"]), (32, [])])
def test_what_cant_be_begun_in_time_comes_again(
    rig: Rig, message: Callable[..., str], seconds: float, again: list[str]
) -> None:
    """30 s for a picture, and 1 s to answer in."""
    rig.put("inbox/1.jpg", jpeg())
    assert rig.deliver(Context(seconds), one=message("inbox/1.jpg")) == again
    assert rig.outcomes == (["TooSlow"] if again else ["ok"])


def test_the_largest_picture(rig: Rig) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (1024, 1024, 3), np.uint8)
    large = Image.fromarray(noise).resize((4096, 4096))
    assert rig.arrive("inbox/large.jpg", jpeg(large, quality=60)) == []
    assert Image.open(BytesIO(rig.found("outbox/large.jpg.png")["Body"])).size == (4096, 4096)


def test_the_log_tells_of_each_picture_and_names_none(rig: Rig) -> None:
    rig.arrive("inbox/secret/holiday.jpg", jpeg())
    (line,) = rig.lines
    assert (line["outcome"], line["source"], line["message_id"]) == ("ok", "inbox", "one")
    assert line["request_id"] == "an-id-of-lambda"
    times, _ = line["_aws"]["CloudWatchMetrics"]
    stages = ["look", "fetch", "decode", "segment", "refine", "compose", "encode", "answer"]
    assert {each["Name"] for each in times["Metrics"]} == {*stages, "milliseconds", "undecided"}
    assert "holiday" not in json.dumps(line)
    assert "secret" not in json.dumps(line)


def test_a_function_without_a_bucket_says_so() -> None:
    with pytest.raises(NoBucketError):
        Objects(Settings()).look_at("outbox/1.png", Deadline.after(10))


def test_png_and_jpeg_of_one_name_stay_apart(rig: Rig) -> None:
    contents: dict[str, Any] = {"inbox/1.jpg": jpeg(), "inbox/1.png": png()}
    for key, content in contents.items():
        rig.arrive(key, content)
    assert rig.outputs() == {"outbox/1.jpg.png", "outbox/1.png.png"}
