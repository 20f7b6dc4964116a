"""The measurement of one combination, in a process of its own with the real networks."""

from pathlib import Path

from benchmarks.__main__ import measure_apart
from benchmarks.pictures import save_photo
from cutout.choices import Mode


def test_a_small_picture_is_measured(tmp_path: Path) -> None:
    found = measure_apart(save_photo(256, tmp_path), Mode.FG_IMAGE, threads=1, repeats=1)
    assert (found.side, found.mode, found.threads) == (256, "fg-image", 1)
    assert min(found.total, found.network) > 0
    assert found.stages
    assert found.response > 10_000
    assert found.peak_rss > 0.2e9
