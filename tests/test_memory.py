"""The largest picture's memory, in a process of its own with the real networks."""

from pathlib import Path

import pytest

from benchmarks.__main__ import measure_apart
from benchmarks.pictures import save_photo
from cutout.choices import Mode

LIMIT = 1.3e9
"""Bytes. Lambda's smallest setting here is 1,024 MB, the default twice this limit."""


@pytest.mark.parametrize("mode", [Mode.FG_IMAGE, Mode.FG_IMAGE_SHADOW])
def test_the_largest_picture_takes_less_than_the_limit(mode: Mode, tmp_path: Path) -> None:
    photo = save_photo(4096, tmp_path)
    found = measure_apart(photo, mode, threads=1, repeats=1)
    assert found.side == 4096
    assert 0.3e9 < found.peak_rss < LIMIT, f"{found.peak_rss / 1e6:.0f} MB of resident memory"
