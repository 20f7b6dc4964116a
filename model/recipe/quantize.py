"""Quantize statically: uint8 activations, int8 weights, a scale for each channel."""

from pathlib import Path

import numpy as np
from onnx import GraphProto, load
from onnxruntime.quantization import (
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quant_pre_process,
    quantize_dynamic,
    quantize_static,
)
from onnxruntime.quantization.calibrate import TensorsData, save_tensors_data

from model.recipe.calibrate import Extremes

QUANTIZED = ["Add", "Concat", "Conv", "MaxPool", "Relu", "Resize"]
WEIGHT_BITS = 7
"""vpmaddubsw adds two products of uint8 and int8 into an int16 that saturates at 32767:
2 * 255 * 127 doesn't fit, 2 * 255 * 64 = 32640 does. CPUs with AVX2 but without VNNI use it."""

# (value - 128) / 256 comes from a byte, and this takes it back to that byte without rounding
INPUT_SCALE = {"scale": np.array(1 / 256, np.float32), "zero_point": np.array(128, np.uint8)}


def quantize(
    source: Path,
    target: Path,
    extremes: dict[str, Extremes],
    bits: int = WEIGHT_BITS,
    only: list[str] | None = None,
) -> None:
    """Write the int8 model of the fp32 model `source`.

    `extremes` name its tensors. `only` names the Convs to quantize, if the rest stays as it is.
    """
    inferred, ranges = source.with_suffix(".inferred.onnx"), source.with_suffix(".ranges.json")
    quant_pre_process(source, inferred, skip_optimization=True, skip_symbolic_shape=True)
    _write_ranges(ranges, extremes)
    quantize_static(
        inferred,
        target,
        calibration_cache_path=ranges,
        quant_format=QuantFormat.QDQ,
        op_types_to_quantize=QUANTIZED if only is None else ["Conv"],
        nodes_to_quantize=only,
        nodes_to_exclude=float_tail(load(inferred, load_external_data=False).graph)
        if only is None
        else [],
        per_channel=True,
        reduce_range=bits < 8,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        extra_options={"TensorQuantOverrides": {"input": [INPUT_SCALE]}},
    )


def quantize_products(source: Path, target: Path, bits: int = WEIGHT_BITS) -> None:
    """Write the fp32 model `source` with products of bytes for its MatMuls.

    Weights are int8, with a scale for each output channel, and activations are quantized when they
    are computed. Attention has few layers that suffer by it; convolutions, whose activations vary
    more by place, stay in fp32.
    """
    quantize_dynamic(
        source,
        target,
        op_types_to_quantize=["MatMul"],
        per_channel=True,
        reduce_range=bits < 8,
        weight_type=QuantType.QInt8,
    )


def float_tail(graph: GraphProto) -> list[str]:
    """Return the nodes from the last Conv on, which stay in fp32.

    256 levels before the sigmoid would leave steps in the alpha.
    """
    producers = {name: node for node in graph.node for name in node.output}
    node = producers[graph.output[0].name]
    tail = [node.name]
    while node.op_type != "Conv":
        node = producers[node.input[0]]
        tail.append(node.name)
    return tail


def _write_ranges(path: Path, extremes: dict[str, Extremes]) -> None:
    """Write the ranges in the form of onnxruntime's own calibrations."""
    ranges = {name: tuple(np.array([end]) for end in e.range()) for name, e in extremes.items()}
    save_tensors_data(TensorsData(CalibrationMethod.MinMax, ranges), path)
