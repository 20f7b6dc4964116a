"""`model.recipe.looks`: what `model.recipe.assemble` has put together is taken apart again."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from onnx import ModelProto, numpy_helper

from model.recipe.assemble import Part, Seen, assemble, assemble_look, map_side
from model.recipe.compress_weights import compress_weights
from model.recipe.gate import GATES
from model.recipe.graph import GraphError
from model.recipe.looks import extract_expert
from tests.model.parts import KINDS, ask, channels_first, described, expert, picture, run


def experts() -> list[Part]:
    """Return one of each kind, and one at the picture's own side, the first of all."""
    others = [
        (f"{kind}-{64 * seed}", 64 * seed, expert(kind, 64 * seed, 2, seed))
        for seed, kind in enumerate(KINDS, 1)
    ]
    return [("closer", 1024, expert("quantized", 1024, 4)), *others]


def first_look(parts: Sequence[Part]) -> ModelProto:
    """Return the graph of a first look, whose gate has no favourite."""
    gate = replace(GATES["fast"], prior=(0.0,) * len(parts), review=None)
    return assemble_look(parts, [name for name, _, _ in parts], gate)


def extracted(model: ModelProto, parts: Sequence[Part]) -> list[Part]:
    return [
        (name, side, extract_expert(model, name, side, map_side(made)))
        for name, side, made in parts
    ]


def test_experts_assembled_again_give_the_same_answers() -> None:
    parts, pixels = experts(), picture()
    first = first_look(parts)
    again = first_look(extracted(first, parts))
    expected, found = (run(made, {"picture": pixels}) for made in (first, again))
    assert found.keys() == expected.keys()
    for name, values in expected.items():
        assert np.array_equal(found[name], values), f"{name} is another"
    assert all(expected[name].std() > 0.3 for name, _, _ in parts), "an expert says nothing"


def test_so_do_experts_out_of_a_second_look_and_out_of_a_graph_of_all() -> None:
    parts, pixels = experts(), {"picture": picture()}
    gate = replace(GATES["best"], prior=(0.0,) * len(parts), review=None)
    whole = assemble(parts, gate)
    seen = Seen({name: map_side(made) for name, _, made in parts[1:]}, 1024)
    second = assemble_look(parts[:1], [name for name, _, _ in parts], gate, seen, last=True)
    again = [*extracted(second, parts[:1]), *extracted(whole, parts[1:])]
    expected, found = (run(made, pixels)["alpha"] for made in (whole, assemble(again, gate)))
    assert np.array_equal(found, expected)


@pytest.mark.parametrize("kind", KINDS)
def test_an_expert_by_itself_takes_bytes_and_says_what_it_said(kind: str) -> None:
    made, other = expert(kind, 1024, 16, seed=1), expert("float", 1024, 8, seed=2)
    graph = first_look([(kind, 1024, made), ("other", 1024, other)])
    found = extract_expert(graph, kind, 1024, 64)
    assert described(found.graph.input) == {"bytes": ("UINT8", [1, 3, 1024, 1024])}
    assert described(found.graph.output) == {"output": ("FLOAT", [1, 1, 64, 64])}
    pixels = channels_first(picture())
    assert np.allclose(ask(found, pixels), ask(made, pixels), atol=1e-5)


def test_an_expert_has_its_own_weights_and_no_others() -> None:
    """Two names begin alike."""
    parts: list[Part] = [
        (name, 64, expert("float", 64, 2, seed)) for seed, name in enumerate(["vit", "vit2"])
    ]
    graph = first_look(parts)
    for name, side, made in parts:
        weights = {item.name: numpy_helper.to_array(item) for item in made.graph.initializer}
        found = extract_expert(graph, name, side, 32)
        kept = {item.name: numpy_helper.to_array(item) for item in found.graph.initializer}
        assert kept.keys() - weights.keys() == {"byte_scale", "byte_zero"}
        assert all(np.array_equal(kept[key], value) for key, value in weights.items())


def test_narrow_weights_stay_narrow() -> None:
    made = expert("float", 1024, 16)
    compress_weights(made)
    pixels = picture()
    first = first_look([("expert", 1024, made)])
    found = extract_expert(first, "expert", 1024, 64)
    types = {item.name: numpy_helper.to_array(item).dtype.name for item in found.graph.initializer}
    assert types["kernel_steps"] == "int8"
    assert "kernel" not in types
    again = first_look([("expert", 1024, found)])
    expected, same = (run(each, {"picture": pixels})["expert"] for each in (first, again))
    assert np.array_equal(same, expected)


@pytest.mark.parametrize("name", ["isnet", "float", "float-64/values", "picture", "alpha"])
def test_an_expert_that_is_not_in_the_graph_is_refused(name: str) -> None:
    graph = first_look(experts()[1:])
    with pytest.raises(GraphError, match=name):
        extract_expert(graph, name, 64, 32)


def test_the_graph_stays_whole() -> None:
    parts = experts()
    graph, kept = first_look(parts), ModelProto()
    kept.CopyFrom(graph)
    extracted(graph, parts)
    assert graph == kept
