from dataclasses import replace

import pytest

from benchmarks.cost.formats import KINDS, SIDES, Spent, cell, dollars, render
from benchmarks.cost.prices import Prices
from cutout.settings import LAMBDA_ANSWER_BYTES

PRICES = Prices()
LARGEST = LAMBDA_ANSWER_BYTES // 4 * 3
"""Bytes that are just within Lambda's limit as base64."""
ONE = Spent(1.0, 300_000, 1_000_000)


@pytest.mark.parametrize(("size", "by_bucket"), [(LARGEST, False), (LARGEST + 1, True)])
def test_answers_over_lambdas_limit_come_from_the_bucket(size: int, by_bucket: bool) -> None:
    spent = replace(ONE, answer=size)
    assert spent.by_bucket == by_bucket
    assert cell(spent, PRICES).endswith("*") == by_bucket


def test_a_price_is_the_sum_of_its_parts() -> None:
    assert dollars(ONE, PRICES) == pytest.approx(0.0290 + 0.002 + 0.09, abs=1e-4)
    assert dollars(ONE, PRICES, edge=True) == pytest.approx(0.0290 + 0.002, abs=1e-4)


def test_cloudfront_does_not_carry_what_the_bucket_sends() -> None:
    large = replace(ONE, answer=10_000_000)
    direct = dollars(large, PRICES)
    assert direct == pytest.approx(0.0290 + 0.001 + 0.0054 + 0.9, abs=1e-4)
    assert dollars(large, PRICES, edge=True) == direct


def test_the_table_has_a_row_for_each_size_and_a_column_for_each_kind() -> None:
    page = render({side: dict.fromkeys(KINDS, ONE) for side in SIDES}, PRICES)
    rows = [line for line in page.splitlines() if line.startswith("| ")]
    assert [row.count("|") for row in rows] == [len(KINDS) + 2] * (len(SIDES) + 1)
    assert "| 4096² | 0.121 (0.031) |" in page
