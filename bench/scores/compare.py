"""Two runs, task by task: only the tasks that both have judged count. Pure."""

import random
from collections.abc import Sequence

from pydantic import Field

from ...knowledge.types import Interval, Judged, Record, Run, Task
from .cases import Case, by_baseline, cases
from .intervals import Mean, Rate, mcnemar, mean_of, rate_of
from .score import Totals, score

_SEED = 20260103


class Paired(Record):
    """Both pass rates over the same tasks, and what their difference is worth."""

    name: str
    first: Rate
    second: Rate
    only_first: int = Field(description="tasks that only the first run passes")
    only_second: int
    difference: float = Field(description="second minus first, as a share of the tasks")
    interval: Interval = Field(description="paired bootstrap over tasks")
    p: float = Field(description="McNemar's exact test, two-sided")


class Comparison(Record):
    """What changed from the first run to the second."""

    first: str
    second: str
    tasks: int = Field(description="judged in both")
    unlike: tuple[str, ...] = Field(description="settings in which the runs differ, one sentence each")
    overall: Paired
    levels: tuple[Paired, ...]
    achieved: Mean | None = Field(description="difference of S_a over hard tasks, second minus first")
    lost: tuple[str, ...] = Field(description="tasks that only the first passes")
    won: tuple[str, ...]
    totals: tuple[Totals, Totals]


Judgement = tuple[Run, Sequence[Judged]]


def compare(first: Judgement, second: Judgement, tasks: Sequence[Task]) -> Comparison:
    """The second run against the first."""
    (run_a, judged_a), (run_b, judged_b) = first, second
    after = {c.task.id: c for c in cases(run_b, tasks, judged_b)}
    pairs = [(a, after[a.task.id]) for a in cases(run_a, tasks, judged_a) if a.task.id in after]
    both = {a.task.id for a, _ in pairs}
    levels = sorted({a.task.level for a, _ in pairs})
    gains = by_baseline((a, b.achieved - a.achieved) for a, b in pairs if a.task.difficulty == "hard")
    return Comparison(
        first=run_a.name,
        second=run_b.name,
        tasks=len(pairs),
        unlike=tuple(_unlike(run_a, run_b)),
        overall=_paired("all", pairs),
        levels=tuple(_paired(f"L{n}", [p for p in pairs if p[0].task.level == n]) for n in levels),
        achieved=mean_of(gains, random.Random(_SEED)),
        lost=tuple(a.task.id for a, b in pairs if a.passed and not b.passed),
        won=tuple(a.task.id for a, b in pairs if b.passed and not a.passed),
        totals=(
            score(run_a, tasks, [j for j in judged_a if j.task in both]).totals,
            score(run_b, tasks, [j for j in judged_b if j.task in both]).totals,
        ),
    )


def _paired(name: str, pairs: Sequence[tuple[Case, Case]]) -> Paired:
    changes = [float(b.passed) - float(a.passed) for a, b in pairs]
    only_first, only_second = changes.count(-1.0), changes.count(1.0)
    blocks = by_baseline((a, change) for (a, _), change in zip(pairs, changes, strict=True))
    mean = mean_of(blocks, random.Random(_SEED))
    return Paired(
        name=name,
        first=rate_of(a.passed for a, _ in pairs),
        second=rate_of(b.passed for _, b in pairs),
        only_first=only_first,
        only_second=only_second,
        difference=mean.value if mean else 0.0,
        interval=mean.interval if mean else Interval(low=-1.0, high=1.0),
        p=mcnemar(only_first, only_second),
    )


def _unlike(a: Run, b: Run) -> list[str]:
    """What the comparison cannot tell from the solvers themselves."""
    said: list[str] = []
    if a.dataset != b.dataset:
        said.append("the task files differ")
    if a.evaluations != b.evaluations:
        said.append(f"budgets differ: {a.evaluations} and {b.evaluations} evaluations a task")
    if a.max_drift != b.max_drift:
        said.append(f"gates differ: drift at most {_bound(a.max_drift)} and {_bound(b.max_drift)}")
    if a.asked != b.asked:
        said.append("the stages asked for other pictures")
    if a.environment != b.environment:
        said.append("environments differ (device, libraries or models): timings are not comparable")
    if set(a.tasks) != set(b.tasks):
        said.append("the runs chose different tasks: only those in both are compared")
    return said


def _bound(drift: float | None) -> str:
    return "anything" if drift is None else f"{drift:g}"
