"""Keys of pictures: their longest, and those that look odd."""

from unicodedata import normalize

import pytest

from cutout.batch.places import Places
from cutout.storage.storage import AnswerKind
from tests.batch.conftest import Rig
from tests.samples import jpeg
from tests.transformed import of_type

ODD = (
    *("inbox/inbox/1.jpg", "inbox/outbox/1.jpg", "inbox/inbox", "inbox/fg-mask", "inbox/%"),
    *("inbox/a+b c%20d%2Fe.jpg", "inbox/%2e%2e/1.jpg", "inbox/ ", "inbox/a\tb\nc.jpg"),
    *(f"inbox/{normalize(form, 'é')}.jpg" for form in ("NFC", "NFD")),
)


def key_of(size: int) -> str:
    """Return a key of that many bytes, half as many characters, in folders of 121 bytes."""
    key = "inbox/" + ("ä" * 60 + "/") * 8
    return key + "a" * (size - len(key.encode()))


@pytest.mark.parametrize(("content", "suffix"), [(jpeg(), "png"), (b"GIF89a", "json")])
def test_the_longest_key_has_outputs_of_both_kinds(rig: Rig, content: bytes, suffix: str) -> None:
    """S3 accepts 1,024 bytes. "outbox/" is one longer than "inbox/", and ".json" is five."""
    key = key_of(1018)
    assert rig.arrive(key, content) == []
    assert rig.outputs() == {f"outbox/{key.removeprefix('inbox/')}.{suffix}"}


@pytest.mark.parametrize("content", [jpeg(), b"GIF89a"])
@pytest.mark.parametrize("size", [1019, 1024])
def test_a_key_whose_outputs_would_not_fit_comes_again_until_its_message_is_dead(
    rig: Rig, size: int, content: bytes
) -> None:
    """Only its message names the picture, since the log does not and no output can."""
    assert len(rig.arrive(key_of(size), content)) == 1
    assert rig.outputs() == set()
    assert rig.outcomes == ["KeyTooLong"]
    assert "fetch_ms" not in rig.lines[0]


def test_odd_keys_have_outputs_of_their_own(rig: Rig) -> None:
    for key in ODD:
        assert rig.arrive(key, jpeg()) == []
    assert rig.outcomes == ["ok"] * len(ODD)
    assert rig.outputs() == {f"outbox/{key.removeprefix('inbox/')}.png" for key in ODD}


@pytest.mark.parametrize("key", [*ODD, "inbox//1.jpg", "inbox//inbox/1.jpg", "inbox/../inbox/1"])
def test_no_output_triggers_the_function(key: str) -> None:
    (bucket,) = of_type("AWS::S3::Bucket").values()
    (events,) = bucket["NotificationConfiguration"]["Fn::If"][1]["QueueConfigurations"]
    (rule,) = events["Filter"]["S3Key"]["Rules"]
    assert rule["Name"] == "prefix"
    assert key.startswith(rule["Value"])
    for kind in (AnswerKind.PNG, AnswerKind.JSON):
        output = Places().output_key(key, kind)
        assert not output.startswith(rule["Value"])
        assert not Places().is_picture(output)
