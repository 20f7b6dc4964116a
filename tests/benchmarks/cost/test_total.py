from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from benchmarks.cost.prices import Prices
from benchmarks.cost.total import (
    AFTER,
    BEFORE,
    WAYS,
    Spent,
    bill,
    cloudfront,
    is_met,
    mean,
    render,
    scaled,
)

PRICES = Prices()
ONE = Spent(1.0, 300_000, 1_000_000)


def test_a_bill_has_three_parts() -> None:
    found = bill(ONE, PRICES)
    assert found.compute == pytest.approx(0.0290, abs=1e-4)
    assert found.gateway == pytest.approx(0.002)
    assert found.transfer == pytest.approx(0.09)
    assert found.total == pytest.approx(0.121, abs=1e-3)


@pytest.mark.parametrize(
    ("count", "dollars"),
    [(1000, 0), (10**6, 0), (1_001_000, 0.085), (11_000_000, 850 + 1)],
)
def test_cloudfront_is_free_up_to_a_terabyte(count: int, dollars: float) -> None:
    assert cloudfront(count, 1_000_000, PRICES) == pytest.approx(dollars)


@pytest.mark.parametrize(
    ("seconds", "answer", "met"),
    [(1.0, 650_000, True), (1.0, 750_000, False), (1.11, 600_000, False)],
)
def test_the_bar_is_one_of_money_and_of_time(seconds: float, answer: int, met: bool) -> None:
    found = dict.fromkeys(WAYS, ONE)
    found[AFTER] = replace(ONE, seconds=seconds, answer=answer)
    page = render(found, PRICES, "a picture")
    assert is_met(found, PRICES) == met
    assert BEFORE.name in page


def test_a_mean_is_that_of_each_figure() -> None:
    assert mean([ONE, replace(ONE, seconds=3.0, answer=3)]) == Spent(2.0, 300_000, 500_002)


def test_pictures_are_scaled_down_and_never_up(tmp_path: Path) -> None:
    for name, size in (("large", (2000, 1000)), ("small", (30, 20))):
        Image.new("RGB", size).save(tmp_path / f"{name}.png")
    copies = scaled([tmp_path / "large.png", tmp_path / "small.png"], 0.5, tmp_path)
    sizes = []
    for each in copies:
        with Image.open(each) as image:
            sizes.append(image.size)
    assert sizes == [(1000, 500), (30, 20)]
