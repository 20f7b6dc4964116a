"""Assemble the looks that ship: ``python -m model.recipe.looks --out FOLDER``.

The command takes the experts out of the shipped graphs and assembles them again, after a change to
the gate or to the fusion. No network is quantized again, so that the weights stay the same.
"""

from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from pathlib import Path

from onnx import ModelProto, TensorProto, checker, helper, load, shape_inference

from model.recipe import manifest
from model.recipe.assemble import BYTES, Part, Seen, assemble_look, map_side
from model.recipe.experts import FUSED, GRAPHS, Expert
from model.recipe.gate import GATES
from model.recipe.graph import IR_VERSION, OPSET, OUTPUT, GraphError
from model.recipe.shared_weights import save_with_shared_weights

SHIPPED = Path(__file__).resolve().parents[1]


def assemble_looks(experts: Mapping[str, Sequence[Part]]) -> dict[str, ModelProto]:
    """Return the graphs of all looks by name, of the experts of each."""
    made: dict[str, ModelProto] = {}
    seen: Seen | None = None
    for name, parts in experts.items():
        order = [expert.stem for expert in FUSED[name]]
        last = name == list(experts)[-1]
        made[name] = assemble_look(parts, order, GATES[name], seen, last=last)
        sides = {expert: map_side(model) for expert, _, model in parts}
        shrunk = seen.shrunk if seen else max(side for _, side, _ in parts)
        seen = Seen({**(seen.sides if seen else {}), **sides}, shrunk)
    return made


def save_looks(looks: Mapping[str, ModelProto], folder: Path) -> None:
    """Write the graphs and their weights to `folder`."""
    order = dict.fromkeys(each.stem for name in ("fast", "best") for each in FUSED[name])
    save_with_shared_weights(looks, folder, list(order))


def shipped_experts(folder: Path) -> dict[str, list[Part]]:
    """Return the int8 experts of each look, taken out of the graphs in `folder`."""
    graphs = [shape_inference.infer_shapes(load(path)) for path in sorted(folder.glob("*.onnx"))]
    return {
        name: [_taken(expert, graphs) for expert in experts] for name, experts in GRAPHS.items()
    }


def _taken(expert: Expert, graphs: Sequence[ModelProto]) -> Part:
    logits = f"{expert.stem}/{OUTPUT}"
    for graph in graphs:
        for value in graph.graph.value_info:
            if value.name == logits:
                side = value.type.tensor_type.shape.dim[-1].dim_value
                return (
                    expert.stem,
                    expert.side,
                    extract_expert(graph, expert.stem, expert.side, side),
                )
    raise GraphError(f"no graph has the expert {expert.stem}")


def extract_expert(model: ModelProto, name: str, source_side: int, map_side: int) -> ModelProto:
    """Return the expert `name` by itself, weights included, from ``bytes`` to ``output``.

    ``bytes`` is uint8 of shape (1, 3, source_side, source_side), ``output`` logits of shape (1, 1,
    map_side, map_side). Raise `GraphError` if the expert is not in `model`.
    """
    prefix = f"{name}/"
    part = ModelProto()
    part.CopyFrom(model)
    graph = part.graph
    nodes = [n for n in graph.node if any(each.startswith(prefix) for each in n.output)]
    constants = [item for item in graph.initializer if item.name.startswith(prefix)]
    sources = {
        each for node in nodes for each in node.input if each and not each.startswith(prefix)
    }
    if len(sources) != 1:
        raise GraphError(f"{name} is not in the graph, or is fed by more than the picture")
    names = {sources.pop(): BYTES}
    for node in nodes:
        for tensors in (node.input, node.output):
            tensors[:] = [names.get(each, each.removeprefix(prefix)) for each in tensors]
        node.name = node.name.removeprefix(prefix)
    for item in constants:
        item.name = item.name.removeprefix(prefix)
    extracted = helper.make_graph(
        nodes,
        name,
        [helper.make_tensor_value_info(BYTES, TensorProto.UINT8, [1, 3] + [source_side] * 2)],
        [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, [1, 1] + [map_side] * 2)],
        constants,
    )
    opsets = [helper.make_opsetid("", OPSET)]
    made = helper.make_model(extracted, opset_imports=opsets, ir_version=IR_VERSION)
    checker.check_model(made, full_check=True)
    return made


def main() -> None:
    """Assemble the shipped experts again, and write the manifest with the new digests."""
    parser = ArgumentParser(prog="python -m model.recipe.looks")
    parser.add_argument("--out", type=Path, default=SHIPPED, help="where the files go")
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    save_looks(assemble_looks(shipped_experts(SHIPPED)), out)
    shipped = manifest.read(SHIPPED / manifest.NAME)
    manifest.write(out / manifest.NAME, shipped | manifest.describe_graphs(out))


if __name__ == "__main__":
    main()
