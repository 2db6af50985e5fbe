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
from ..scores import Comparison, Scores, compare, rate_of, score
from . import tables, words
from .published import published

_BESIDE = (("targets.md", "where the targets of L4 and L5 come from"), ("replay.md", "solvers on recorded landscapes"))
"""pages that `bench replay --out` writes"""


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
    beside = [f"[{word}]({name})" for name, word in _BESIDE if (folder / name).exists()]
    more = f"## Beside these runs\n\n{', '.join(beside)}." if beside else ""
    write(page, results_page(title, read_filed(folder / "data"), tasks, more))
    return page


def results_page(title: str, runs: Sequence[FiledRun], tasks: Sequence[Task], beside: str = "") -> str:
    """A page of docs/results/: all runs beside one another, each with its command.

    `beside` is a finished section that leads to what was not run as tasks: targets, replays of recorded landscapes.
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
        *_possible(runs, tasks),
        *_against_first(runs, tasks),
        *(_one(it, scores) for it, scores in scored),
        beside,
        "## What the words mean",
        "\n".join(f"- **{word}**: {meaning}" for word, meaning in words.DEFINITIONS),
    ]
    return "\n\n".join(p for p in parts if p) + "\n"


def _difficulties(pairs: Sequence[tuple[Run, Scores]]) -> list[str]:
    names = sorted({g.name for _, s in pairs for g in s.difficulties})
    if not names:
        return []
    raced = [(run, scores) for run, scores in pairs if scores.difficulties]
    rows = [[tables.cell(run.solver), *(_at(scores, name) for name in names)] for run, scores in raced]
    return ["## By difficulty", tables.grid(["solver", *names], rows)]


def _at(scores: Scores, name: str) -> str:
    rate = next((g.rate for g in scores.difficulties if g.name == name), None)
    return f"{rate.passed} of {rate.total}" if rate else "–"


def _possible(runs: Sequence[FiledRun], tasks: Sequence[Task]) -> list[str]:
    """Each run over the hard tasks that some filed run has passed: a target may be beyond reach for everybody."""
    hard = {t.id for t in tasks if t.relative}
    known = sorted({j.task for it in runs for j in it.judged if j.passed and j.task in hard})
    rows: list[list[str]] = []
    for it in runs:
        mine = [j for j in it.judged if j.task in known]
        if mine:
            most = max(j.submission.evaluations for j in mine)
            rate = rate_of(j.passed for j in mine)
            rows.append([tables.cell(it.run.name), words.full(rate), str(most)])
    if not rows:
        return []
    said = (
        f"{len(known)} tasks of L4 and L5 are known to be possible here: a run on this page handed in code that passes "
        "every stage. The others may be beyond reach: a target is the best of many noisy numbers, or 1.2 of it. `gold` "
        "hands in the witness that the calibration recorded, which need not hold on other prompts."
    )
    head = ["run", "S_p", "evaluations of one task, at most"]
    return ["## Among tasks that are known to be possible", said, tables.grid(head, rows)]


def _against_first(runs: Sequence[FiledRun], tasks: Sequence[Task]) -> list[str]:
    """Every run against the first of those that judged the same tasks, task by task."""
    sections: list[str] = []
    left = [(it.run, it.judged) for it in runs]
    while left:
        (first, judged), *others = left
        beside = [other for other in others if set(other[0].tasks) & set(first.tasks)]
        left = [other for other in others if other not in beside]
        rows = [_compared(compare(other, (first, judged), tasks)) for other in beside]
        if rows:
            head = ["against", "tasks in both", "S_p, points (95%)", "won", "lost", "McNemar", "S_a, points (95%)"]
            sections += [f"## {tables.cell(first.name)}, task by task", tables.grid(head, rows)]
    return sections


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
