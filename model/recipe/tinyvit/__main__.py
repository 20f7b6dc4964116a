"""Fit the TinyViT expert: ``python -m model.recipe.tinyvit --train FOLDER --out FILE``.

``--fold N`` leaves a fold's sources out and reports the expert's error on them. torch (2.13, CPU)
is needed beside the project's own packages. Two cores take about half an hour.
"""

from argparse import ArgumentParser, Namespace
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
import onnxruntime as ort
import torch

from model.recipe.download import fetch, find, read
from model.recipe.experts import TINYVIT_448
from model.recipe.graph import INPUT, OUTPUT, GraphError
from model.recipe.tinyvit.checkpoint import Tensors, read_checkpoint
from model.recipe.tinyvit.encoder_graph import PREFIX
from model.recipe.tinyvit.expert_graph import build
from model.recipe.tinyvit.features import Observed, encoder_input, observe
from model.recipe.tinyvit.folds import FOLDS
from model.recipe.tinyvit.train import DECODER_FIRST, TOGETHER, Expert, Indices, fit, load

SEED = 0
CLOSE = 0.02
"""Mean distance of the logits by PyTorch, from features in fp16, and by onnxruntime."""


def main() -> None:
    """Write the expert in fp32; report on the fold that was left out, if any."""
    given = _arguments()
    torch.set_num_threads(given.threads)
    with TemporaryDirectory() as folder:
        tensors = _published(given, Path(folder))
        observed = observe(tensors, given.train, given.kept or Path(folder) / "observed")
        held_out = FOLDS[given.fold] if given.fold is not None else ()
        fitted, unseen = observed.chosen(held_out)
        torch.manual_seed(SEED)
        expert = Expert()
        _start(expert, tensors)
        for course in (DECODER_FIRST, TOGETHER):
            epochs = given.epochs or course.epochs
            fit(expert, observed, fitted, replace(course, epochs=epochs), SEED)
    model = build(*_weights(expert, tensors))
    require_same(model, expert, observed, fitted[:4])
    onnx.save(model, given.out)
    if len(unseen):
        report(expert, observed, unseen, given.out)


def _arguments() -> Namespace:
    parser = ArgumentParser(prog="python -m model.recipe.tinyvit")
    parser.add_argument("--train", type=Path, nargs="+", required=True, help="folders of sets")
    parser.add_argument("--packages", type=Path, help="folder of packages, instead of pip")
    parser.add_argument("--kept", type=Path, help="where features are kept between runs")
    parser.add_argument("--fold", type=int, choices=range(len(FOLDS)), help="leave its sources out")
    parser.add_argument("--epochs", type=int, help="epochs of either course, to try the command")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path, required=True, help="the ONNX file")
    return parser.parse_args()


def _published(given: Namespace, folder: Path) -> Tensors:
    source = TINYVIT_448.source
    if given.packages:
        return read_checkpoint(find(source, given.packages))
    downloads = folder / "downloads"
    downloads.mkdir()
    return read_checkpoint(read(fetch(source, downloads), source))


def _start(expert: Expert, tensors: Tensors) -> None:
    """Load the published weights into the encoder's later stages."""
    names = expert.encoder.state_dict()
    state = {name: torch.from_numpy(np.array(tensors[f"{PREFIX}{name}"])) for name in names}
    expert.encoder.load_state_dict(state)


def _weights(expert: Expert, tensors: Tensors) -> tuple[Tensors, Tensors]:
    """Return the encoder's tensors, the fitted ones among them, and the decoder's."""
    fitted = {f"{PREFIX}{n}": v.numpy() for n, v in expert.encoder.state_dict().items()}
    decoder = {name: value.numpy() for name, value in expert.decoder.state_dict().items()}
    return {**tensors, **fitted}, decoder


def require_same(
    model: onnx.ModelProto, expert: Expert, observed: Observed, indices: Indices
) -> None:
    """Raise `GraphError` unless the graph and PyTorch give the same logits of the same picture.

    Allow for what the features lose as fp16.
    """
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    for path, expected in zip(
        [observed.paths[index] for index in indices],
        predict(expert, observed, indices),
        strict=True,
    ):
        data = (encoder_input(path) - np.float32(128)) / np.float32(256)
        found = session.run([OUTPUT], {INPUT: data})[0][0, 0]
        off = float(np.abs(found - expected).mean())
        if off > CLOSE:
            raise GraphError(f"the graph is off by {off:.3f} from PyTorch on {path}")


def predict(expert: Expert, observed: Observed, indices: Indices) -> list[np.ndarray]:
    """Return the logits of whole pictures, shape (112, 112) each."""
    found = []
    with torch.no_grad():
        for index in indices:
            parts = {name: load(observed, name, np.array([index])) for name in observed.parts}
            found.append(expert(parts, fit_encoder=True)[0, 0].numpy())
    return found


def report(expert: Expert, observed: Observed, indices: Indices, out: Path) -> None:
    """Print the mean absolute error of each set left out; keep the logits beside `out`."""
    logits = predict(expert, observed, indices)
    np.savez(out.with_suffix(".npz"), indices=indices, logits=np.stack(logits).astype(np.float16))
    errors: dict[str, list[float]] = {}
    for index, each in zip(indices, logits, strict=True):
        alpha = 1 / (1 + np.exp(-each.repeat(2, 0).repeat(2, 1)))
        truth = observed.parts["truth"][index] / 255
        errors.setdefault(observed.sets[index], []).append(float(np.abs(alpha - truth).mean()))
    for name, values in errors.items():
        print(f"{name} ({len(values)}): {np.mean(values):.4f}")


if __name__ == "__main__":
    main()
