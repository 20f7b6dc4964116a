"""Take an expert out of a graph that `model.recipe.assemble` made, to build other graphs of it."""

from onnx import ModelProto, TensorProto, checker, helper

from model.recipe.assemble import BYTES
from model.recipe.graph import IR_VERSION, OPSET, OUTPUT, GraphError


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
