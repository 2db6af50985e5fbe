"""The drawings of the benchmark's page, as SVG. Pure."""

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from ...tools.report.text import one_line, percent, times
from ..scores import Rate, Scores
from .axes import Axes, drawing, grid, line, path, text, ticks, titled, titles
from .published import Published
from .rows import TaskRow

_PUBLISHED = ("Claude Sonnet 4", "Claude Sonnet 4 + DiffAgent")
_ROW = 44
COLOURS = 5
"""runs that get a colour of their own"""


def levels_chart(scores: Sequence[Scores], published: Published) -> Markup:
    """Pass rates by level: ours as dots with intervals, the paper's as hollow diamonds."""
    names = [g.name for g in scores[0].levels] + ["all"]
    height = 60 + _ROW * len(names)
    axes = Axes(0, 1, 0, len(names), height=height, left=40)
    parts = [line(axes.x(t), 6, axes.x(t), height - 46, "grid") for t in ticks(0, 1)]
    parts += [text(axes.x(t), height - 29, f"{100 * t:.0f}%", "tick mid") for t in ticks(0, 1)]
    for n, name in enumerate(names):
        middle = 6 + _ROW * (n + 0.5)
        parts.append(text(30, middle + 4, name, "tick end strong"))
        shown = scores[:COLOURS]
        for k, one in enumerate(shown):
            parts += _whisker(axes, middle + 9 * (k - (len(shown) - 1) / 2), _level(one, name), k)
        parts += _diamonds(axes, middle, name, published)
    return drawing([*parts, *titles(axes, "tasks passed (S_p)")], "Pass rate by level, with 95% intervals", height)


def _level(scores: Scores, name: str) -> Rate | None:
    return scores.overall if name == "all" else next((g.rate for g in scores.levels if g.name == name), None)


def _whisker(axes: Axes, y: float, rate: Rate | None, colour: int) -> list[Markup]:
    if rate is None or rate.share is None:
        return []
    low, high, at = axes.x(rate.interval.low), axes.x(rate.interval.high), axes.x(rate.share)
    dot = Markup('<circle class="dot c{}" cx="{}" cy="{}" r="5"/>').format(colour, at, y)
    said = f"{percent(rate.share)}, {rate.passed} of {rate.total}"
    return [line(low, y, high, y, f"whisker c{colour}"), titled(dot, said)]


def _diamonds(axes: Axes, y: float, name: str, published: Published) -> list[Markup]:
    found: list[Markup] = []
    for row in published.rows:
        if row.system in _PUBLISHED:
            value = row.all if name == "all" else row.levels[int(name[1:]) - 1]
            x, kind = axes.x(value / 100), "published" + (" best" if "+" in row.system else "")
            shape = Markup('<path class="{}" d="M{} {}l5 5l-5 5l-5 -5z"/>').format(kind, x, y - 5)
            found.append(titled(shape, f"published: {row.system}, {value:g}%"))
    return found


def fast_chart(scores: Sequence[Scores]) -> Markup:
    """fast_p, one stepped line a run; the first with its interval."""
    last = max(point.p for one in scores for point in one.fast)
    axes = Axes(1, max(last, 1.5), 0, 1)
    parts = grid(axes, (lambda v: f"{v:g}x", lambda v: f"{100 * v:.0f}%"))
    first = scores[0].fast
    if first:
        over = [(axes.x(f.p), axes.y(f.rate.interval.high)) for f in first]
        under = [(axes.x(f.p), axes.y(f.rate.interval.low)) for f in reversed(first)]
        parts.append(path([*over, *under], "band c0"))
    for k, one in enumerate(scores[:COLOURS]):
        if one.fast:
            parts.append(path([(axes.x(f.p), axes.y(f.rate.share or 0.0)) for f in one.fast], f"curve c{k}"))
    parts += titles(axes, "p: at least so many times faster", "share of L4 and L5 tasks")
    return drawing(parts, "fast_p: share of tasks that hold quality and are at least p times faster")


def pareto_chart(rows: Sequence[TaskRow], page: Mapping[str, str]) -> Markup:
    """Speed against loss, every timed submission a point that leads to its page."""
    timed = [(r, r.speedup, r.loss) for r in rows if r.speedup is not None and r.loss is not None]
    high = max(1.5, *(s for _, s, _ in timed)) * 1.04
    low = min(1.0, *(s for _, s, _ in timed))
    near = [loss for _, _, loss in timed if loss <= 0.15]
    axes = Axes(low, high, min(0.0, *near) - 0.008, max(0.065, *near) + 0.008)
    parts = grid(axes, (lambda v: f"{v:g}x", lambda v: f"{100 * v:g}%"))
    edge = axes.y(0.05)
    room = '<rect class="room" x="{}" y="{}" width="{}" height="{}"/>'
    left, right, bottom = axes.x(axes.x_low), axes.x(axes.x_high), axes.y(axes.y_low)
    parts.append(Markup(room).format(left, edge, round(right - left, 1), round(bottom - edge, 1)))
    parts.append(line(left, edge, right, edge, "bound"))
    parts.append(text(left + 5, edge - 5, "loss 5%", "note"))
    front = _front([(s, loss) for r, s, loss in timed if r.failure in (None, "relative speed")])
    if len(front) > 1:
        parts.append(path([(axes.x(s), axes.y(min(v, axes.y_high))) for s, v in front], "front"))
    parts += [_point(axes, r, s, loss, page.get(r.task)) for r, s, loss in timed]
    parts += titles(axes, "speedup, faster →", "← better   loss of CLIP-Score")
    return drawing(parts, "Speedup against loss of CLIP-Score for every submission that was timed")


def _point(axes: Axes, row: TaskRow, speedup: float, loss: float, href: str | None) -> Markup:
    x, y = axes.x(speedup), axes.y(min(loss, axes.y_high))
    kind = "passed" if row.passed else ("slow" if row.failure == "relative speed" else "broken")
    shape = Markup('<circle class="task {}" cx="{}" cy="{}" r="4.5"/>').format(kind, x, y)
    if loss > axes.y_high:
        shape = Markup('<path class="task {}" d="M{} {}l5 9l-10 0z"/>').format(kind, x, y - 4)
    elif kind == "broken":
        shape = Markup('<path class="task broken" d="M{} {}l8 8m0 -8l-8 8"/>').format(round(x - 4, 1), round(y - 4, 1))
    asked = f", asked {times(row.required_speedup)}" if row.required_speedup else ""
    said = f"{row.task}: {times(speedup)}{asked}, loss {percent(loss)}; {row.failure or 'passed'}"
    return titled(shape, one_line(said), href)


def _front(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Those that no other beats on both, fastest first."""
    best: list[tuple[float, float]] = []
    for point in sorted(points, key=lambda p: (-p[0], p[1])):
        if not best or point[1] < best[-1][1]:
            best.append(point)
    return best
