"""Train the network: seeded, on the CPU, resumable from a checkpoint."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, max_pool2d

from model.recipe.edge_refiner.network_torch import EdgeRefiner

SEED, BATCH_SEED = 4, 7
CROP = 128
BATCH = 12
RATE = 2e-3
LEAK = 0.02  # slope of the loss beyond 0..1, so that values outside still have a gradient
REACH = 33  # pixels: the loss covers this neighbourhood of the coarse alpha's edges

Scenes = npt.NDArray[np.uint8]
"""Shape (n, 5, side, side): red, green, blue, coarse alpha, matte."""


def train(scenes: Scenes, steps: int, checkpoint: Path) -> EdgeRefiner:
    """Return the network after `steps` steps, of which those in `checkpoint` are done."""
    torch.manual_seed(SEED)
    network = EdgeRefiner()
    optimizer = torch.optim.AdamW(network.parameters(), RATE, weight_decay=1e-4)
    course = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, steps, pct_start=0.1)
    keep = {"network": network, "optimizer": optimizer, "course": course}
    done = 0
    if checkpoint.exists():
        state = torch.load(checkpoint)
        done = state.pop("done")
        for name, part in keep.items():
            part.load_state_dict(state[name])
    total = 0.0
    for step in range(done, steps):
        data, truth = batch(scenes, step)
        loss = error(network(data), truth, data[:, 3:])
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        course.step()
        total += float(loss.detach())
        if (step + 1) % 50 == 0:
            print(f"{step + 1}/{steps} loss {total / 50:.4f}", flush=True)
            total = 0.0
            state = {name: part.state_dict() for name, part in keep.items()}
            torch.save({**state, "done": step + 1}, checkpoint)
    return network


def batch(scenes: Scenes, step: int) -> tuple[Tensor, Tensor]:
    """Return inputs and truths of one step: rotated, mirrored, recoloured and inverted crops."""
    rng = np.random.default_rng((BATCH_SEED, step))
    pieces = [_piece(rng, scenes) for _ in range(BATCH)]
    stacked = torch.from_numpy(np.stack(pieces)).float() / 255
    return stacked[:, :4], stacked[:, 4:]


def _piece(rng: np.random.Generator, scenes: Scenes) -> npt.NDArray[np.uint8]:
    scene = scenes[rng.integers(len(scenes))]
    top, left = rng.integers(0, scene.shape[1] - CROP + 1, 2)
    piece = scene[:, top : top + CROP, left : left + CROP]
    piece = np.rot90(piece, int(rng.integers(4)), (1, 2))[:, :: rng.choice([-1, 1])]
    colour, alphas = piece[:3][rng.permutation(3)], piece[3:]
    if rng.random() < 0.5:
        colour = 255 - colour
    if rng.random() < 0.5:
        alphas = 255 - alphas
    return np.concatenate([colour, alphas])


def error(raw: Tensor, truth: Tensor, coarse: Tensor) -> Tensor:
    """Return the loss near the coarse alpha's edges.

    It is the absolute and squared error of the alpha, and half the absolute error of its slopes.
    """
    near = edge_band(coarse)
    held = raw.clamp(0, 1)
    held = held + LEAK * (raw - held)
    off = held - truth
    alpha = ((off.abs() + off * off) * near).sum() / near.sum()
    slopes = [(off.diff(dim=axis).abs() * near.narrow(axis, 1, CROP - 1)).sum() for axis in (2, 3)]
    return alpha + 0.5 * sum(slopes, torch.zeros(())) / near.sum()


def edge_band(coarse: Tensor) -> Tensor:
    """Return 1 within `REACH` / 2 pixels of where the coarse alpha is not flat, 0 elsewhere."""
    flat = avg_pool2d(coarse, 5, 1, 2)
    changes = ((coarse - flat).abs() > 0.02) | ((coarse > 0.03) & (coarse < 0.97))
    return max_pool2d(changes.float(), REACH, 1, REACH // 2)
