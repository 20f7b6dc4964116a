"""Fit the gate's numbers: ``python -m model.recipe.fit_gate --experts FOLDER --train FOLDER``.

Each number is moved in turn while that helps, then the steps are halved. The error is the geometric
mean over the sets of the fused error to the best expert's there. The folds leave sources out, and
tell how far the result carries. The gain and the choice aren't fitted: the training masks are hard,
and would sharpen soft edges away. TinyViT is fitted on the same pictures, so that its own folds
(``python -m model.recipe.tinyvit --fold``) tell more about it.
"""

from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import geometric_mean
from typing import Any, Self, TypeAlias

import numpy as np
import numpy.typing as npt
import onnxruntime as ort
from onnx import ModelProto, TensorProto, helper
from PIL import Image

from cutout.refine.refine import CEILING, FLOOR
from model.recipe.experts import FUSED, Expert
from model.recipe.fusion import fuse
from model.recipe.gate import GATES, GRID, Gate
from model.recipe.graph import IR_VERSION, OPSET
from model.recipe.graph_builder import GraphBuilder
from model.recipe.pictures import expert_input, pictures_in
from model.recipe.quality import open_session
from model.recipe.tinyvit.folds import FOLDS

ROUNDS = 4
SEARCHED = ("agreement", "structure", "decided")
Maps: TypeAlias = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Example:
    """Hold one training picture at the gate's grid."""

    set: str
    logits: Maps
    """Shape (experts, 256, 256)."""
    truth: Maps
    """Shape (256, 256), 0..1."""


def observe(experts: tuple[Expert, ...], folder: Path, train: Path) -> Iterator[Example]:
    """Yield the outputs on `train` of the experts in `folder`, kept by ``model.recipe --keep``."""
    sessions = [open_session(folder / f"{expert.stem}.int8.onnx") for expert in experts]
    for images in sorted(train.glob("*/im")):
        for path in pictures_in(images):
            logits = [
                session.run(None, _feed(session, path, expert.side))[0][0, 0]
                for expert, session in zip(experts, sessions, strict=True)
            ]
            (truth,) = (images.parent / "gt").glob(f"{path.stem}.*")
            with Image.open(truth) as opened:
                mask = opened.convert("L").resize((GRID, GRID), Image.Resampling.BOX)
            scaled = np.asarray(mask, np.float32) / np.float32(255)
            yield Example(images.parent.name, np.stack([_small(x) for x in logits]), scaled)


def _feed(session: ort.InferenceSession, path: Path, side: int) -> dict[str, npt.NDArray[Any]]:
    """Return the picture as the expert takes it: as bytes, or as (value - 128) / 256."""
    (entry,) = session.get_inputs()
    data = expert_input(path, side)
    if entry.type == "tensor(uint8)":
        return {entry.name: np.rint(data * 256 + 128).astype(np.uint8)}
    return {entry.name: data}


def _small(logits: Maps) -> Maps:
    shrunk = Image.fromarray(logits).resize((GRID, GRID), Image.Resampling.BILINEAR)
    return np.asarray(shrunk)


def errors(examples: list[Example], predict: Callable[[Maps], Maps]) -> dict[str, float]:
    """Return the mean absolute error of each set."""
    found: dict[str, list[float]] = {}
    for example in examples:
        wrong = np.abs(predict(example.logits) - example.truth).mean(dtype=np.float64)
        found.setdefault(example.set, []).append(float(wrong))
    return {name: float(np.mean(values)) for name, values in found.items()}


def fused(gate: Gate) -> Callable[[Maps], Maps]:
    """Return the shipped fusion as a function, at the gate's grid."""
    session = ort.InferenceSession(_fusion(gate).SerializeToString())
    names = [item.name for item in session.get_inputs()]

    def predict(logits: Maps) -> Maps:
        feed = {
            name: each[np.newaxis, np.newaxis] for name, each in zip(names, logits, strict=True)
        }
        return _levelled(session.run(None, feed)[0][0, 0])

    return predict


def _fusion(gate: Gate) -> ModelProto:
    names = [f"expert_{index}" for index in range(len(gate.prior))]
    builder = GraphBuilder()
    output = fuse(builder, names, GRID, gate)
    shape = [1, 1, GRID, GRID]
    graph = helper.make_graph(
        builder.nodes,
        "fusion",
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in names],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, shape)],
        builder.constants,
    )
    imports = [helper.make_opsetid("", OPSET)]
    return helper.make_model(graph, opset_imports=imports, ir_version=IR_VERSION)


def _levelled(logits: Maps) -> Maps:
    """Return the alpha as `cutout.refine.refine` stretches it."""
    alpha = 1 / (1 + np.exp(-logits))
    return np.clip((alpha * 255 - FLOOR) / (CEILING - FLOOR), 0, 1)


@dataclass(frozen=True)
class Contest:
    """Hold examples, and each set's error by the best single expert."""

    examples: list[Example]
    alone: Mapping[str, float]

    @classmethod
    def of(cls, examples: list[Example]) -> Self:
        """Run every expert alone, once."""
        each = [
            errors(examples, lambda logits, i=i: _levelled(logits[i]))  # type: ignore[misc]
            for i in range(len(examples[0].logits))
        ]
        return cls(examples, {name: min(error[name] for error in each) for name in each[0]})

    def score(self, gate: Gate) -> float:
        """Return the error relative to the best single expert's on each set; smaller is better."""
        ours = errors(self.examples, fused(gate))
        return geometric_mean([ours[name] / error for name, error in self.alone.items()])


def search(contest: Contest, gate: Gate) -> Gate:
    """Return the best gate by coordinate descent from `gate`."""
    steps = [*[4.0] * len(SEARCHED), *[0.4] * (len(gate.prior) - 1)]
    best = contest.score(gate)
    for _ in range(ROUNDS):
        for index, step in enumerate(steps):
            for signed in (step, -step):
                moved = _moved(gate, index, signed)
                while (found := contest.score(moved)) < best:
                    best, gate = found, moved
                    moved = _moved(gate, index, signed)
        steps = [step / 2 for step in steps]
    return gate


def _moved(gate: Gate, index: int, step: float) -> Gate:
    """Return the gate with one number moved.

    The last expert's prior stays, since only differences matter.
    """
    if index < len(SEARCHED):
        name = SEARCHED[index]
        return replace(gate, **{name: getattr(gate, name) + step})
    prior = list(gate.prior)
    prior[index - len(SEARCHED)] += step
    return replace(gate, prior=tuple(prior))


def main() -> None:
    """Print the scores of the shipped gate, of the best one, and on each fold."""
    parser = ArgumentParser(prog="python -m model.recipe.fit_gate")
    parser.add_argument("--experts", type=Path, required=True, help="what `--keep` kept")
    parser.add_argument("--train", type=Path, required=True, help="sets, each with im/ and gt/")
    parser.add_argument("--model", choices=FUSED, default="best")
    given = parser.parse_args()
    gate = GATES[given.model]
    examples = list(observe(FUSED[given.model], given.experts, given.train))
    everything = Contest.of(examples)
    print(f"shipped {everything.score(gate):.4f} {gate}", flush=True)
    found = search(everything, gate)
    print(f"fitted {everything.score(found):.4f} {found}", flush=True)
    for sources in FOLDS:
        fitted = search(Contest.of([e for e in examples if e.set not in sources]), gate)
        unseen = [e for e in examples if e.set in sources]
        if unseen:
            contest = Contest.of(unseen)
            scores = f"fitted {contest.score(fitted):.4f}, shipped {contest.score(gate):.4f}"
            print(f"without {', '.join(sources)}: {scores}", flush=True)


if __name__ == "__main__":
    main()
