"""Fit the second pass of trust: ``python -m model.recipe.fit_review --maps FOLDER``.

FOLDER holds the experts' logits for the training pictures, at the gate's grid:

- ``sets.json``: the name of each picture's set;
- ``logits.npy``: float16 of shape (pictures, 5, 256, 256), by the int8 experts of the second look,
  in their order. TinyViT's are those of its folds (``python -m model.recipe.tinyvit --fold``), so
  that it is trusted as much as it deserves on pictures that it hasn't seen;
- ``truth.npy``: uint8 of shape (pictures, 256, 256).

No command writes that folder: put it together from `model.recipe.fit_gate.observe` and the folds'
logits. The shipped numbers come from files with these sha256, which the command prints as well:
7b3f9d92 (logits), ad1ea405 (sets), 10ac2f10 (truth).

The first pass stays as `model.recipe.gate` has it. Both looks are fitted at once, with priors of
their own. A picture counts by the logarithm of its error, and more if the error is above 0.1, or
0.02 above the better peer's. Eight epochs take twenty seconds of one core after a minute of looking
at the maps, and torch (2.14, CPU). The folds are fitted as well, without their sources, and tell
how far the result carries.
"""

import json
from argparse import ArgumentParser
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import geometric_mean
from typing import Any, Self, TypeAlias

import numpy as np
import numpy.typing as npt
import onnxruntime as ort
import torch
from onnx import TensorProto, helper
from torch import Tensor, nn
from torch.nn import functional

from cutout.refine.refine import CEILING, FLOOR
from model.recipe.experts import FUSED
from model.recipe.fit_gate import fused
from model.recipe.gate import CELLS, CLIP, CONFIDENT, GATES, GRID, Gate, Review
from model.recipe.graph import IR_VERSION, OPSET
from model.recipe.graph_builder import GraphBuilder
from model.recipe.manifest import digest
from model.recipe.tinyvit.folds import FOLDS
from model.recipe.trust import review_terms

SEED, EPOCHS, BATCH, RATE, WARM = 0, 8, 32, 0.15, 0.1
START = (1.0, 1.0, 0.0, 0.0)
"""Evidence, agreement, near and far, as if there were no second pass."""
SCALES = (1.0, 1.0, -5.0, -5.0)
REVIEWED = ("fast", "best")
MEMBERS = {name: [FUSED["best"].index(expert) for expert in FUSED[name]] for name in REVIEWED}
Array: TypeAlias = npt.NDArray[Any]


@dataclass(frozen=True)
class Maps:
    """Hold the experts' logits for the pictures, and the truth, as in the folder."""

    sets: Array
    logits: Array
    truth: Array

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Map the arrays of the folder; print the files' digests."""
        for path in sorted(folder.iterdir()):
            print(f"{path.name} {digest(path)}", flush=True)
        arrays = [np.load(folder / f"{name}.npy", mmap_mode="r") for name in ("logits", "truth")]
        return cls(np.array(json.loads((folder / "sets.json").read_text())), *arrays)

    def chosen(self, sets: tuple[str, ...]) -> Array:
        """Return the indices of the pictures of these sets."""
        return np.flatnonzero(np.isin(self.sets, sets))

    def peers(self) -> Array:
        """Return the errors of ISNet at 1024 and of U²-Net alone, shape (pictures, 2).

        Each alpha is stretched to 0..1 as rembg does.
        """
        found = []
        for logits, truth in zip(self.logits, self.truth, strict=True):
            alpha = 1 / (1 + np.exp(-logits[[0, 2]].astype(np.float32)))
            low, high = (f(alpha, axis=(1, 2), keepdims=True) for f in (np.min, np.max))
            stretched = (alpha - low) / np.maximum(high - low, 1e-6)
            found.append(np.abs(stretched - truth / np.float32(255)).mean(axis=(1, 2)))
        return np.stack(found)


@dataclass(frozen=True)
class Look:
    """Hold what the second pass of one model sees of each picture."""

    terms: Tensor
    """Float16 of shape (pictures, experts, 4, blocks, blocks)."""
    logits: Tensor
    """Float16 of shape (pictures, experts, cells, cells)."""

    @classmethod
    def observe(cls, maps: Maps, name: str) -> Self:
        """Run the first pass over all pictures."""
        session = ort.InferenceSession(_terms_graph(GATES[name]))
        inputs = [each.name for each in session.get_inputs()]
        terms, cells = [], []
        for picture in maps.logits:
            logits = picture[MEMBERS[name]].astype(np.float32)
            feed = dict(zip(inputs, logits[:, np.newaxis, np.newaxis], strict=True))
            found = [each[0] for each in session.run(None, feed)]
            terms.append(np.stack(np.broadcast_arrays(*found), 1).astype(np.float16))
            clipped = _pooled(np.clip(logits, -CONFIDENT, CONFIDENT))
            cells.append(np.clip(clipped, -CLIP, CLIP).astype(np.float16))
        return cls(torch.from_numpy(np.stack(terms)), torch.from_numpy(np.stack(cells)))


def _terms_graph(gate: Gate) -> bytes:
    names = [f"expert_{index}" for index in range(len(gate.prior))]
    builder = GraphBuilder()
    terms = review_terms(builder, names, gate)
    outputs = (terms.evidence, terms.agreement, terms.near, terms.far)
    shape = [1, 1, GRID, GRID]
    graph = helper.make_graph(
        builder.nodes,
        "terms",
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in names],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
        builder.constants,
    )
    imports = [helper.make_opsetid("", OPSET)]
    made = helper.make_model(graph, opset_imports=imports, ir_version=IR_VERSION)
    return bytes(made.SerializeToString())


def _pooled(maps: Array) -> Array:
    """Return the means of cells, of maps of shape (..., GRID, GRID)."""
    size = GRID // CELLS
    means: Array = maps.reshape(*maps.shape[:-2], CELLS, size, CELLS, size).mean((-3, -1))
    return means


@dataclass(frozen=True)
class Lessons:
    """Hold everything that is fitted on."""

    sets: Array
    looks: Mapping[str, Look]
    truth: Tensor
    """Shape (pictures, 1, cells, cells), 0..1."""
    better: Tensor
    """The better peer's error on each picture."""

    @classmethod
    def of(cls, maps: Maps, peers: Array) -> Self:
        """Look at all pictures once."""
        truth = np.stack([_pooled(each / np.float32(255)) for each in maps.truth])
        return cls(
            maps.sets,
            {name: Look.observe(maps, name) for name in REVIEWED},
            torch.from_numpy(truth[:, np.newaxis]),
            torch.from_numpy(peers.min(axis=1)),
        )


class Trust(nn.Module):
    """Weigh the terms, as `model.recipe.trust` does."""

    def __init__(self) -> None:
        super().__init__()
        self.weights = nn.Parameter(torch.tensor(START))
        self.prior = nn.Parameter(torch.zeros(len(FUSED["best"])))
        self.heat = nn.Parameter(torch.zeros(1))

    def forward(self, look: Look, name: str, chosen: Tensor) -> Tensor:
        """Return the fused logits before the choice, shape (pictures, 1, cells, cells)."""
        weights = (self.weights * torch.tensor(SCALES))[None, None, :, None, None]
        prior = torch.tensor(GATES[name].prior) + self.prior[MEMBERS[name]]
        trust = (look.terms[chosen].float() * weights).sum(2) + prior[None, :, None, None]
        trust = functional.interpolate(trust, size=(CELLS, CELLS), mode="bilinear")
        shares = torch.softmax(trust * torch.exp(self.heat), 1)
        logits = look.logits[chosen].float()
        return (shares * logits).sum(1, keepdim=True) * GATES[name].gain

    def penalty(self) -> Tensor:
        """Return how far the numbers are from those without a second pass."""
        moved = self.weights - torch.tensor(START)
        return 0.003 * (moved**2).sum() + 0.01 * (self.prior**2).sum()

    def review(self, name: str, digits: int = 2) -> Review:
        """Return the numbers as the gate has them, rounded."""
        with torch.no_grad():
            heat = torch.exp(self.heat)
            # the two distances are taken away
            weights = (self.weights * torch.tensor(SCALES).abs() * heat).tolist()
            prior = (torch.tensor(GATES[name].prior) + self.prior[MEMBERS[name]]) * heat
        evidence, agreement, near, far = (round(each, digits) for each in weights)
        priors = tuple(round(each, digits) for each in prior.tolist())
        return Review(evidence, agreement, near, far, priors)


def fit(lessons: Lessons, pictures: Array) -> Trust:
    """Return the trust fitted on these pictures. Every set counts by the root of its size."""
    rng, trust = np.random.default_rng(SEED), Trust()
    sets = lessons.sets[pictures]
    odds = np.array([(lessons.sets == each).sum() ** -0.5 for each in sets])
    steps = EPOCHS * len(pictures) // BATCH
    optimizer = torch.optim.Adam(trust.parameters(), RATE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, steps, pct_start=WARM)
    for _ in range(steps):
        name = "best" if rng.random() < 0.5 else "fast"
        chosen = torch.as_tensor(rng.choice(pictures, BATCH, p=odds / odds.sum()))
        logits = trust(lessons.looks[name], name, chosen)
        loss = _loss(logits, lessons.truth[chosen], lessons.better[chosen], GATES[name].choice)
        optimizer.zero_grad()
        (loss + trust.penalty()).backward()
        nn.utils.clip_grad_norm_(trust.parameters(), 1.0)
        optimizer.step()
        schedule.step()
    return trust


def _loss(logits: Tensor, truth: Tensor, better: Tensor, choice: float) -> Tensor:
    """Return the mean loss over the pictures.

    Half of an error is that of the alpha before areas become object or background.
    """
    soft = torch.sigmoid(logits)
    with torch.no_grad():
        doubt = functional.avg_pool2d(4 * soft * (1 - soft), 3, 1, 1, count_include_pad=False)
    chosen = torch.sigmoid(logits * (1 + choice * doubt))
    levelled = ((chosen * 255 - FLOOR) / (CEILING - FLOOR)).clamp(0, 1)
    wrong = ((levelled - truth).abs() + (soft - truth).abs()).mean((1, 2, 3)) / 2
    lost, failed = functional.relu(wrong - better - 0.02), functional.relu(wrong - 0.1)
    return (torch.log(wrong + 0.01) + 3 * lost + 3 * failed).mean()


def errors(maps: Maps, pictures: Array, gate: Gate, name: str) -> Array:
    """Return the fused alpha's error on each picture, by the nodes that ship."""
    predict = fused(gate)
    return np.array(
        [
            np.abs(
                predict(maps.logits[index][MEMBERS[name]].astype(np.float32))
                - maps.truth[index] / np.float32(255)
            ).mean()
            for index in pictures
        ]
    )


def score(sets: Array, ours: Array, peers: Array) -> float:
    """Return the geometric mean over sets of our error to the better peer's on the set."""
    chosen = [sets == each for each in sorted(set(sets))]
    return geometric_mean([float(ours[q].mean() / peers[q].mean(axis=0).min()) for q in chosen])


def main() -> None:
    """Print the reviews fitted on all pictures, and the score of each fold."""
    parser = ArgumentParser(prog="python -m model.recipe.fit_review")
    parser.add_argument("--maps", type=Path, required=True, help="what the experts say")
    maps = Maps.read(parser.parse_args().maps)
    torch.set_num_threads(1)
    peers = maps.peers()
    lessons = Lessons.of(maps, peers)
    fitted = fit(lessons, np.arange(len(maps.sets)))
    for name in REVIEWED:
        print(f"{name} {fitted.review(name)}", flush=True)
    for sources in FOLDS:
        unseen = maps.chosen(sources)
        trust = fit(lessons, np.setdiff1d(np.arange(len(maps.sets)), unseen))
        for name in REVIEWED:
            once = replace(GATES[name], review=None)
            pair = (once, replace(once, review=trust.review(name)))
            before, after = (
                score(maps.sets[unseen], errors(maps, unseen, gate, name), peers[unseen])
                for gate in pair
            )
            print(f"{name} without {', '.join(sources)}: {before:.4f}, reviewed {after:.4f}")


if __name__ == "__main__":
    main()
