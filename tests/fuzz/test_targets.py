"""Each fuzz target on its seeds, and on what hypothesis thinks of: a run of seconds, without
coverage to guide it. The longer ones are `make fuzz`."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.targets import TARGETS

EACH = pytest.mark.parametrize("name", TARGETS)


@EACH
def test_seeds(name: str) -> None:
    for seed in TARGETS[name].seeds:
        TARGETS[name].check(seed)


@EACH
@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_bytes(name: str, data: st.DataObject) -> None:
    TARGETS[name].check(data.draw(st.binary(max_size=200)))


@EACH
@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_damaged_seeds(name: str, data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from(TARGETS[name].seeds)))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content)))
        content[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=8))
    TARGETS[name].check(bytes(content))
