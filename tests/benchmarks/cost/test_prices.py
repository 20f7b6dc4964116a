import pytest

from benchmarks.cost.prices import (
    INCREMENT,
    Prices,
    api_per_thousand,
    billed,
    compute,
    lambda_per_thousand,
    transfer_per_thousand,
)

PRICES = Prices()


@pytest.mark.parametrize(("measured", "counted"), [(27.0, 27), (27.01, 28), (27.99, 28), (0.2, 1)])
def test_a_millisecond_that_has_begun_is_billed(measured: float, counted: int) -> None:
    assert billed(measured) == counted


def test_aws_own_example_comes_out() -> None:
    """Check the example in the announcement of billing by the millisecond.

    60 million invocations of 28 ms and 1 GB cost 28 dollars, and 12 dollars for the requests.
    """
    assert 60e6 * compute(27.55, 1024, PRICES.gb_second_x86) == pytest.approx(28, rel=1e-4)
    assert 60e6 * PRICES.lambda_request == pytest.approx(12)
    assert 60e3 * lambda_per_thousand(27.55, 1024, PRICES) == pytest.approx(40, rel=1e-4)


def test_twice_the_memory_for_half_the_time_costs_the_same() -> None:
    slow, quick = compute(1000, 1024, 1e-5), compute(500, 2048, 1e-5)
    assert slow == pytest.approx(quick)


def test_arm_is_a_fifth_cheaper_but_for_the_request() -> None:
    request = 1000 * PRICES.lambda_request
    here, arm = (lambda_per_thousand(900, 3008, PRICES, arm=arm) - request for arm in (False, True))
    assert arm / here == pytest.approx(0.8, rel=1e-4)


@pytest.mark.parametrize(
    ("came", "went", "steps"),
    [(0, 0, 1), (INCREMENT, 10, 1), (INCREMENT + 1, 10, 2), (10, INCREMENT * 3, 3)],
)
def test_the_gateway_counts_by_512_kb(came: int, went: int, steps: int) -> None:
    assert api_per_thousand(came, went, PRICES) == pytest.approx(steps * 0.001)


def test_a_thousand_answers_of_a_megabyte_are_a_gigabyte() -> None:
    assert transfer_per_thousand(10**6, PRICES) == pytest.approx(PRICES.gb_out)
