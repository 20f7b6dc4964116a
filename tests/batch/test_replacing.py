"""A picture whose cut-out succeeded and now fails, or the other way round."""

import pytest

from cutout.errors import UnreadablePictureError
from cutout.pictures import Alpha, Picture
from tests.batch.conftest import Rig
from tests.conftest import middle_is_object
from tests.samples import gradient, jpeg

PNG, JSON = "outbox/1.jpg.png", "outbox/1.jpg.json"


def test_only_the_result_of_the_present_picture_stays(rig: Rig) -> None:
    for content, output in ((jpeg(), PNG), (b"GIF89a", JSON), (b"no picture", JSON), (jpeg(), PNG)):
        assert rig.arrive("inbox/1.jpg", content) == []
        assert rig.outputs() == {output}


def test_an_object_that_is_no_result_stays(rig: Rig) -> None:
    rig.put(JSON, b"notes")
    assert rig.arrive("inbox/1.jpg", jpeg()) == []
    assert rig.found(JSON)["Body"] == b"notes"
    assert rig.outputs() == {PNG, JSON}


@pytest.mark.parametrize("earlier", [jpeg(gradient(16, 12)), b"no picture"])
def test_a_newer_result_of_the_other_kind_stays(rig: Rig, earlier: bytes) -> None:
    """While one function fails at the old picture, another has made the new one's cut-out."""
    rig.arrive("inbox/1.jpg", earlier)

    def slow(_picture: Picture) -> Alpha:
        rig.segment = middle_is_object
        assert rig.arrive("inbox/1.jpg", jpeg(gradient(32, 24))) == []
        raise UnreadablePictureError

    rig.segment = slow
    assert rig.arrive("inbox/1.jpg", jpeg()) == ["one"]
    assert rig.outputs() == {PNG}
    assert rig.outcomes[-2:] == ["ok", "ChangedMeanwhile"]
