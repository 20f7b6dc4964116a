"""Compare an expert with its published network."""

import numpy as np
import onnxruntime as ort
from onnx import ModelProto
from PIL import Image

from model.recipe.experts import Expert
from model.recipe.graph import GraphError
from model.recipe.pictures import ExpertInput

CLOSE = 0.001
"""Largest mean distance of the alphas. They differ because fp16 constants are computed in fp32,
and the padding of the first layer has another grey."""


def check_same(expert: Expert, published: bytes, built: ModelProto, data: ExpertInput) -> None:
    """Raise `GraphError` where the fp32 expert differs from the published graph.

    `data` is a picture as experts take it. A published graph of a fixed side other than the
    expert's can't be compared.
    """
    original = ort.InferenceSession(published, providers=["CPUExecutionProvider"])
    entry = original.get_inputs()[0]
    if entry.shape[2] not in (expert.side, *(s for s in entry.shape if isinstance(s, str))):
        return
    output = original.get_outputs()[expert.output].name
    expected = original.run([output], {entry.name: _normalised(expert, data)})[0][0, 0]
    session = ort.InferenceSession(built.SerializeToString(), providers=["CPUExecutionProvider"])
    logits = Image.fromarray(session.run(None, {"input": data})[0][0, 0])
    stretched = logits.resize(expected.shape[::-1], Image.Resampling.BILINEAR)
    alpha = 1 / (1 + np.exp(-np.asarray(stretched)))
    off = float(np.abs(alpha - expected).mean())
    if off > CLOSE:
        raise GraphError(f"{expert.stem} differs by {off:.4f} from the published network")


def _normalised(expert: Expert, data: ExpertInput) -> ExpertInput:
    shape = (1, 3, 1, 1)
    unit = (data * 256 + 128) / 255
    scaled = (unit - np.reshape(expert.mean, shape)) / np.reshape(expert.deviation, shape)
    normalised: ExpertInput = scaled.astype(np.float32)
    return normalised
