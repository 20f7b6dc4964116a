"""Plot named points on two axes as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

WIDTH, HEIGHT, MARGIN = 640, 400, 56
STYLE = "text{font:13px sans-serif;fill:#24292f}line{stroke:#8c959f}rect{fill:#fff}"


@dataclass(frozen=True)
class Point:
    """Hold one point; `chosen` ones are highlighted."""

    name: str
    across: float
    up: float
    chosen: bool = False


def scatter(points: Sequence[Point], across: str, up: str) -> str:
    """Return an SVG document whose axes both begin at zero."""
    most = max(point.across for point in points) * 1.25, max(point.up for point in points) * 1.1
    marks = [line for point in points for line in _mark(point, *most)]
    floor, right = HEIGHT - MARGIN, WIDTH - MARGIN
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">',
            f"<style>{STYLE}</style>",
            f'<rect width="{WIDTH}" height="{HEIGHT}"/>',
            f'<line x1="{MARGIN}" y1="{floor}" x2="{right}" y2="{floor}"/>',
            f'<line x1="{MARGIN}" y1="{floor}" x2="{MARGIN}" y2="{MARGIN}"/>',
            f'<text x="{right}" y="{floor + 36}" text-anchor="end">{escape(across)}</text>',
            f'<text x="{MARGIN}" y="{MARGIN - 20}">{escape(up)}</text>',
            *_ticks(*most),
            *marks,
            "</svg>\n",
        ]
    )


def _place(across: float, up: float, widest: float, highest: float) -> tuple[float, float]:
    x = MARGIN + across / widest * (WIDTH - 2 * MARGIN)
    return round(x, 1), round(HEIGHT - MARGIN - up / highest * (HEIGHT - 2 * MARGIN), 1)


def _ticks(widest: float, highest: float) -> list[str]:
    lines = []
    for half in range(1, int(max(widest, highest) * 2) + 1):
        x, y = _place(half / 2, half / 2, widest, highest)
        if half / 2 <= widest:
            lines.append(
                f'<text x="{x}" y="{HEIGHT - MARGIN + 18}" text-anchor="middle">{half / 2}</text>'
            )
        if half / 2 <= highest:
            lines.append(f'<text x="{MARGIN - 8}" y="{y + 4}" text-anchor="end">{half / 2}</text>')
    return lines


def _mark(point: Point, widest: float, highest: float) -> list[str]:
    x, y = _place(point.across, point.up, widest, highest)
    colour = "#cf222e" if point.chosen else "#57606a"
    return [
        f'<circle cx="{x}" cy="{y}" r="5" fill="{colour}"/>',
        f'<text x="{x + 9}" y="{y + 4}">{escape(point.name)}</text>',
    ]
