"""The batch on pictures with hostile ICC profiles."""

import pytest

from tests.batch.conftest import Rig
from tests.decode.laden import FORMS, NAMED, bare, laden
from tests.shown import shown


@pytest.mark.parametrize("form", FORMS)
def test_the_batch(rig: Rig, form: str) -> None:
    rig.arrive("inbox/plain.jpg", bare(form))
    wanted = shown(rig.found("outbox/plain.jpg.png")["Body"])
    for number, name in enumerate(NAMED):
        assert rig.arrive(f"inbox/{number}.jpg", laden(form, name)) == []
        assert shown(rig.found(f"outbox/{number}.jpg.png")["Body"]) == wanted, name
