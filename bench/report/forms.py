"""A run in markdown and JSON, and two runs compared. Pure."""

from collections.abc import Sequence
from typing import Any

from ...knowledge.types import Calibrated, Judged, Run, Task
from ...knowledge.types import as_json as plain
from ...tools.report.text import counted, one_line
from ..scores import Comparison, Scores, score
from ..scores import compare as compared
from . import tables, words
from .published import published
from .rows import rows

Judgement = tuple[Run, Sequence[Judged]]


def as_json(
    run: Run,
    tasks: Sequence[Task],
    judged: Sequence[Judged],
    *,
    command: str = "",
    calibrated: Sequence[Calibrated] = (),
) -> dict[str, Any]:
    """Everything in the report as plain values, the published rows too."""
    return {
        "kind": "bench_report",
        "name": run.name,
        "command": command,
        "run": plain(run),
        "scores": plain(score(run, tasks, judged)),
        "tasks": [plain(row) for row in rows(run, tasks, judged)],
        "calibrated": [plain(c) for c in calibrated],
        "published": plain(published()),
    }


def markdown(
    run: Run,
    tasks: Sequence[Task],
    judged: Sequence[Judged],
    *,
    command: str = "",
    beside: Sequence[Judgement] = (),
) -> str:
    """The report for a terminal, an issue or a page of documentation; `beside` are other runs on the same tasks."""
    scores = score(run, tasks, judged)
    runs = [(run, scores), *((other, score(other, tasks, said)) for other, said in beside)]
    parts = [
        f"# {tables.cell(words.headline(run, scores))}",
        _conditions(run, scores, command),
        "## Leaderboard",
        f"{published().note} Source of the published rows: {published().source}.",
        tables.leaderboard(runs),
        *_sections(scores),
        *(["## fast_p", tables.fast(runs)] if any(s.fast for _, s in runs) else []),
        "## What the words mean",
        "\n".join(f"- **{word}**: {meaning}" for word, meaning in words.DEFINITIONS),
    ]
    return "\n\n".join(p for p in parts if p) + "\n"


def _conditions(run: Run, scores: Scores, command: str) -> str:
    lines = [
        f"- Run: {tables.cell(run.name)}; {tables.cell(words.settings(run))}",
        f"- Measured on: {tables.cell(words.conditions(run))}",
        f"- Effort: {words.cost(scores.totals)}",
    ]
    if scores.achieved is not None:
        gated, anyhow = words.mean_full(scores.achieved), words.mean_full(scores.achieved_anyhow)
        lines.append(f"- S_a (hard tasks): {gated}; ungated: {anyhow}")
    lines += [f"- Command: `{one_line(command).replace('`', ' ')}`"] if command else []
    lines += [f"- {words.progress(scores)}"] if words.progress(scores) else []
    return "\n".join(lines)


def _sections(scores: Scores) -> list[str]:
    named = [
        ("By pipeline", tables.groups("pipeline", scores.pipelines), scores.pipelines),
        ("By method (L1 to L3)", tables.groups("method", scores.methods), scores.methods),
        ("Method and pipeline", tables.heat(scores), scores.heat),
        ("By difficulty", tables.groups("difficulty", scores.difficulties), scores.difficulties),
        ("By phrasing", tables.groups("templates", scores.phrasings), scores.phrasings),
        ("Failures", tables.failures(scores), scores.levels),
    ]
    return [f"## {title}\n\n{table}" if title else table for title, table, there in named if there]


def compare(first: Judgement, second: Judgement, tasks: Sequence[Task]) -> Comparison:
    """The second run against the first, over the tasks that both have judged."""
    return compared(first, second, tasks)


def comparison_json(it: Comparison) -> dict[str, Any]:
    """The comparison as plain values."""
    return {"kind": "bench_comparison", **plain(it)}


def comparison_text(it: Comparison) -> str:
    """The comparison in a terminal's width."""
    lines = [f"{it.second} against {it.first}, {counted(it.tasks, 'task')} judged in both"]
    lines += [f"  mind: {sentence}" for sentence in it.unlike]
    lines += ["", f"  {'':5} {'first':>7} {'second':>7} {'change':>7}   95% of the change   McNemar"]
    for row in (*it.levels, it.overall):
        low, high = words.points(row.interval.low), words.points(row.interval.high)
        rates = f"{words.share(row.first):>7} {words.share(row.second):>7} {words.points(row.difference):>7}"
        split = f"{words.p_value(row.p)} ({row.only_second} won, {row.only_first} lost)"
        lines.append(f"  {row.name:5} {rates}   {f'{low} to {high}':17}   {split}")
    if it.achieved:
        low, high = words.points(it.achieved.interval.low), words.points(it.achieved.interval.high)
        change = words.points(it.achieved.value)
        lines += ["", f"  S_a on {counted(it.achieved.count, 'hard task')}: {change} points ({low} to {high})"]
    lines += [""] + [f"  {name}: {_listed(tasks)}" for name, tasks in (("won", it.won), ("lost", it.lost)) if tasks]
    lines += [f"  effort: {words.cost(it.totals[0])} | {words.cost(it.totals[1])}"]
    return "\n".join(lines) + "\n"


def _listed(names: Sequence[str], most: int = 12) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
