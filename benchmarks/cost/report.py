"""Render the measured part of `docs/cost.md`, and its plot."""

import re
from collections.abc import Sequence

from benchmarks.cost.chart import Line, Panel, chart
from benchmarks.cost.curve import Picture, Setting, best, cheapest
from benchmarks.cost.prices import (
    Prices,
    api_per_thousand,
    compute,
    lambda_per_thousand,
    transfer_per_thousand,
)
from benchmarks.report import processor
from cutout.settings import Settings

CENTS = 100
DEFAULT = re.compile(r"^  MemorySize:$.*?^    Default: (\d+)$", re.MULTILINE | re.DOTALL)

PART = """Made by `make bench-cost` (medians of {repeats} warm invocations) on
{cpu}: the image under Lambda's emulator, in containers
limited to each memory size and its share of processors. Dollars are for 1,000 pictures, Lambda
alone, us-east-1, x86_64, without the free tier:

{curve}

![Seconds and cents by memory](cost.svg)

Over both pictures together, **{cheapest} MB** costs least, and **{best} MB** has the lowest product
of time and price. {verdict}

AWS also bills the initialization of a cold start: {init:.4f} cents a second at {best} MB. On arm64
the same time would cost {arm:.0f} % of this; times on arm64 are not measured.

These costs do not depend on memory, in dollars for 1,000 pictures:

{rest}

Prices: {sources}."""


def template_default(template: str) -> int:
    """MB that the template gives the function."""
    found = DEFAULT.search(template)
    if found is None:
        raise ValueError("the template has no default for MemorySize")
    return int(found[1])


def render(settings: Sequence[Setting], prices: Prices, default: int, repeats: int) -> str:
    """Markdown."""
    choice = best(settings, prices)
    return PART.format(
        repeats=repeats,
        cpu=processor(),
        curve=curve_table(settings, prices, default),
        best=choice.memory,
        cheapest=cheapest(settings, prices).memory,
        verdict=verdict(settings, prices, default),
        arm=100 * prices.gb_second_arm / prices.gb_second_x86,
        init=CENTS * compute(1000, choice.memory, prices.gb_second_x86),
        rest=rest_table(choice.pictures, prices),
        sources="; ".join(f"[{what}]({url})" for what, url in prices.sources),
    )


def curve_table(settings: Sequence[Setting], prices: Prices, default: int) -> str:
    """A row for each memory size; the template's is bold."""
    sides = [each.side for each in settings[0].pictures]
    names = ["MB", "processors", "threads"]
    for side in sides:
        names += [f"{side}² in s", "dollars"]
    rows = [_row(setting, prices, bold=setting.memory == default) for setting in settings]
    return "\n".join([_line(names), f"|{'---:|' * len(names)}", *rows])


def verdict(settings: Sequence[Setting], prices: Prices, default: int) -> str:
    """How the template's default compares with the best."""
    choice = best(settings, prices)
    if default == choice.memory:
        return f"The template's default is {default} MB as well."
    ours = next((each for each in settings if each.memory == default), None)
    if ours is None:
        return f"The template's default, {default} MB, was not measured."
    pairs = zip(
        zip(ours.pictures, ours.dollars(prices), strict=True),
        zip(choice.pictures, choice.dollars(prices), strict=True),
        strict=True,
    )
    parts = [
        f"{mine.side}²: {mine.milliseconds / other.milliseconds - 1:+.0%} time, "
        f"{money / its - 1:+.0%} money"
        for (mine, money), (other, its) in pairs
    ]
    return (
        f"The template's default, {default} MB, compares with that as follows: {'; '.join(parts)}."
    )


def rest_table(pictures: Sequence[Picture], prices: Prices) -> str:
    """Dollars of the gateway and of sending the answers out, and the answers' size."""
    names = ["picture", "answer", "HTTP API", "sent to the internet"]
    rows = [
        _line(
            [
                f"{each.side}²{', through the bucket' if each.stored else ''}",
                f"{each.answer / 1e6:.1f} MB",
                f"{api_per_thousand(each.request, 0 if each.stored else each.answer, prices):.4f}",
                f"{transfer_per_thousand(each.answer, prices):.2f}",
            ]
        )
        for each in pictures
    ]
    return "\n".join([_line(names), "|---|---:|---:|---:|", *rows])


def plot(settings: Sequence[Setting], prices: Prices) -> str:
    """Return an SVG in which the best setting is marked."""
    sides = [each.side for each in settings[0].pictures]
    times, cents = [], []
    for place, side in enumerate(sides):
        measured = [(setting, setting.pictures[place].milliseconds) for setting in settings]
        times.append(Line(f"{side}²", [time / 1000 for _, time in measured]))
        dollars = [lambda_per_thousand(time, each.memory, prices) for each, time in measured]
        cents.append(Line(f"{side}²", [CENTS * each for each in dollars]))
    panels = [Panel("seconds, by MB", times), Panel("cents for a thousand, by MB", cents)]
    return chart([each.memory for each in settings], panels, best(settings, prices).memory)


def _row(setting: Setting, prices: Prices, *, bold: bool) -> str:
    threads = Settings().model_copy(update={"lambda_memory_mb": setting.memory}).network_threads
    memory = f"**{setting.memory}**" if bold else str(setting.memory)
    cells = [memory, f"{setting.cpus:.2f}", str(threads)]
    for picture, dollars in zip(setting.pictures, setting.dollars(prices), strict=True):
        cells += [f"{picture.milliseconds / 1000:.2f}", f"{dollars:.4f}"]
    return _line(cells)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
