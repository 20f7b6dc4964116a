"""An ONNX graph, put together node by node."""

from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import helper, numpy_helper

Values = float | npt.NDArray[Any]


class Builder:
    """Nodes in the order in which they run; each is named after its output."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def op(self, kind: str, *inputs: str, name: str = "", **attributes: Any) -> str:  # noqa: ANN401
        """One node; its output's name."""
        name = name or f"{kind}{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], name, **attributes))
        return name

    def split(self, data: str, parts: tuple[int, ...], axis: int = 1) -> list[str]:
        """Channels apart."""
        name = f"Split{len(self.nodes)}"
        outputs = [f"{name}.{index}" for index in range(len(parts))]
        sizes = self.constant(np.array(parts))
        self.nodes.append(helper.make_node("Split", [data, sizes], outputs, name, axis=axis))
        return outputs

    def conv(self, name: str, data: str, weight: Values, bias: Values | None, **how: Any) -> str:  # noqa: ANN401
        """A convolution with constant weights."""
        parts = [weight] if bias is None else [weight, bias]
        return self.op("Conv", data, *map(self.constant, parts), name=name, **how)

    def constant(self, value: Values) -> str:
        """A new constant, float32 or int64."""
        array = np.asarray(value, np.float32 if isinstance(value, float) else None)
        name = f"constant{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def scalar(self, value: np.generic) -> str:
        """A new constant without axes, of the value's type."""
        name = f"constant{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name
