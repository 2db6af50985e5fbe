"""What the `bench` commands print for people: progress on stderr, what was found on stdout."""

import sys
from collections.abc import Sequence
from typing import Any

from rich.syntax import Syntax
from rich.text import Text

from ...bench.running.work import Progress
from ...bench.stages.thresholds import Thresholds
from ...knowledge.types import Judged, Run, Task
from ...tools.report.text import clean, one_line, seconds
from ..console import out, table
from .use_cases import State


def tell(sentence: str) -> None:
    """One sentence on stderr."""
    print(one_line(clean(sentence), 300), file=sys.stderr, flush=True)


def begun(run: Run) -> None:
    """Which run, on which models and device."""
    where = run.environment
    tell(f"[bench] {run.name}: {len(run.tasks)} tasks on {where.models} models, {where.device.name}")


def progress(p: Progress) -> None:
    """`[bench 12/43] L2-020 passed (31 s) · pass rate 91.7% · 14 min left`"""
    parts = [f"[bench {p.done}/{p.planned}] {_said(p.judged)}"]
    if p.done:
        parts.append(f"pass rate {100 * p.pass_rate:.1f}%")
    if p.seconds_left is not None:
        parts.append(f"{seconds(p.seconds_left)} left")
    tell(" · ".join(parts))


def _said(judged: Judged | None) -> str:
    if judged is None:
        return "started"
    verdict = "passed" if judged.passed else f"{judged.failure}: {judged.sentence}"
    return f"{judged.task} {one_line(clean(verdict), 160)} ({seconds(judged.seconds)})"


def state_values(state: State) -> dict[str, Any]:
    """A state as plain values."""
    return {
        "run": state.run.name,
        "solver": state.run.solver,
        "suite": state.run.suite,
        "tasks": len(state.run.tasks),
        "done": state.done,
        "passed": state.passed,
        "at_work": list(state.at_work),
        "whole": state.whole,
        "command": state.command,
    }


def states(found: Sequence[State]) -> None:
    """One line for each run."""
    if not found:
        out.print("There are no runs yet; make one with `diffagent-mcp bench run`.")
        return
    shown = table("run", "suite", "judged", "passed", "pass rate", "at work")
    for s in found:
        rate = f"{100 * s.passed / s.done:.1f}%" if s.done else "–"
        cells = (s.run.name, s.run.suite, f"{s.done}/{len(s.run.tasks)}", str(s.passed), rate, ", ".join(s.at_work))
        shown.add_row(*(Text(c) for c in cells))
    out.print(shown)


def tasks(chosen: Sequence[Task]) -> None:
    """One line for each task."""
    for t in chosen:
        out.print(Text(f"{t.id}  {t.attributes.pipeline_class:<33} {one_line(t.request, 100)}"))


def task(t: Task) -> None:
    """One task for people."""
    out.print(Text(f"{t.id}, level {t.level}", style="bold"))
    out.print(Text(t.request))
    a = t.attributes
    rows = [
        ("pipeline", f"{a.pipeline_class}, {a.model_id}"),
        ("scheduler", a.scheduler or "the checkpoint's own"),
        ("steps, size", f"{a.steps}, {a.width}x{a.height}"),
        ("methods", ", ".join(s.method for s in a.methods) or "none"),
        ("must match", ", ".join(t.fixed)),
        ("files", ", ".join(t.inputs) or "none"),
    ]
    if t.relative:
        rows.append(("baseline", f"{t.baseline}, {t.difficulty}; menu: {', '.join(t.menu)}"))
    for name, value in rows:
        out.print(Text(f"  {name:<12} {value}"))
    out.print()
    out.print(Syntax(t.reference, "python", background_color="default") if out.is_terminal else Text(t.reference))


def rescored(run: Run, count: int, changed: Sequence[tuple[Judged, Judged]]) -> None:
    """What scoring again has changed."""
    out.print(Text(f"{run.name}: {count} tasks scored again, {len(changed)} with another verdict"))
    for was, now in changed:
        out.print(Text(f"  {now.task}: {was.failure or 'passed'} -> {now.failure or 'passed'}"))


def thresholds(found: Thresholds) -> None:
    """Stage 2's bounds as a table."""
    shown = table("pipeline", "bound", "lowest", "median", "pictures")
    for c in found.cards:
        shown.add_row(c.card, f"{c.threshold:.1f}", f"{c.lowest:.1f}", f"{c.median:.1f}", str(c.pictures))
    out.print(shown)


def lines(said: Sequence[str]) -> None:
    """Sentences, one a line."""
    for each in said:
        out.print(Text(each))
