"""Fit the decoder, then the encoder's later stages with it: seeded, on the CPU.

The loss is the binary cross-entropy, plus twice the mean absolute error, plus half of one minus the
soft intersection over union.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from time import perf_counter

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn.functional import (
    affine_grid,
    binary_cross_entropy_with_logits,
    grid_sample,
    interpolate,
)

from model.recipe.tinyvit.decoder_torch import Decoder
from model.recipe.tinyvit.encoder_torch import LaterStages
from model.recipe.tinyvit.features import Observed

BATCH = 8
KEEP = 0.995
"""Share of the running mean of the weights that a step keeps; that mean is the result."""
LARGEST_NORM = 1.0
ENCODER_DECAY, DECODER_DECAY = 0.05, 0.02
CROPPED, SMALLEST_CROP = 0.7, 0.55
"""Share of pictures of which a part is shown, and that part's least side."""
GREY = 0.15
"""Share of pictures shown to the decoder without colour."""

Indices = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Course:
    """Set how long and how fast to fit. An encoder rate of 0 leaves the encoder as it is."""

    epochs: int
    decoder_rate: float
    encoder_rate: float = 0.0
    warm_up: float = 0.15


DECODER_FIRST = Course(epochs=5, decoder_rate=2e-3)
TOGETHER = Course(epochs=3, decoder_rate=1e-3, encoder_rate=2e-4, warm_up=0.1)


class Expert(nn.Module):
    """Hold what is fitted: the encoder's later stages and the decoder."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = LaterStages()
        self.decoder = Decoder()

    def forward(self, parts: Mapping[str, Tensor], fit_encoder: bool) -> Tensor:
        """Return logits of shape (n, 1, 112, 112)."""
        if fit_encoder:
            with torch.autocast("cpu", torch.bfloat16, enabled=self.training):
                stride16 = self.encoder(parts["stride8"]).float()
        else:
            stride16 = parts["stride16"]
        features = [stride16, parts["stride8"], parts["stride4"]]
        return self.decoder(features, parts["picture"])


def fit(expert: Expert, observed: Observed, indices: Indices, course: Course, seed: int) -> None:
    """Fit `expert` in place on the pictures at `indices`."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    optimizer = _optimizer(expert, course)
    groups = optimizer.param_groups
    steps = course.epochs * (len(indices) // BATCH)
    rate = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, [group["lr"] for group in groups], steps, pct_start=course.warm_up
    )
    mean = {name: value.clone() for name, value in expert.state_dict().items()}
    expert.train()
    total, start = 0.0, perf_counter()
    for step, chosen in enumerate(_batches(rng, indices, course.epochs), start=1):
        parts = batch(observed, chosen, rng)
        logits = expert(parts, fit_encoder=bool(course.encoder_rate))
        error = loss(logits, parts["truth"])
        optimizer.zero_grad()
        error.backward()
        nn.utils.clip_grad_norm_([p for g in groups for p in g["params"]], LARGEST_NORM)
        optimizer.step()
        rate.step()
        _average(mean, expert, min(KEEP, step / (step + 9)))
        total += float(error.detach())
        if step % 50 == 0:
            seconds = perf_counter() - start
            print(f"{step}/{steps} loss {total / 50:.4f}, {seconds:.0f} s", flush=True)
            total = 0.0
    expert.load_state_dict(mean)
    expert.eval()


def _optimizer(expert: Expert, course: Course) -> torch.optim.Optimizer:
    """Return an optimizer of what the course fits."""
    fitted = [(expert.decoder, course.decoder_rate, DECODER_DECAY)]
    if course.encoder_rate:
        fitted.append((expert.encoder, course.encoder_rate, ENCODER_DECAY))
    return torch.optim.AdamW(
        [
            {"params": list(part.parameters()), "lr": rate, "weight_decay": decay}
            for part, rate, decay in fitted
        ]
    )


def loss(logits: Tensor, truth: Tensor) -> Tensor:
    """Return the loss of logits against a truth of twice their side."""
    logits = interpolate(logits, truth.shape[-2:], mode="bilinear")
    alpha = torch.sigmoid(logits)
    common = torch.minimum(alpha, truth).sum((1, 2, 3)) + 1
    union = torch.maximum(alpha, truth).sum((1, 2, 3)) + 1
    entropy = binary_cross_entropy_with_logits(logits, truth)
    return entropy + 2 * (alpha - truth).abs().mean() + 0.5 * (1 - common / union).mean()


def batch(observed: Observed, chosen: Indices, rng: np.random.Generator) -> dict[str, Tensor]:
    """Return mirrored, cropped and recoloured parts of the pictures `chosen`.

    Both the picture and its truth are float32, 0..1.
    """
    parts = {name: load(observed, name, chosen) for name in observed.parts}
    places = torch.from_numpy(np.stack([_place(rng) for _ in chosen]))
    warped = {name: _warped(each, places) for name, each in parts.items()}
    return warped | {"picture": _recoloured(warped["picture"], rng)}


def load(observed: Observed, name: str, chosen: Indices) -> Tensor:
    """Return one part of the pictures `chosen` as float32; bytes become 0..1."""
    stacked = np.stack([observed.parts[name][index] for index in chosen])
    part = torch.from_numpy(stacked).float()
    if stacked.dtype == np.uint8:
        part = part / 255
    return part[:, None] if part.ndim == 3 else part


def _batches(rng: np.random.Generator, indices: Indices, epochs: int) -> Iterator[Indices]:
    for _ in range(epochs):
        order = rng.permutation(indices)
        for first in range(0, len(order) - BATCH + 1, BATCH):
            yield order[first : first + BATCH]


def _place(rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """Return the affine map, shape (2, 3), of a part of the picture, mirrored or not."""
    scale = rng.uniform(SMALLEST_CROP, 1, 2) if rng.random() < CROPPED else np.ones(2)
    if rng.random() < 0.5:
        scale = np.full(2, scale.mean())
    centre = rng.uniform(-1, 1, 2) * (1 - scale)
    mirrored = -1 if rng.random() < 0.5 else 1
    rows = [[scale[0] * mirrored, 0, centre[0]], [0, scale[1], centre[1]]]
    return np.array(rows, np.float32)


def _warped(part: Tensor, places: Tensor) -> Tensor:
    grid = affine_grid(places, part.shape, align_corners=False)
    return grid_sample(part, grid, padding_mode="reflection", align_corners=False)


def _recoloured(picture: Tensor, rng: np.random.Generator) -> Tensor:
    """Return the picture with another contrast, brightness and tint, and some without colour."""
    count = len(picture)
    drawn = torch.from_numpy(rng.normal(0, 1, (count, 5)).astype(np.float32))[:, :, None, None]
    contrast, brightness, tint = 1 + 0.2 * drawn[:, :1], 0.1 * drawn[:, 1:2], 0.05 * drawn[:, 2:]
    changed = ((picture - 0.5) * contrast + 0.5 + brightness + tint).clamp(0, 1)
    grey = torch.from_numpy((rng.random(count) < GREY).astype(np.float32))[:, None, None, None]
    return changed * (1 - grey) + changed.mean(1, keepdim=True) * grey


def _average(mean: dict[str, Tensor], expert: Expert, keep: float) -> None:
    for name, value in expert.state_dict().items():
        if value.dtype.is_floating_point:
            mean[name].mul_(keep).add_(value, alpha=1 - keep)
