"""The OpenAPI description says which values each parameter has."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutout.api.removebg.openapi import PARAMETERS
from cutout.api.removebg.parameters import parse
from cutout.settings import Settings

PATTERNS = {name: each["pattern"] for name, each in PARAMETERS.items() if "pattern" in each}


def test_every_text_has_a_pattern_or_a_list_of_its_values() -> None:
    free = [name for name, each in PARAMETERS.items() if not {"enum", "pattern"} & set(each)]
    assert free == ["bg_image_url"]


@pytest.mark.parametrize("name", PATTERNS)
@given(data=st.data())
def test_values_of_the_pattern_are_accepted(name: str, data: st.DataObject) -> None:
    value = data.draw(st.from_regex(PATTERNS[name], fullmatch=True))
    parse({name: value}, Settings())


@pytest.mark.parametrize(
    "name", ["size", "format", "channels", "type", "type_level", "shadow_type"]
)
def test_values_of_the_list_are_accepted(name: str) -> None:
    for value in PARAMETERS[name]["enum"]:
        parse({name: value}, Settings())
