import pytest

from cutout.arrays import STRIPE_ROWS, stripes


@pytest.mark.parametrize("height", [0, 1, STRIPE_ROWS - 1, STRIPE_ROWS, STRIPE_ROWS + 1, 1000])
def test_every_row_is_covered_once_and_no_stripe_is_too_tall(height: int) -> None:
    found = list(stripes(height))
    assert [row for rows in found for row in range(height)[rows]] == list(range(height))
    assert all(rows.stop - rows.start <= STRIPE_ROWS for rows in found)
    assert all(rows.stop <= height for rows in found)
