"""The frame of a small drawing: scales, ticks and grid, as SVG that takes its colours from the page. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from markupsafe import Markup, escape

WIDTH, HEIGHT = 460, 340
LEFT, RIGHT, TOP, BOTTOM = 62, 24, 14, 48


@dataclass(frozen=True)
class Axes:
    """Data to points of the drawing."""

    x_low: float
    x_high: float
    y_low: float
    y_high: float
    height: int = HEIGHT
    left: int = LEFT

    def x(self, value: float) -> float:
        share = (value - self.x_low) / ((self.x_high - self.x_low) or 1.0)
        return round(self.left + share * (WIDTH - self.left - RIGHT), 1)

    def y(self, value: float) -> float:
        share = (value - self.y_low) / ((self.y_high - self.y_low) or 1.0)
        return round(self.height - BOTTOM - share * (self.height - BOTTOM - TOP), 1)


def drawing(parts: Sequence[Markup], said: str, height: int = HEIGHT) -> Markup:
    """The whole drawing; `said` is what it shows, for who cannot see it."""
    head = Markup('<svg class="plot" viewBox="0 0 {} {}" role="img" aria-label="{}">').format(WIDTH, height, said)
    return head + Markup("").join(parts) + Markup("</svg>")


def ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Round values between two ends."""
    rough = (high - low) / about or 1.0
    power = 10 ** floor(log10(rough))
    step = power * min((m for m in (1, 2, 2.5, 5, 10)), key=lambda m: abs(m * power - rough))
    first = ceil(low / step - 1e-9)
    return [
        round((first + n) * step, 6) for n in range(int((high - low) / step) + 1) if (first + n) * step <= high + 1e-9
    ]


def grid(axes: Axes, said: tuple[Callable[[float], str], Callable[[float], str]]) -> list[Markup]:
    """Lines and their numbers, each axis in its own words."""
    bottom, right = axes.height - BOTTOM, WIDTH - RIGHT
    parts: list[Markup] = []
    for value in ticks(axes.x_low, axes.x_high):
        x = axes.x(value)
        parts += [line(x, TOP, x, bottom, "grid"), text(x, bottom + 17, said[0](value), "tick mid")]
    for value in ticks(axes.y_low, axes.y_high):
        y = axes.y(value)
        parts += [line(axes.left, y, right, y, "grid"), text(axes.left - 7, y + 4, said[1](value), "tick end")]
    return parts


def titles(axes: Axes, below: str, beside: str = "") -> list[Markup]:
    """What the axes are."""
    middle = (axes.left + WIDTH - RIGHT) / 2
    parts = [text(middle, axes.height - 8, below, "axis mid")]
    if beside:
        y = (TOP + axes.height - BOTTOM) / 2
        turned = '<text class="axis mid" transform="translate(13 {}) rotate(-90)">{}</text>'
        parts.append(Markup(turned).format(y, beside))
    return parts


def line(x1: float, y1: float, x2: float, y2: float, kind: str) -> Markup:
    """A straight line."""
    return Markup('<line class="{}" x1="{}" y1="{}" x2="{}" y2="{}"/>').format(kind, x1, y1, x2, y2)


def text(x: float, y: float, words: str, kind: str) -> Markup:
    """Words at a place."""
    return Markup('<text class="{}" x="{}" y="{}">{}</text>').format(kind, x, y, words)


def path(points: Sequence[tuple[float, float]], kind: str) -> Markup:
    """A line through points."""
    return Markup('<path class="{}" d="M{}"/>').format(kind, "L".join(f"{x} {y}" for x, y in points))


def titled(shape: Markup, words: str, href: str | None = None) -> Markup:
    """A shape that says what it is under the pointer, and may lead somewhere."""
    inner = Markup("<g>{}<title>{}</title></g>").format(shape, words)
    return Markup('<a href="{}">{}</a>').format(escape(href), inner) if href else inner
