"""Markdown tables of one run or several. Pure."""

from collections.abc import Sequence

from ...knowledge.types import Run
from ...tools.report.text import one_line
from ..scores import Group, Scores
from . import words
from .published import published

FAST = (1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0)


def grid(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table; foreign text in a cell can neither end it nor become markup."""
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return "\n".join([*lines, *(f"| {' | '.join(cells)} |" for cells in rows)])


def cell(text: str, limit: int = 160) -> str:
    """Foreign text for one cell."""
    plain = one_line(text, limit)
    return "".join(f"\\{c}" if c in "\\`*_[]<>|#~" else c for c in plain)


def leaderboard(runs: Sequence[tuple[Run, Scores]]) -> str:
    """Ours with intervals, then the paper's."""
    rows: list[list[str]] = []
    for run, scores in runs:
        levels = [_with_spread(scores, n) for n in range(1, 6)]
        whole = f"{words.share(scores.overall)} ({words.spread(scores.overall)})" if scores.done else "–"
        rows.append([f"**{cell(run.solver)}**", *levels, whole, _achieved(scores), str(scores.done)])
    for row in published().rows:
        achieved = f"{row.achieved:.1f}%" if row.achieved is not None else "–"
        levels = [f"{x:.1f}%" for x in row.levels]
        rows.append([f"*published:* {row.system}", *levels, f"{row.all:.1f}%", achieved, "604"])
    return grid(["system", "L1", "L2", "L3", "L4", "L5", "all", "S_a, hard", "tasks"], rows)


def _with_spread(scores: Scores, level: int) -> str:
    rate = scores.level(level)
    return f"{words.share(rate)} ({words.spread(rate)})" if rate else "–"


def _achieved(scores: Scores) -> str:
    it = scores.achieved
    return f"{100 * it.value:.1f}% ({100 * it.interval.low:.1f}–{100 * it.interval.high:.1f})" if it else "–"


def groups(title: str, found: Sequence[Group]) -> str:
    """Pass rates by name."""
    return grid(
        [title, "passed", "of", "S_p", "95%"],
        [
            [cell(g.name), str(g.rate.passed), str(g.rate.total), words.share(g.rate), words.spread(g.rate)]
            for g in found
        ],
    )


def heat(scores: Scores) -> str:
    """Method by pipeline: passed of how many."""
    methods = list(dict.fromkeys(g.name for g in scores.methods))
    pipelines = [g.name for g in scores.pipelines if any(c.pipeline == g.name for c in scores.heat)]
    at = {(c.method, c.pipeline): f"{c.rate.passed} of {c.rate.total}" for c in scores.heat}
    return grid(["method", *pipelines], [[m, *(at.get((m, p), "–") for p in pipelines)] for m in methods])


def failures(scores: Scores) -> str:
    """Failure classes by level."""
    levels = [int(g.name[1:]) for g in scores.levels]
    return grid(
        ["failure", *(f"L{n}" for n in levels), "all"],
        [[f.failure, *(str(f.levels.get(n, 0)) for n in levels), str(f.total)] for f in scores.failures],
    )


def fast(runs: Sequence[tuple[Run, Scores]]) -> str:
    """fast_p at a few values of p."""
    rows: list[list[str]] = []
    for run, scores in runs:
        if scores.fast:
            total = scores.fast[0].rate.total
            by_p = {point.p: words.share(point.rate) for point in scores.fast}
            rows.append([cell(run.solver), *(by_p.get(p, "0.0%") for p in FAST), str(total)])
    return grid(["fast_p", *(f"{p:g}x" for p in FAST), "tasks"], rows)
