"""Committed results: each run is filed as lines of JSON, and docs/results/ is generated from the files alone.

No number in those pages is written by hand: `results_page` is a pure function of the files beside it, and a test makes
each page again.
"""

import json
from collections.abc import Sequence
from pathlib import Path

from pydantic import Field

from ...knowledge.types import Judged, Record, Run, Task
from ...tools.report.text import one_line
from ...tools.textfile import write
from ..scores import Comparison, Scores, compare, score
from . import tables, words
from .published import published


class FiledRun(Record):
    """A run as it is committed: who measured it with which command, and every verdict without code and pictures."""

    command: str = Field(description="what was typed to make it")
    run: Run
    judged: tuple[Judged, ...]

    def dumped(self) -> str:
        """One line for the run and one for each task; a task's line leaves out what is at its default."""
        head = {"command": self.command, "run": self.run.model_dump(mode="json")}
        lines = [head, *(j.model_dump(mode="json", exclude_defaults=True) for j in self.judged)]
        return "".join(json.dumps(line, sort_keys=True, ensure_ascii=False) + "\n" for line in lines)


def loaded(text: str) -> FiledRun:
    """The run that `dumped` wrote."""
    first, *rest = [json.loads(line) for line in text.split("\n") if line.strip()]
    return FiledRun(
        command=first["command"],
        run=Run.model_validate(first["run"]),
        judged=tuple(Judged.model_validate(line) for line in rest),
    )


def filed(command: str, run: Run, judged: Sequence[Judged]) -> FiledRun:
    """What is kept of a run: numbers and sentences; no code, no evidence, no prompt list."""
    order = {name: n for n, name in enumerate(run.tasks)}
    return FiledRun(
        command=one_line(command),
        run=run,
        judged=tuple(_slim(j) for j in sorted(judged, key=lambda j: order.get(j.task, len(order)))),
    )


def _slim(judged: Judged) -> Judged:
    handed = judged.submission.model_copy(update={"code": None, "note": ""})
    absolute = judged.absolute.model_copy(update={"prompts": (), "seeds": ()}) if judged.absolute else None
    slim = {"submission": handed, "crash": None, "static": None, "absolute": absolute}
    return judged.model_copy(update={**slim, "sentence": one_line(judged.sentence, 300)})


def file_run(folder: Path, command: str, run: Run, judged: Sequence[Judged]) -> Path:
    """Keep a run under `folder`, named by its solver and fingerprint."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{run.name}.jsonl"
    write(path, filed(command, run, judged).dumped())
    return path


def read_filed(folder: Path) -> list[FiledRun]:
    """Every run filed in a folder, by file name."""
    return [loaded(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.jsonl"))]


def write_results(folder: Path, tasks: Sequence[Task], title: str = "DiffBench results") -> Path:
    """Generate `folder`/README.md from the runs filed under `folder`/data; returns its path."""
    page = folder / "README.md"
    write(page, results_page(title, read_filed(folder / "data"), tasks))
    return page


def results_page(title: str, runs: Sequence[FiledRun], tasks: Sequence[Task], replayed: str = "") -> str:
    """A page of docs/results/: all runs beside one another, each with its command.

    `replayed` is a finished section about replays of recorded landscapes, kept apart from what was run.
    """
    scored = [(it, score(it.run, tasks, it.judged)) for it in runs]
    pairs = [(it.run, scores) for it, scores in scored]
    parts = [
        f"# {title}",
        "Generated from the files in `data/` beside this page; do not edit. "
        f"{published().note} Source of the published rows: {published().source}.",
        *([tables.leaderboard(pairs)] if pairs else ["No run has been filed yet."]),
        *(["## Times faster", tables.fast(pairs)] if any(s.fast for _, s in pairs) else []),
        *_difficulties(pairs),
        *_against_first(runs, tasks),
        *(_one(it, scores) for it, scores in scored),
        replayed,
        "## What the words mean",
        "\n".join(f"- **{word}**: {meaning}" for word, meaning in words.DEFINITIONS),
    ]
    return "\n\n".join(p for p in parts if p) + "\n"


def _difficulties(pairs: Sequence[tuple[Run, Scores]]) -> list[str]:
    names = sorted({g.name for _, s in pairs for g in s.difficulties})
    if not names:
        return []
    rows = [[tables.cell(run.solver), *(_at(scores, name) for name in names)] for run, scores in pairs]
    return ["## By difficulty", tables.grid(["solver", *names], rows)]


def _at(scores: Scores, name: str) -> str:
    rate = next((g.rate for g in scores.difficulties if g.name == name), None)
    return f"{rate.passed} of {rate.total}" if rate else "–"


def _against_first(runs: Sequence[FiledRun], tasks: Sequence[Task]) -> list[str]:
    """Everyone against the first, task by task."""
    if len(runs) < 2:
        return []
    first, *others = [(it.run, it.judged) for it in runs]
    rows = [_compared(compare(other, first, tasks)) for other in others]
    head = ["against", "tasks in both", "S_p, points (95%)", "won", "lost", "McNemar", "S_a, points (95%)"]
    return [f"## {first[0].solver}, task by task", tables.grid(head, rows)]


def _compared(it: Comparison) -> list[str]:
    row = it.overall
    achieved = "–"
    if it.achieved:
        low, high = words.points(it.achieved.interval.low), words.points(it.achieved.interval.high)
        achieved = f"{words.points(it.achieved.value)} ({low} to {high})"
    change = f"{words.points(row.difference)} ({words.points(row.interval.low)} to {words.points(row.interval.high)})"
    counts = [str(row.only_second), str(row.only_first), words.p_value(row.p)]
    return [tables.cell(it.first), str(it.tasks), change, *counts, achieved]


def _one(it: FiledRun, scores: Scores) -> str:
    """How one run was made, and how it failed."""
    lines = [
        f"## {tables.cell(it.run.name)}",
        f"    {it.command}",
        f"{tables.cell(words.settings(it.run))}. Measured on {tables.cell(words.conditions(it.run))}. "
        f"{words.full(scores.overall)}; S_a {words.mean_full(scores.achieved)}, "
        f"ungated {words.mean_full(scores.achieved_anyhow)}. Effort: {words.cost(scores.totals)}. "
        f"{words.progress(scores)}".strip(),
        tables.groups("templates", scores.phrasings) if len(scores.phrasings) > 1 else "",
        tables.failures(scores) if any(f.total for f in scores.failures) else "No task failed.",
    ]
    return "\n\n".join(line for line in lines if line)
