"""Draw time and price by memory as SVG: two panels, a line for each size of picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

PANEL, HEIGHT, MARGIN = 400, 320, 52
STYLE = (
    "text{font:12px sans-serif;fill:#24292f}line{stroke:#8c959f}"
    "rect{fill:#fff}path{stroke:#8c959f;stroke-dasharray:3}polyline{fill:none;stroke-width:2}"
)
COLOURS = ("#0969da", "#bc4c00", "#1a7f37", "#8250df")
STEPS = 5  # approximate number on the vertical axis
HEADROOM = 1.1


@dataclass(frozen=True)
class Line:
    """Hold a line's values, in the order of the memory sizes."""

    name: str
    values: Sequence[float]


@dataclass(frozen=True)
class Panel:
    """Hold lines that share a unit."""

    title: str
    lines: Sequence[Line]


def chart(memories: Sequence[int], panels: Sequence[Panel], chosen: int) -> str:
    """Return an SVG document. Vertical axes begin at zero; the `chosen` memory is marked."""
    width = PANEL * len(panels)
    drawn = [
        line
        for place, panel in enumerate(panels)
        for line in _panel(place * PANEL, memories, panel, chosen)
    ]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT}">'
    back = f'<rect width="{width}" height="{HEIGHT}"/>'
    return "\n".join([head, f"<style>{STYLE}</style>", back, *drawn, "</svg>\n"])


def step(highest: float) -> float:
    """Return the least 1, 2 or 5 times a power of ten that divides `highest` into STEPS at most."""
    size = 1e-6
    while True:
        for factor in (1, 2, 5):
            if highest / (size * factor) <= STEPS:
                return size * factor
        size *= 10


def _panel(left: int, memories: Sequence[int], panel: Panel, chosen: int) -> list[str]:
    highest = max(max(line.values) for line in panel.lines) * HEADROOM
    floor, ceiling = HEIGHT - MARGIN, MARGIN
    lowest_mb, span = min(memories), max(memories) - min(memories) or 1

    def across(memory: int) -> float:
        return round(left + MARGIN + (memory - lowest_mb) / span * (PANEL - 2 * MARGIN), 1)

    def up(value: float) -> float:
        return round(floor - value / highest * (floor - ceiling), 1)

    end = left + PANEL - MARGIN
    drawn = [
        f'<text x="{left + MARGIN}" y="{ceiling - 24}">{escape(panel.title)}</text>',
        f'<line x1="{left + MARGIN}" y1="{floor}" x2="{end}" y2="{floor}"/>',
        f'<path d="M{across(chosen)} {floor}V{ceiling}"/>',
    ]
    drawn += [
        f'<text x="{across(memory)}" y="{floor + 16 + 14 * (place % 2)}" text-anchor="middle">'
        f"{memory}</text>"
        for place, memory in enumerate(memories)
    ]
    size = step(highest)
    drawn += [
        f'<text x="{left + MARGIN - 8}" y="{up(size * count) + 4}" text-anchor="end">'
        f"{size * count:g}</text>"
        for count in range(int(highest / size) + 1)
    ]
    for line, colour in zip(panel.lines, COLOURS, strict=False):
        places = [
            (across(memory), up(value)) for memory, value in zip(memories, line.values, strict=True)
        ]
        points = " ".join(f"{x},{y}" for x, y in places)
        drawn.append(f'<polyline points="{points}" stroke="{colour}"/>')
        drawn += [f'<circle cx="{x}" cy="{y}" r="3" fill="{colour}"/>' for x, y in places]
        x, y = places[-1]
        drawn.append(f'<text x="{x}" y="{y - 8}" text-anchor="end">{escape(line.name)}</text>')
    return drawn
