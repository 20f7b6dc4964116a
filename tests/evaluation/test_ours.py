from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cutout.choices import Model
from cutout.pipeline import Pipeline
from cutout.settings import Settings
from evaluation import ours
from evaluation.samples import samples_in
from tests.conftest import middle_is_object
from tests.evaluation.drawn import SIDE, save_sets


def test_each_picture_gets_a_mask_of_its_size(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = []

    def open_pipeline(model: Model) -> Pipeline:
        opened.append(model)
        return Pipeline(settings, middle_is_object)

    monkeypatch.setattr(ours, "open_pipeline", open_pipeline)
    save_sets(tmp_path / "sets", {"cats": 2})
    ours.write_masks(samples_in(tmp_path / "sets"), Model.FAST, tmp_path / "masks")
    assert opened == [Model.FAST]
    for number in range(2):
        with Image.open(tmp_path / "masks" / "cats" / f"{number}.png") as mask:
            alpha = np.asarray(mask.convert("L"))
        assert alpha.shape == (SIDE, SIDE)
        assert (alpha[0, 0], alpha[SIDE // 2, SIDE // 2]) == (0, 255)
