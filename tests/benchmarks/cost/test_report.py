from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from benchmarks.cost.chart import step
from benchmarks.cost.curve import Picture, Setting, cpus_of
from benchmarks.cost.measure import options, reported
from benchmarks.cost.prices import Prices
from benchmarks.cost.report import curve_table, plot, render, template_default, verdict
from tools.template import load_template

ROOT = Path(__file__).resolve().parents[3]
PRICES = Prices()
LOG = (
    "START RequestId: a Version: $LATEST\n"
    "REPORT RequestId: a\tInit Duration: 0.04 ms\tDuration: 699.08 ms\tBilled Duration: 700 ms\t\n"
    '{"milliseconds": 12}\n'
    "REPORT RequestId: b\tDuration: 2173.89 ms\tBilled Duration: 2174 ms\tMemory Size: 1024 MB\t\n"
)


def setting(memory: int, small: float, large: float) -> Setting:
    pictures = (
        Picture(1024, small, 262_332, 1_481_223, False),
        Picture(4096, large, 3_110_464, 17_080_607, True),
    )
    return Setting(memory, cpus_of(memory, 2), pictures)


SLOW, QUICK = setting(1769, 1000, 3000), setting(3008, 600, 2000)


def test_the_emulator_reports_are_read_in_order() -> None:
    assert reported(LOG) == [699.08, 2173.89]


def test_a_row_holds_time_and_price_and_the_default_is_bold() -> None:
    first, second = curve_table([SLOW, QUICK], PRICES, 3008).splitlines()[2:]
    # 1 s of 1769 / 1024 GB at 1.66667e-5 dollars, a thousand times, and 0.2 cents of a dollar
    assert first == "| 1769 | 1.00 | 1.00 | 0.0290 | 3.00 | 0.0866 |"
    assert second.startswith("| **3008** | 1.70 |")


def test_the_verdict_says_what_another_default_costs() -> None:
    assert "as well" in verdict([SLOW, QUICK], PRICES, 3008)
    assert "1024²: +67% time, -2% money" in verdict([SLOW, QUICK], PRICES, 1769)
    assert "not measured" in verdict([SLOW, QUICK], PRICES, 2048)


def test_the_page_names_best_and_every_source() -> None:
    page = render([SLOW, QUICK], PRICES, 3008, 3)
    assert "**3008 MB** has the lowest product\nof time and price" in page
    assert all(url in page for _, url in PRICES.sources)


def test_the_template_default_is_found() -> None:
    text = (ROOT / "template.yaml").read_text()
    assert template_default(text) == load_template()["Parameters"]["MemorySize"]["Default"]
    assert template_default("Parameters: {MemorySize: {Default: 1769}}") == 1769
    with pytest.raises(ValueError, match="MemorySize"):
        template_default("Parameters:\n  Timeout:\n    Default: 29\n")


def test_the_plot_falls_where_time_falls() -> None:
    root = ET.fromstring(plot([SLOW, QUICK], PRICES))  # noqa: S314 - ours
    lines = root.findall("{http://www.w3.org/2000/svg}polyline")
    assert len(lines) == 4, "two pictures, in time and in money"
    (_, before), (_, after) = (
        map(float, point.split(",")) for point in lines[0].attrib["points"].split()
    )
    assert after > before, "less time lies lower, where y is larger"


@pytest.mark.parametrize(("highest", "size"), [(5.0, 1), (5.1, 2), (10.1, 5), (26, 10), (0.4, 0.1)])
def test_steps_are_round_and_few(highest: float, size: float) -> None:
    assert step(highest) == pytest.approx(size)


def test_the_container_is_held_to_the_setting() -> None:
    words = options(1769, 1.0, {"A": "b"})
    assert words[words.index("--memory") + 1] == words[words.index("--memory-swap") + 1] == "1769m"
    assert words[words.index("--cpus") + 1] == "1.000"
    assert {"A=b", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=1769"} <= set(words)
