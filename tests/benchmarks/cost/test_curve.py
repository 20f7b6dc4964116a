import pytest

from benchmarks.cost.curve import MEMORIES, Picture, Setting, best, cheapest, cpus_of
from benchmarks.cost.prices import Prices

PRICES = Prices()


def setting(memory: int, *times: float) -> Setting:
    pictures = tuple(Picture(side, time, 1000, 1000, False) for side, time in enumerate(times, 1))
    return Setting(memory, cpus_of(memory, 2), pictures)


@pytest.mark.parametrize(
    ("memory", "visible", "cpus"),
    [(1769, 2, 1.0), (3537, 2, 3537 / 1769), (3538, 2, 2.0), (3539, 2, 2.0), (3538, 1, 1.0)],
)
def test_processors_follow_memory_up_to_what_there_is(
    memory: int, visible: int, cpus: float
) -> None:
    assert cpus_of(memory, visible) == pytest.approx(cpus)


def test_the_sizes_span_the_template_minimum_to_two_processors() -> None:
    assert cpus_of(min(MEMORIES), 8) < 1 < cpus_of(max(MEMORIES), 8) == 2
    assert list(MEMORIES) == sorted(MEMORIES)


def test_the_best_is_the_quickest_while_the_price_stands_still() -> None:
    small, large = setting(1024, 2000, 6000), setting(2048, 1000, 3000)
    assert best([small, large], PRICES) is large


def test_the_best_is_the_smaller_where_memory_buys_no_time() -> None:
    small, large = setting(1024, 2000, 6000), setting(2048, 1900, 5900)
    assert best([large, small], PRICES) is small
    assert cheapest([large, small], PRICES) is small


def test_every_picture_counts() -> None:
    """One gains a little by more memory, the other loses more than that."""
    small, large = setting(1024, 1000, 1000), setting(2048, 700, 900)
    assert best([small, large], PRICES) is small
    assert best([small, setting(2048, 700, 500)], PRICES) is not small
