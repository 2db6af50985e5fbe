"""What the main page shows, worked out before any HTML is written. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from ...knowledge.types import Calibrated, Run
from ...tools.report.text import counted, one_line, percent, seconds, times
from ...tools.report.view import BANNERS
from ..scores import Case, Group, Rate, Scores, rate_of
from . import words
from .charts import COLOURS, fast_chart, levels_chart, pareto_chart
from .published import published
from .rows import TaskRow, row_of

_LEVELS = range(1, 6)


def main_view(
    runs: Sequence[tuple[Run, Scores]],
    found: Sequence[Case],
    command: str,
    calibrated: Sequence[Calibrated],
    pages: Mapping[str, str],
) -> dict[str, Any]:
    """Everything the template names; the first run is the one that the page is about."""
    run, scores = runs[0]
    rows = [row_of(case) for case in found]
    alike = len({words.settings(other) for other, _ in runs}) == 1
    return {
        **_opening(run, scores, found),
        **_shares(scores),
        **_drawings([one for _, one in runs], rows, pages),
        "alike": words.settings(run) if alike else "",
        "ours": [_ours(other, one, k) for k, (other, one) in enumerate(runs)],
        "published": published(),
        "rows": [_row(r, pages) for r in rows],
        "pipelines_named": sorted({r.pipeline for r in rows}),
        "levels_named": sorted({r.level for r in rows}),
        "verdicts_named": ["passed", "failed", *(f.failure for f in scores.failures if f.total)],
        "command": one_line(command, 1000),
        "facts": _facts(run, scores),
        "calibrated": [_calibrated(c) for c in calibrated],
        "definitions": words.DEFINITIONS,
    }


def _opening(run: Run, scores: Scores, found: Sequence[Case]) -> dict[str, Any]:
    title, warning = BANNERS[run.environment.models]
    return {
        "run": one_line(run.name, 80),
        "headline": words.headline(run, scores),
        "progress": words.progress(scores),
        "conditions": words.conditions(run),
        "settings": words.settings(run),
        "banner": {"kind": run.environment.models, "title": title, "text": warning},
        "tiles": _tiles(scores, found),
    }


def _shares(scores: Scores) -> dict[str, Any]:
    worst = [g for g in sorted(scores.templates, key=_worst_first) if g.rate.passed < g.rate.total]
    return {
        "failures": _failures(scores),
        "kinds": _kinds(scores),
        "heat": _heat(scores),
        "pipelines": [_group(g) for g in scores.pipelines],
        "difficulties": [_group(g) for g in scores.difficulties],
        "achieved": _achieved(scores),
        "phrasings": [_group(g) for g in scores.phrasings],
        "templates": [_group(g) for g in worst[:10]],
    }


def _drawings(runs: Sequence[Scores], rows: Sequence[TaskRow], pages: Mapping[str, str]) -> dict[str, Any]:
    """Empty where there is nothing to draw."""
    return {
        "levels_chart": levels_chart(runs, published()) if runs[0].done else "",
        "fast_chart": fast_chart(runs) if runs[0].fast else "",
        "pareto_chart": pareto_chart(rows, pages) if any(r.speedup for r in rows) else "",
    }


def _tiles(scores: Scores, found: Sequence[Case]) -> list[tuple[str, str, str]]:
    """Label, value, and what stands behind it."""
    basic = rate_of(c.passed for c in found if not c.task.relative)
    targeted = rate_of(c.passed for c in found if c.task.relative)
    tiles = [
        (name, words.share(rate), f"{rate.passed} of {rate.total}, 95% {words.spread(rate)}")
        for name, rate in (("S_p, L1 to L3", basic), ("S_p, L4 and L5", targeted))
        if rate.total
    ]
    if scores.achieved is not None:
        behind = words.mean_full(scores.achieved).partition(" ")[2]
        tiles.append(("S_a, hard tasks", percent(scores.achieved.value), f"95% {behind}"))
    each = scores.totals.evaluations / scores.done if scores.done else 0.0
    tiles.append(("Evaluations a task", f"{each:.1f}", words.cost(scores.totals)))
    return tiles


def _ours(run: Run, scores: Scores, place: int) -> dict[str, Any]:
    achieved = scores.achieved
    behind = f"{100 * achieved.interval.low:.1f}–{100 * achieved.interval.high:.1f}" if achieved else ""
    return {
        "name": one_line(run.solver, 60),
        "settings": words.settings(run),
        "colour": f"c{place}" if place < COLOURS else "none",
        "levels": [_rate(scores.level(n)) for n in _LEVELS],
        "all": _rate(scores.overall),
        "achieved": (percent(achieved.value) if achieved else "–", behind),
        "tasks": scores.done,
    }


def _rate(rate: Rate | None) -> tuple[str, str]:
    return (words.share(rate), words.spread(rate)) if rate is not None and rate.total else ("–", "")


def _group(group: Group) -> dict[str, Any]:
    rate = group.rate
    return {
        "name": group.name,
        "share": words.share(rate),
        "spread": words.spread(rate),
        "counts": f"{rate.passed} of {rate.total}",
        "width": round(100 * (rate.share or 0.0), 1),
        "low": round(100 * rate.interval.low, 1),
        "high": round(100 * rate.interval.high, 1),
    }


def _worst_first(group: Group) -> tuple[float, int]:
    return group.rate.share or 0.0, -group.rate.total


def _failures(scores: Scores) -> list[dict[str, Any]]:
    """A bar for each level: passed, then each way of failing."""
    bars: list[dict[str, Any]] = []
    for group in scores.levels:
        level, total = int(group.name[1:]), group.rate.total
        counts = [("passed", group.rate.passed), *((f.failure, f.levels.get(level, 0)) for f in scores.failures)]
        parts = [
            {"name": name, "css": f"k{n}", "count": count, "width": round(100 * count / total, 3)}
            for n, (name, count) in enumerate(counts)
            if count
        ]
        bars.append({"name": group.name, "total": total, "share": words.share(group.rate), "parts": parts})
    return bars


def _kinds(scores: Scores) -> list[tuple[str, str, int]]:
    """Name, colour and count of every outcome that occurs."""
    kinds = [("passed", "k0", scores.overall.passed)]
    kinds += [(f.failure, f"k{n}", f.total) for n, f in enumerate(scores.failures, start=1)]
    return [k for k in kinds if k[2]]


def _heat(scores: Scores) -> dict[str, Any]:
    pipelines = [g.name for g in scores.pipelines if any(c.pipeline == g.name for c in scores.heat)]
    at = {(c.method, c.pipeline): c.rate for c in scores.heat}
    lines = [
        {"method": g.name, "cells": [_cell(at.get((g.name, p))) for p in pipelines], "all": _cell(g.rate)}
        for g in scores.methods
    ]
    return {"pipelines": pipelines, "lines": lines}


def _cell(rate: Rate | None) -> dict[str, Any] | None:
    if rate is None or rate.share is None:
        return None
    return {
        "share": f"{100 * rate.share:.0f}%",
        "counts": f"{rate.passed}/{rate.total}",
        "warm": round(100 * rate.share),
    }


def _achieved(scores: Scores) -> list[tuple[str, str]]:
    named = (
        ("S_a, L4 hard", scores.achieved_l4),
        ("S_a, L5 hard", scores.achieved_l5),
        ("S_a, all hard", scores.achieved),
        ("S_a (ungated), all hard", scores.achieved_anyhow),
    )
    return [(name, words.mean_full(mean)) for name, mean in named if mean is not None]


def _row(row: TaskRow, pages: Mapping[str, str]) -> dict[str, Any]:
    speed = ""
    if row.speedup is not None and row.required_speedup is not None:
        speed = f"{times(row.speedup)} of {times(row.required_speedup)}"
    return {
        "task": row.task,
        "href": pages.get(row.task, ""),
        "level": row.level,
        "difficulty": row.difficulty or "",
        "pipeline": row.pipeline,
        "methods": ", ".join(row.methods),
        "verdict": row.failure or "passed",
        "passed": row.passed,
        "sentence": one_line(row.sentence, 240),
        "speed": speed,
        "loss": percent(row.loss) if row.loss is not None else "",
        "evaluations": row.evaluations,
    }


def _facts(run: Run, scores: Scores) -> list[tuple[str, str]]:
    rows = [
        ("Run", run.name),
        ("Solver", run.solver),
        ("Settings", words.settings(run)),
        ("Measured on", words.conditions(run)),
        ("Python", run.environment.python),
        ("Libraries", ", ".join(f"{k} {v}" for k, v in sorted(run.environment.libraries.items()))),
        ("Scorer", run.environment.scorer),
        ("Task file", run.dataset),
        ("Effort", words.cost(scores.totals)),
        ("Solving alone", f"{seconds(scores.totals.solving_s)}, summed over tasks"),
    ]
    return [(name, one_line(value, 400)) for name, value in rows if value]


def _calibrated(it: Calibrated) -> dict[str, str]:
    return {
        "baseline": it.baseline,
        "seconds": seconds(it.baseline_s),
        "targets": " · ".join(times(it.speedup(d)) for d in ("easy", "medium", "hard")),
        "best": times(it.best),
        "hard": "witness known" if it.feasible("hard") else "no witness known",
        "witness": one_line(it.witness or "none", 200),
        "effort": f"{counted(it.trials, 'trial')} × {counted(it.samples, 'prompt')}",
    }
