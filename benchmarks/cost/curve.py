"""Memory sizes, the processors that come with them, and which size is the best bargain."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from benchmarks.cost.prices import Prices, lambda_per_thousand
from cutout.settings import LAMBDA_MB_PER_VCPU

MEMORIES = (1024, 1280, 1769, 2048, 2560, 3008, 3538)


@dataclass(frozen=True)
class Picture:
    """Bytes that the client sent and got, and the median of its billable times in milliseconds."""

    side: int
    milliseconds: float
    request: int
    answer: int
    stored: bool


@dataclass(frozen=True)
class Setting:
    """A memory size in MB, its share of processors, and what was measured with it."""

    memory: int
    cpus: float
    pictures: tuple[Picture, ...]

    def dollars(self, prices: Prices) -> list[float]:
        """Lambda's price of a thousand, for each picture."""
        return [
            lambda_per_thousand(each.milliseconds, self.memory, prices) for each in self.pictures
        ]

    def bargain(self, prices: Prices) -> float:
        """Time by price, over all pictures; less is better."""
        times = (each.milliseconds for each in self.pictures)
        return prod(time * price for time, price in zip(times, self.dollars(prices), strict=True))


def cpus_of(memory_mb: int, visible: int) -> float:
    """Lambda gives a vCPU for 1,769 MB, in proportion; no container gets more than there are."""
    return min(memory_mb / LAMBDA_MB_PER_VCPU, float(visible))


def best(settings: Sequence[Setting], prices: Prices) -> Setting:
    """The least time by price: a percent of one is worth a percent of the other."""
    return min(settings, key=lambda setting: setting.bargain(prices))


def cheapest(settings: Sequence[Setting], prices: Prices) -> Setting:
    """The least dollars for all pictures together."""
    return min(settings, key=lambda setting: sum(setting.dollars(prices)))
