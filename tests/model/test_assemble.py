"""`model.recipe.assemble` with experts of a few nodes."""

from dataclasses import replace

import numpy as np
import pytest
from onnx import ModelProto, TensorProto, helper
from PIL import Image

from model.recipe.assemble import Part, Seen, assemble, assemble_look, map_side
from model.recipe.gate import GATES, Gate
from tests.model.parts import (
    KINDS,
    Array,
    ask,
    channels_first,
    described,
    expert,
    model,
    picture,
    run,
)

FAST, BEST = GATES["fast"], GATES["best"]
PICTURE = {"picture": ("UINT8", [1, 1024, 1024, 3])}
ALPHA = {"alpha": ("UINT8", [1024, 1024])}


def closer(kind: str = "quantized") -> Part:
    return "closer", 1024, expert(kind, 1024, 8, seed=1)


def four() -> list[Part]:
    return [
        ("first", 128, expert("quantized", 128, 1, seed=3)),
        ("second", 96, expert("float", 96, 2, seed=2)),
        ("third", 64, expert("bytes", 64, 4, seed=4)),
        ("fourth", 64, expert("quantized", 64, 2, seed=5)),
    ]


def sides(experts: list[Part]) -> dict[str, int]:
    return {name: map_side(made) for name, _, made in experts}


def look(experts: list[Part], gate: Gate = FAST) -> ModelProto:
    """Return the graph of a first look."""
    return assemble_look(experts, [name for name, _, _ in experts], gate)


def last_look(new: Part, experts: list[Part]) -> ModelProto:
    """Return the graph of a last look after `experts`."""
    seen = Seen(sides(experts), max(side for _, side, _ in experts))
    return assemble_look([new], [new[0], *sides(experts)], BEST, seen, last=True)


def saying(columns: Array) -> Part:
    """An expert that says the same of every picture, by column."""
    side = len(columns)
    nodes = [
        helper.make_node("ReduceMean", ["input", "axes"], ["mean"], "mean"),
        helper.make_node("Mul", ["mean", "zero"], ["nothing"], "nothing"),
        helper.make_node("Add", ["nothing", "columns"], ["output"], "output"),
    ]
    weights: dict[str, Array] = {
        "axes": np.array([1], np.int64),
        "zero": np.array(0, np.float32),
        "columns": columns.astype(np.float32),
    }
    return "saying", side, model(nodes, weights, ("input", TensorProto.FLOAT, side), side)


def sure(logit: float) -> Part:
    """An expert that says `logit` on the left, its contrary on the right."""
    return saying(np.where(np.arange(32) < 16, logit, -logit))


def whole_and_parted(kind: str, *, plain: bool) -> tuple[Array, Array]:
    """Return the alpha of one graph of all, and that of the second look after the first."""
    pixels, experts = {"picture": picture()}, four()
    whole = run(assemble([closer(kind), *experts], BEST), pixels, plain=plain)
    seen = run(look(experts), pixels, plain=plain)
    second = last_look(closer(kind), experts)
    feed = pixels | {name: seen[name] for name in sides(experts)}
    return whole["alpha"], run(second, feed, plain=plain)["alpha"]


@pytest.mark.parametrize("kind", KINDS)
def test_both_looks_give_what_one_graph_of_all_gives_bit_for_bit(kind: str) -> None:
    whole, parted = whole_and_parted(kind, plain=True)
    assert np.array_equal(parted, whole)
    assert whole.std() > 40, "the experts say nothing"
    assert len(np.unique(whole)) > 100, "the experts say yes or no"


def test_each_of_three_looks_gives_what_one_graph_of_its_experts_gives() -> None:
    """The experts of the second look shrink the picture through the first one's side."""
    pixels, experts = {"picture": picture()}, four()
    names = [name for name, _, _ in experts]
    glance = [experts[0], experts[3]]
    seen = run(look(glance, FAST.of([0, 3])), pixels, plain=True)
    whole = run(assemble(glance, FAST.of([0, 3])), pixels, plain=True)
    assert np.array_equal(seen["alpha"], whole["alpha"])
    second = assemble_look(experts[1:3], names, FAST, Seen(sides(glance), 128))
    seen |= run(second, pixels | {name: seen[name] for name in sides(glance)}, plain=True)
    expected = run(look(experts), pixels, plain=True)
    for name in ("alpha", "doubt", *names):
        assert np.array_equal(seen[name], expected[name]), f"{name} is another"
    assert "apart" not in described(second.graph.output)
    third = last_look(closer(), experts)
    given = pixels | {name: seen[name] for name in names}
    whole = run(assemble([closer(), *experts], BEST), pixels, plain=True)
    assert np.array_equal(run(third, given, plain=True)["alpha"], whole["alpha"])


def test_onnxruntimes_layouts_move_that_by_no_more_than_a_step() -> None:
    """It enlarges a map in blocks of channels where the Conv before it is in the same graph."""
    whole, parted = whole_and_parted("quantized", plain=False)
    off = np.abs(parted.astype(int) - whole)
    assert off.max() <= 1
    assert (off > 0).mean() < 1e-3


def test_the_first_look_gives_the_alpha_of_its_experts_alone() -> None:
    pixels, experts = {"picture": picture()}, four()
    first, whole = (
        run(made, pixels, plain=True)["alpha"] for made in (look(experts), assemble(experts, FAST))
    )
    assert np.array_equal(first, whole)


def test_the_first_look_takes_a_picture_and_gives_alpha_doubt_and_each_experts_logits() -> None:
    made = look(four())
    assert described(made.graph.input) == PICTURE
    assert described(made.graph.output) == ALPHA | {
        "doubt": ("FLOAT", [1]),
        "apart": ("FLOAT", [1]),
        "first": ("FLOAT", [1, 1, 128, 128]),
        "second": ("FLOAT", [1, 1, 48, 48]),
        "third": ("FLOAT", [1, 1, 16, 16]),
        "fourth": ("FLOAT", [1, 1, 32, 32]),
    }


def test_the_second_look_takes_the_picture_and_the_firsts_logits() -> None:
    experts = four()
    made = last_look(closer(), experts)
    given = described(look(experts).graph.output)
    logits = {name: given[name] for name in sides(experts)}
    assert list(described(made.graph.input).items()) == list((PICTURE | logits).items())
    assert described(made.graph.output) == ALPHA


@pytest.mark.parametrize("count", [0, 4])
def test_a_graph_of_all_takes_a_picture_and_gives_an_alpha(count: int) -> None:
    made = assemble([closer(), *four()[:count]], BEST)
    assert described(made.graph.input) == PICTURE
    assert described(made.graph.output) == ALPHA


def test_experts_of_every_kind_are_given_the_pictures_own_bytes() -> None:
    """Use the picture's own side, at which nothing is shrunk; weights have the same names."""
    pixels = picture()
    experts = [(kind, 1024, expert(kind, 1024, 16, seed)) for seed, kind in enumerate(KINDS)]
    gate = replace(FAST, prior=(0.0,) * len(KINDS), review=None)
    found = run(look(experts, gate), {"picture": pixels})
    for kind, _, made in experts:
        expected = ask(made, channels_first(pixels))
        assert expected.std() > 0.3, "the expert says nothing"
        assert np.allclose(found[kind], expected, atol=1e-5), f"an expert of {kind} sees another"


@pytest.mark.parametrize("side", [64, 448])
def test_a_smaller_expert_is_given_the_picture_as_pillow_shrinks_it(side: int) -> None:
    pixels = picture()
    small = Image.fromarray(pixels[0]).resize((side, side), Image.Resampling.BILINEAR)
    made = expert("bytes", side, 1)
    graph = look([("expert", side, made)])
    found = run(graph, {"picture": pixels})["expert"]
    shrunk = channels_first(np.asarray(small)[np.newaxis])
    expected = ask(made, shrunk)
    step = np.abs(ask(made, shrunk ^ 1) - expected).max()
    assert np.abs(found - expected).max() < step, "it is more than a step of some pixel off"


def test_every_quantizer_of_the_input_is_fed_with_bytes() -> None:
    made = expert("quantized", 1024, 16)
    (first,) = (node for node in made.graph.node if node.op_type == "QuantizeLinear")
    nodes = [helper.make_node("QuantizeLinear", first.input, ["again"], "again")]
    nodes.append(helper.make_node("DequantizeLinear", ["again", *first.input[1:]], ["twin"]))
    nodes += list(made.graph.node)
    nodes[-3].input[0] = "both"
    nodes.insert(-3, helper.make_node("Sub", ["values", "twin"], ["none"], "none"))
    nodes.insert(-3, helper.make_node("Add", ["none", "twin"], ["both"], "both"))
    del made.graph.node[:]
    made.graph.node.extend(nodes)
    pixels = picture()
    graph = look([("expert", 1024, made)])
    kinds = [node.op_type for node in graph.graph.node if node.output[0].startswith("expert/")]
    assert "QuantizeLinear" not in kinds
    expected = ask(expert("bytes", 1024, 16), channels_first(pixels))
    assert np.allclose(run(graph, {"picture": pixels})["expert"], expected, atol=1e-5)


def test_inputs_that_an_operator_does_without_stay_so() -> None:
    nodes = [
        helper.make_node("Clip", ["input", "", "most"], ["clipped"], "clip"),
        helper.make_node("ReduceMean", ["clipped", "axes"], ["mean"], "mean"),
        helper.make_node("Resize", ["mean", "", "", "sizes"], ["output"], "resize", mode="linear"),
    ]
    weights: dict[str, Array] = {
        "most": np.array(0.25, np.float32),
        "axes": np.array([1], np.int64),
        "sizes": np.array([1, 1, 256, 256], np.int64),
    }
    made = model(nodes, weights, ("input", TensorProto.FLOAT, 1024), 256)
    pixels = picture()
    graph = look([("expert", 1024, made)])
    found = run(graph, {"picture": pixels})["expert"]
    assert np.allclose(found, ask(made, channels_first(pixels)), atol=1e-6)


def test_an_expert_alone_is_left_as_it_is_without_doubt() -> None:
    found = run(look([sure(2)]), {"picture": picture()})
    yes, no = (round(255 / (1 + np.exp(-logit))) for logit in (2, -2))
    assert (found["alpha"][:, :480] == yes).all()
    assert (found["alpha"][:, -480:] == no).all()
    assert found["doubt"].tolist() == [0]


def named(*logits: float) -> list[Part]:
    """Experts that are as sure of the left as `logits` say."""
    return [(f"expert{index}", *sure(logit)[1:]) for index, logit in enumerate(logits)]


def test_what_all_are_sure_of_is_object() -> None:
    found = run(look(named(9, 9, 9, 9)), {"picture": picture()})
    assert (found["alpha"][:, :480] == 255).all()
    assert (found["alpha"][:, -480:] == 0).all()
    assert found["doubt"][0] == pytest.approx(0, abs=0.01)


def test_doubt_is_how_far_the_fused_alpha_is_from_that_of_the_first_expert() -> None:
    against = run(look(named(-9, 9, 9, 9)), {"picture": picture()})["doubt"]
    assert against[0] == pytest.approx(1, abs=0.05), "the first expert is outvoted everywhere"
    other = run(look(named(9, -9, 9, 9)), {"picture": picture()})["doubt"]
    assert other[0] == pytest.approx(0, abs=0.05), "another expert is outvoted"
    found = run(look(named(2, 2, 2, 2)), {"picture": picture()})
    apart = found["alpha"][0, 0] / 255 - 1 / (1 + np.exp(-2))
    assert apart > 0.05, "the fusion adds nothing to what all say"
    assert found["doubt"][0] == pytest.approx(apart, abs=0.01)


def test_apart_is_how_far_the_first_experts_alpha_is_from_that_of_the_last() -> None:
    found = run(look(named(9, -9, -9, 2)), {"picture": picture()})["apart"]
    near, far = 1 / (1 + np.exp(-9)), 1 / (1 + np.exp(-2))
    assert found[0] == pytest.approx(near - far, abs=0.01)
    assert run(look(named(2, 9, 9, -2)), {"picture": picture()})["apart"][0] > 0.7


def test_detail_that_the_first_expert_has_drawn_is_sharp() -> None:
    """Alone, the fusion makes bars of ±1.5 of it."""
    bars = saying(np.where(np.arange(256) // 2 % 2, 9, -9))
    gate = Gate(0.0, 0.0, 0.0, 0.0, (0.0,) * 4, 1.0, 0.0)
    experts = [("bars", *bars[1:]), *named(0, 0, 0)]
    for made in (look(experts, gate), assemble(experts, gate)):
        alpha = run(made, {"picture": picture()})["alpha"][300:700, 300:700]
        assert np.isin(alpha, (0, 255)).mean() > 0.4, "the bars are soft"


def test_each_logit_of_the_first_look_counts_in_the_second() -> None:
    pixels, experts = picture(), four()
    seen = run(look(experts), {"picture": pixels})
    logits = {name: seen[name] for name in sides(experts)}
    made = last_look(closer(), experts)
    before = run(made, {"picture": pixels, **logits})["alpha"].astype(int)
    for name, value in logits.items():
        after = run(made, {"picture": pixels, **logits, name: -value})["alpha"]
        assert np.abs(after - before).mean() > 1, f"{name} has no say"


def test_experts_can_be_used_again() -> None:
    """Each is in several graphs, so none may be changed."""
    experts = four()
    kept: list[ModelProto] = []
    for _, _, made in experts:
        kept.append(ModelProto())
        kept[-1].CopyFrom(made)
    look(experts)
    assemble([closer(), *experts], BEST)
    assert [made for _, _, made in experts] == kept
