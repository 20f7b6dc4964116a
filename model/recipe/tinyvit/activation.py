"""The activation of encoder and decoder."""

from model.recipe.sketch import Sketch


def gelu(sketch: Sketch, name: str) -> str:
    """Return x · Φ(x), in the nodes that onnxruntime makes one of."""
    scaled = sketch.add("Div", [name, sketch.constant(2**0.5)])
    raised = sketch.add("Add", [sketch.add("Erf", [scaled]), sketch.constant(1)])
    return sketch.add("Mul", [sketch.add("Mul", [name, raised]), sketch.constant(0.5)])
