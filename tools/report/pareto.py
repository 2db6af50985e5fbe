"""Speed against quality, every candidate a point."""

import io
import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from ...knowledge.types import Evaluation, Outcome, Trial, best_evaluation
from .summary import failures_sentence, where
from .text import one_line, percent, times


@dataclass(frozen=True)
class Theme:
    """Colours of paper and ink."""

    paper: str
    ink: str
    faint: str
    grid: str
    good: str


LIGHT = Theme(paper="#ffffff", ink="#16181d", faint="#5b6270", grid="#e6e8ec", good="#1a7f4b")
DARK = Theme(paper="#1b1e25", ink="#eceef2", faint="#a4abb8", grid="#2f343e", good="#4fc98a")


@dataclass(frozen=True)
class _Point:
    """One evaluated candidate."""

    trial: Trial
    e: Evaluation
    front: bool

    @property
    def loss(self) -> float:
        return 100 * self.e.loss


@dataclass(frozen=True)
class _Box:
    """What the axes span."""

    left: float
    right: float
    bottom: float
    top: float


@dataclass(frozen=True)
class _Chart:
    """Everything that the parts of the drawing share."""

    axes: Axes
    outcome: Outcome
    points: Sequence[_Point]
    box: _Box
    colours: ScalarMappable
    theme: Theme

    @property
    def required(self) -> float:
        return self.outcome.target.required_speedup(self.outcome.baseline.latency_s)

    @property
    def allowed(self) -> float:
        return 100 * self.outcome.target.max_loss

    def height(self, point: _Point) -> float:
        """Where it is drawn: at the upper edge if it lies above."""
        return min(point.loss, self.box.top)

    def colour(self, point: _Point) -> Any:
        return self.colours.to_rgba(np.asarray(point.e.drift))


def pareto(outcome: Outcome, theme: Theme = LIGHT) -> bytes:
    """The chart as PNG, sized to stay readable on a phone."""
    figure = Figure(figsize=(5.0, 5.9), dpi=200, facecolor=theme.paper)
    axes = figure.add_axes((0.125, 0.32, 0.69, 0.57))
    points = _points(outcome)
    colours = ScalarMappable(Normalize(0, _top_drift(outcome, points)), "viridis")
    chart = _Chart(axes, outcome, points, _box(outcome, points), colours, theme)
    _frame(chart)
    _target(chart)
    _front_line(chart)
    for point in points:
        _dot(chart, point)
    axes.plot(1, 0, "s", color=theme.ink, ms=7, zorder=6)
    _named(chart)
    _colour_bar(figure, chart)
    _legend(figure, chart)
    _words(figure, chart)
    out = io.BytesIO()
    figure.savefig(out, format="png", facecolor=theme.paper)
    return out.getvalue()


def _points(outcome: Outcome) -> list[_Point]:
    front = {t.number for t in outcome.front()}
    scored = [(t, best_evaluation(t)) for t in outcome.trials]
    points = [_Point(t, e, t.number in front) for t, e in scored if e is not None]
    return [p for p in points if math.isfinite(p.e.speedup) and math.isfinite(p.loss)]


def _box(outcome: Outcome, points: Sequence[_Point]) -> _Box:
    """Room for all, but far worse pictures than allowed do not squeeze the rest: they are drawn at the edge."""
    required = outcome.target.required_speedup(outcome.baseline.latency_s)
    allowed = 100 * outcome.target.max_loss
    right = max([required, 1.2, *(p.e.speedup_interval.high for p in points)])
    left = min([1.0, *(p.e.speedup_interval.low for p in points)])
    near = [p.loss + 100 * p.e.loss_se for p in points if p.loss <= 3 * max(allowed, 2.0)]
    high = max([1.3 * allowed, 1.0, *near])
    low = min([0.0, *(p.loss - 100 * p.e.loss_se for p in points)])
    wide, tall = right - left, max(high - low, 1.0)
    return _Box(left - 0.07 * wide, right + 0.09 * wide, low - 0.18 * tall, high + 0.12 * tall)


def _top_drift(outcome: Outcome, points: Sequence[_Point]) -> float:
    return max([1.5 * (outcome.target.max_drift or 0.35), *(p.e.drift for p in points if math.isfinite(p.e.drift))])


def _frame(chart: _Chart) -> None:
    axes, box, theme = chart.axes, chart.box, chart.theme
    axes.set(xlim=(box.left, box.right), ylim=(box.bottom, box.top), facecolor=theme.paper)
    axes.set_xlabel("Speedup (x), faster →", color=theme.ink, fontsize=11)
    axes.set_ylabel("← better   Quality loss (%)", color=theme.ink, fontsize=11)
    axes.grid(color=theme.grid, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(colors=theme.faint, labelsize=10.5, length=0)
    axes.xaxis.set_major_locator(MaxNLocator(6))
    axes.yaxis.set_major_locator(MaxNLocator(6))
    for side, spine in axes.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(theme.faint)


def _target(chart: _Chart) -> None:
    axes, box, good = chart.axes, chart.box, chart.theme.good
    axes.fill_between([chart.required, box.right], box.bottom, chart.allowed, color=good, alpha=0.12, linewidth=0)
    axes.axvline(chart.required, color=good, linewidth=1.1, linestyle=(0, (4, 3)))
    axes.axhline(chart.allowed, color=good, linewidth=1.1, linestyle=(0, (4, 3)))
    leftish = chart.required < box.left + 0.7 * (box.right - box.left)
    at, side = ((4, -3), "left") if leftish else ((-4, -3), "right")
    _label(axes, f"target {chart.required:.3g}x", (chart.required, box.top), at, good, ha=side, va="top")
    _label(axes, f"loss ≤ {chart.allowed:g}%", (box.left, chart.allowed), (4, 2), good)


def _front_line(chart: _Chart) -> None:
    """Through those that no other beats in this plane; the rest of the front is there for its drift."""
    best: list[_Point] = []
    for p in sorted(chart.points, key=lambda p: (-p.e.speedup, p.loss)):
        if not best or p.loss < best[-1].loss:
            best.append(p)
    xs, ys = [p.e.speedup for p in best], [chart.height(p) for p in best]
    chart.axes.plot(xs, ys, color=chart.theme.ink, linewidth=1.4, alpha=0.75, zorder=2)


def _dot(chart: _Chart, point: _Point) -> None:
    e, x, y, theme = point.e, point.e.speedup, chart.height(point), chart.theme
    within = point.loss <= chart.box.top
    width = [[max(0.0, x - e.speedup_interval.low)], [max(0.0, e.speedup_interval.high - x)]]
    tall = 100 * e.loss_se if within else None
    chart.axes.errorbar(x, y, tall, width, fmt="none", ecolor=theme.faint, elinewidth=1, alpha=0.6, zorder=3)
    if point.trial.number == chart.outcome.winner:
        return  # drawn as a star, above all others
    shape = ("D" if e.protocol == "final" else "o") if within else "^"
    edge: dict[str, Any] = {"mec": theme.ink, "mew": 1.6} if point.front else {"mec": theme.faint, "mew": 0.6}
    size, colour = (7.5 if shape == "D" else 8.5), chart.colour(point)
    chart.axes.plot(x, y, shape, color=colour, ms=size, zorder=4 + point.front, clip_on=False, **edge)


def _named(chart: _Chart) -> None:
    """The winner as a star; without one, the best by name."""
    won = chart.outcome.winner is not None
    number = chart.outcome.winner if won else chart.outcome.best
    point = next((p for p in chart.points if p.trial.number == number), None)
    if point is None:
        return
    x, y, ink = point.e.speedup, chart.height(point), chart.theme.ink
    if won:
        chart.axes.plot(x, y, "*", color=chart.colour(point), ms=19, mec=ink, mew=1.3, zorder=7)
    text = f"{'winner' if won else 'best'}: no. {number}, {times(x)}, loss {percent(point.e.loss)}"
    chart.axes.plot([x, x], [chart.box.bottom, y], color=ink, linewidth=0.9, linestyle=(0, (1, 2)), zorder=1)
    leftish = x < (chart.box.left + chart.box.right) / 2
    at, side = ((5, 4), "left") if leftish else ((-5, 4), "right")
    over = {"boxstyle": "square,pad=0.1", "facecolor": chart.theme.paper, "alpha": 0.85, "linewidth": 0}
    _label(chart.axes, text, (x, chart.box.bottom), at, ink, ha=side, size=10.5, weight="bold", over=over)


def _colour_bar(figure: Figure, chart: _Chart) -> None:
    room, bound, theme = figure.add_axes((0.845, 0.32, 0.032, 0.57)), chart.outcome.target.max_drift, chart.theme
    bar = figure.colorbar(chart.colours, cax=room)
    bar.outline.set_visible(False)  # pyright: ignore[reportCallIssue]
    room.tick_params(colors=theme.faint, labelsize=9.5, length=0)
    room.set_title("drift", color=theme.ink, fontsize=10.5, pad=6)
    if bound is not None:
        room.axhline(bound, color=theme.paper, linewidth=3.5)
        room.axhline(bound, color=theme.ink, linewidth=1.6)


def _legend(figure: Figure, chart: _Chart) -> None:
    """Only what is in the chart."""
    theme, won = chart.theme, chart.outcome.winner
    dots = [p for p in chart.points if p.trial.number != won]
    key: dict[str, Any] = {"linestyle": "none", "markerfacecolor": theme.grid, "markeredgecolor": theme.faint}
    ink: dict[str, Any] = {"linestyle": "none", "color": theme.ink}
    entries = (
        (any(p.e.protocol == "quick" for p in dots), Line2D([], [], marker="o", ms=8, label="quick", **key)),
        (any(p.e.protocol == "final" for p in dots), Line2D([], [], marker="D", ms=7, label="final", **key)),
        (won is not None, Line2D([], [], marker="*", ms=14, label="winner", **key)),
        (any(p.front for p in dots), Line2D([], [], marker="o", ms=8, mew=1.6, mfc=theme.grid, label="front", **ink)),
        (True, Line2D([], [], marker="s", ms=7, label="the script as it is", **ink)),
    )
    handles = [handle for there, handle in entries if there]
    style: dict[str, Any] = {"frameon": False, "labelcolor": theme.ink, "fontsize": 10}
    place: dict[str, Any] = {"loc": "lower left", "bbox_to_anchor": (0.0, 0.15), "ncols": 3, "columnspacing": 1.4}
    figure.legend(handles=handles, handletextpad=0.4, **place, **style)


def _words(figure: Figure, chart: _Chart) -> None:
    """Where it was measured above the chart, and what cannot be seen in it below."""
    theme = chart.theme
    title = "\n".join(textwrap.wrap(one_line(where(chart.outcome.environment), 116), 58))
    figure.text(0.03, 0.985, title, color=theme.ink, fontsize=9.5, weight="bold", va="top", parse_math=False)
    above = sum(p.loss > chart.box.top for p in chart.points)
    lines = [failures_sentence(chart.outcome), "Bars: interval of speedup, ± 1 standard error of loss."]
    bound = chart.outcome.target.max_drift
    lines += [f"Line in the drift scale: the target, {bound:g}."] if bound is not None else []
    lines += [f"▲ {above} above the chart, drawn at its edge."] if above else []
    folded = "\n".join(part for line in lines for part in textwrap.wrap(line, 74))
    figure.text(0.03, 0.145, folded, color=theme.faint, fontsize=8.5, va="top", linespacing=1.4, parse_math=False)


def _label(
    axes: Axes,
    text: str,
    at: tuple[float, float],
    offset: tuple[float, float],
    colour: str,
    *,
    ha: Literal["left", "center", "right"] = "left",
    va: Literal["top", "bottom"] = "bottom",
    size: float = 9.5,
    weight: str = "normal",
    over: dict[str, Any] | None = None,
) -> None:
    """Words beside a point, `offset` in points of type; `over` is the box that keeps lines behind them away."""
    place: dict[str, Any] = {"xytext": offset, "textcoords": "offset points", "annotation_clip": False}
    axes.annotate(text, at, color=colour, ha=ha, va=va, size=size, weight=weight, zorder=8, bbox=over, **place)
