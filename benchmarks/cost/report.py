"""Render the measured part of `docs/cost.md`, and its plot."""

from collections.abc import Sequence

from benchmarks.cost.chart import Line, Panel, chart
from benchmarks.cost.curve import Setting, best, cheapest
from benchmarks.cost.prices import Prices, compute, lambda_per_thousand
from benchmarks.report import processor
from tools.template import parse_template

CENTS = 100

PART = """`make bench-cost` measures this (medians of {repeats} warm invocations), here on
{cpu}: the image under Lambda's emulator, in containers
limited to each memory size and its share of processors. Dollars are for 1,000 pictures, Lambda
alone, us-east-1, x86_64, without the free tier:

{curve}

![Seconds and cents by memory](cost.svg)

Over both pictures together, **{cheapest} MB** costs least, and **{best} MB** has the lowest product
of time and price. {verdict}

AWS also bills the initialization of a cold start: {init:.4f} cents a second at {best} MB. On arm64
the same time would cost {arm:.0f} % of this.

Sources of the prices: {sources}."""


def template_default(template: str) -> int:
    """Return the megabytes that the template gives the function; raise ValueError without them."""
    parameters = parse_template(template)["Parameters"]
    if "Default" not in parameters.get("MemorySize", {}):
        raise ValueError("The template has no default for MemorySize. Give it one.")
    return int(parameters["MemorySize"]["Default"])


def render(settings: Sequence[Setting], prices: Prices, default: int, repeats: int) -> str:
    """Return the Markdown of the page's measured part."""
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
        sources="; ".join(f"[{what}]({url})" for what, url in prices.sources),
    )


def curve_table(settings: Sequence[Setting], prices: Prices, default: int) -> str:
    """Return a row for each memory size; the template's is bold."""
    sides = [each.side for each in settings[0].pictures]
    names = ["MB", "processors"]
    for side in sides:
        names += [f"{side}² in s", "dollars"]
    rows = [_row(setting, prices, bold=setting.memory == default) for setting in settings]
    return "\n".join([_line(names), f"|{'---:|' * len(names)}", *rows])


def verdict(settings: Sequence[Setting], prices: Prices, default: int) -> str:
    """Return a sentence that compares the template's default with the best setting."""
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
    change = "; ".join(parts)
    return f"The template's default of {default} MB differs from {choice.memory} MB ({change})."


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
    memory = f"**{setting.memory}**" if bold else str(setting.memory)
    cells = [memory, f"{setting.cpus:.2f}"]
    for picture, dollars in zip(setting.pictures, setting.dollars(prices), strict=True):
        cells += [f"{picture.milliseconds / 1000:.2f}", f"{dollars:.4f}"]
    return _line(cells)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
