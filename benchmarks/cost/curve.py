"""Compare memory sizes by the processors that come with them, by time and by price."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from benchmarks.cost.prices import Prices, lambda_per_thousand
from cutout.settings import LAMBDA_MB_PER_VCPU

MEMORIES = (1024, 1280, 1769, 2048, 2560, 3008, 3538)


@dataclass(frozen=True)
class Picture:
    """Hold bytes sent and received, and the median of the billed times in milliseconds."""

    side: int
    milliseconds: float
    request: int
    answer: int
    stored: bool


@dataclass(frozen=True)
class Setting:
    """Hold a memory size in MB, its share of processors, and its measurements."""

    memory: int
    cpus: float
    pictures: tuple[Picture, ...]

    def dollars(self, prices: Prices) -> list[float]:
        """Return Lambda's price of a thousand, for each picture."""
        return [
            lambda_per_thousand(each.milliseconds, self.memory, prices) for each in self.pictures
        ]

    def bargain(self, prices: Prices) -> float:
        """Return time times price over all pictures; less is better."""
        times = (each.milliseconds for each in self.pictures)
        return prod(time * price for time, price in zip(times, self.dollars(prices), strict=True))


def cpus_of(memory_mb: int, visible: int) -> float:
    """Return the vCPUs of a memory size, one for 1,769 MB, limited to those of this machine."""
    return min(memory_mb / LAMBDA_MB_PER_VCPU, float(visible))


def best(settings: Sequence[Setting], prices: Prices) -> Setting:
    """Return the setting with the least time by price: a percent of either weighs the same."""
    return min(settings, key=lambda setting: setting.bargain(prices))


def cheapest(settings: Sequence[Setting], prices: Prices) -> Setting:
    """Return the setting with the least dollars for all pictures together."""
    return min(settings, key=lambda setting: sum(setting.dollars(prices)))
