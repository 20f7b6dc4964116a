"""Build an ONNX graph node by node."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import NodeProto, TensorProto, helper, numpy_helper

NO_ATTRIBUTES: Mapping[str, Any] = {}


@dataclass
class GraphBuilder:
    """Collect nodes in the order in which they run, and the constants that they use.

    Names are numbered and begin with `prefix`, so that two builders can fill one graph.
    """

    prefix: str = ""
    nodes: list[NodeProto] = field(default_factory=list)
    constants: list[TensorProto] = field(default_factory=list)

    def add(
        self,
        operator: str,
        inputs: Sequence[str],
        attributes: Mapping[str, Any] = NO_ATTRIBUTES,
        *,
        name: str = "",
    ) -> str:
        """Append a node with one output; return the output's name, which is the node's as well."""
        name = name or f"{self.prefix}{operator}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [name], name, **attributes))
        return name

    def constant(self, value: npt.ArrayLike, dtype: npt.DTypeLike = np.float32) -> str:
        """Append a constant converted to `dtype`; return its name."""
        return self.tensor(np.asarray(value, dtype))

    def tensor(self, value: npt.NDArray[Any] | np.generic) -> str:
        """Append a constant of the value's own type; return its name."""
        name = f"{self.prefix}constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def split(self, data: str, parts: Sequence[int], axis: int = 1) -> list[str]:
        """Append a Split into parts of these lengths; return their names."""
        name = f"{self.prefix}Split_{len(self.nodes)}"
        outputs = [f"{name}.{index}" for index in range(len(parts))]
        sizes = self.constant(parts, np.int64)
        self.nodes.append(helper.make_node("Split", [data, sizes], outputs, name, axis=axis))
        return outputs

    def resize(self, source: str, channels: int, side: int, *, antialias: bool = False) -> str:
        """Append a linear Resize of one picture to a square; return its output's name.

        All four sizes are given: with `axes`, onnxruntime's transpose optimizer fails.
        """
        sizes = self.constant([1, channels, side, side], np.int64)
        attributes = {"mode": "linear", "antialias": int(antialias)}
        return self.add("Resize", [source, "", "", sizes], attributes)

    def gelu(self, name: str) -> str:
        """Append x · Φ(x), in the nodes that onnxruntime fuses to one; return its name."""
        scaled = self.add("Div", [name, self.constant(2**0.5)])
        raised = self.add("Add", [self.add("Erf", [scaled]), self.constant(1)])
        return self.add("Mul", [self.add("Mul", [name, raised]), self.constant(0.5)])
