"""A graph under construction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import NodeProto, TensorProto, helper, numpy_helper

NONE: Mapping[str, Any] = {}


@dataclass
class Sketch:
    """Hold nodes in order and the constants they use; tensors are numbered as they come, and named
    with `prefix`, so that two sketches fit into one graph."""

    prefix: str = ""
    nodes: list[NodeProto] = field(default_factory=list)
    constants: list[TensorProto] = field(default_factory=list)

    def add(
        self, operator: str, inputs: Sequence[str], attributes: Mapping[str, Any] = NONE
    ) -> str:
        """The name of the new node's only output."""
        name = f"{self.prefix}{operator}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [name], name, **attributes))
        return name

    def constant(self, value: npt.ArrayLike, dtype: npt.DTypeLike = np.float32) -> str:
        """The name of a new constant."""
        name = f"{self.prefix}constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(value, dtype), name))
        return name

    def resize(self, source: str, channels: int, side: int, *, antialias: bool = False) -> str:
        """One picture to a square, linear between pixel centres. (Sizes for `axes` alone would be
        shorter, but onnxruntime's transpose optimizer trips over them.)"""
        sizes = self.constant([1, channels, side, side], np.int64)
        attributes = {"mode": "linear", "antialias": int(antialias)}
        return self.add("Resize", [source, "", "", sizes], attributes)
