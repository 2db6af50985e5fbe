"""The scores of one run.

S_p is the share of tasks whose one submitted candidate passes every stage.

S_a is taken over hard tasks only, and is the mean of min(U / U_required, 1), where U is the measured speedup. The paper
(arXiv 2601.03178) defines it for L4; for L5, where it does not, we take min(latency_required / latency, 1), which is
the same number since both are measured against one interleaved baseline. The paper does not say what a candidate
counts that breaks the bound on quality. Here it counts 0, as does a crash: speed bought with broken pictures is
worth nothing. The other reading, which counts its speed all the same, is reported beside it as S_a (ungated).

fast_p (after KernelBench, arXiv 2502.10517) is the share of L4 and L5 tasks whose candidate holds the bounds on quality
and is at least p times faster.
"""

import random
from collections.abc import Callable, Iterable, Sequence
from typing import get_args

from pydantic import Field

from ...knowledge.types import FailureClass, Judged, Record, Run, Task
from .cases import Case, by_baseline, cases
from .intervals import Mean, Rate, mean_of, rate_of

_STEP = 0.05
_SEED = 20260103
"""of the bootstrap, fixed so that a report is the same twice"""


class Group(Record):
    """The pass rate of some of the tasks."""

    name: str
    rate: Rate


class Cell(Record):
    """One method on one pipeline, over the tasks that name it."""

    method: str
    pipeline: str
    rate: Rate


class FastPoint(Record):
    """One point of the fast_p curve."""

    p: float
    rate: Rate


class FailureCount(Record):
    """How many failed in one way, in all and at each level."""

    failure: FailureClass
    total: int
    levels: dict[int, int]


class Totals(Record):
    """What the run cost."""

    evaluations: int = Field(description="candidates measured on the way, baselines not counted")
    requests: int = Field(description="calls of a language model")
    tokens: int
    cost_usd: float
    solving_s: float
    seconds: float = Field(description="wall-clock of solving and judging, summed over tasks")
    recalled: int = Field(default=0, description="tasks whose code another run had handed in, and whose verdict is its")


class Scores(Record):
    """Everything that is said about one run in numbers."""

    run: str
    planned: int
    done: int
    overall: Rate
    levels: tuple[Group, ...]
    pipelines: tuple[Group, ...]
    methods: tuple[Group, ...]
    difficulties: tuple[Group, ...]
    phrasings: tuple[Group, ...] = Field(description="templates seen in development beside those held out")
    templates: tuple[Group, ...] = Field(description="each phrasing template by its id")
    heat: tuple[Cell, ...]
    achieved: Mean | None = Field(description="S_a; None: no hard task was judged")
    achieved_l4: Mean | None
    achieved_l5: Mean | None
    achieved_anyhow: Mean | None = Field(description="S_a (ungated)")
    fast: tuple[FastPoint, ...]
    failures: tuple[FailureCount, ...]
    totals: Totals

    def level(self, number: int) -> Rate | None:
        return next((g.rate for g in self.levels if g.name == f"L{number}"), None)


def score(run: Run, tasks: Sequence[Task], judged: Sequence[Judged]) -> Scores:
    """The scores of what was judged so far."""
    found = cases(run, tasks, judged)
    hard = [c for c in found if c.task.difficulty == "hard"]
    return Scores(
        run=run.name,
        planned=len(set(run.tasks)),
        done=len(found),
        overall=rate_of(c.passed for c in found),
        levels=grouped(found, lambda c: (f"L{c.task.level}",)),
        pipelines=_largest_first(grouped(found, lambda c: (c.pipeline,))),
        methods=_largest_first(grouped(found, lambda c: c.methods)),
        difficulties=_difficulties(found),
        phrasings=grouped(found, _phrasing),
        templates=grouped(found, lambda c: (c.task.phrasing,)),
        heat=_heat(found),
        achieved=_mean((c, c.achieved) for c in hard),
        achieved_l4=_mean((c, c.achieved) for c in hard if c.task.level == 4),
        achieved_l5=_mean((c, c.achieved) for c in hard if c.task.level == 5),
        achieved_anyhow=_mean((c, c.achieved_anyhow) for c in hard),
        fast=fast_p(found),
        failures=_failures(found),
        totals=_totals(found),
    )


def grouped(found: Iterable[Case], names: Callable[[Case], Iterable[str]]) -> tuple[Group, ...]:
    """Pass rates by name, in the names' order; a case may count under several."""
    said: dict[str, list[bool]] = {}
    for case in found:
        for name in names(case):
            said.setdefault(name, []).append(case.passed)
    return tuple(Group(name=name, rate=rate_of(said[name])) for name in sorted(said))


def _phrasing(case: Case) -> tuple[str, str]:
    kept = "held out" if case.task.held_out else "development"
    return f"all, {kept}", f"{'L4 and L5' if case.task.relative else 'L1 to L3'}, {kept}"


def fast_p(found: Sequence[Case]) -> tuple[FastPoint, ...]:
    """The curve from 1x until no task is as fast, in steps of 0.05."""
    relative = [c for c in found if c.task.relative]
    if not relative:
        return ()
    speeds = [c.quality_held.speedup if c.quality_held else 0.0 for c in relative]
    last = max(0, int((max(speeds) - 1) / _STEP)) + 1
    thresholds = [round(1 + _STEP * n, 2) for n in range(last + 1)]
    return tuple(FastPoint(p=p, rate=rate_of(s >= p for s in speeds)) for p in thresholds)


def _difficulties(found: Sequence[Case]) -> tuple[Group, ...]:
    groups = grouped(found, lambda c: (f"L{c.task.level} {c.task.difficulty}",) if c.task.difficulty else ())
    order = ("easy", "medium", "hard")
    return tuple(sorted(groups, key=lambda g: (g.name[:2], order.index(g.name[3:]))))


def _heat(found: Sequence[Case]) -> tuple[Cell, ...]:
    said: dict[tuple[str, str], list[bool]] = {}
    for case in found:
        for method in case.methods:
            said.setdefault((method, case.pipeline), []).append(case.passed)
    return tuple(Cell(method=m, pipeline=p, rate=rate_of(v)) for (m, p), v in sorted(said.items()))


def _failures(found: Sequence[Case]) -> tuple[FailureCount, ...]:
    counts: list[FailureCount] = []
    for kind in get_args(FailureClass):
        levels = [c.task.level for c in found if c.judged.failure == kind]
        by_level = {n: levels.count(n) for n in sorted(set(levels))}
        counts.append(FailureCount(failure=kind, total=len(levels), levels=by_level))
    return tuple(counts)


def _totals(found: Sequence[Case]) -> Totals:
    handed = [c.judged.submission for c in found]
    return Totals(
        evaluations=sum(s.evaluations for s in handed),
        requests=sum(s.requests for s in handed),
        tokens=sum(s.tokens for s in handed),
        cost_usd=sum(s.cost_usd for s in handed),
        solving_s=sum(s.seconds for s in handed),
        seconds=sum(c.judged.seconds for c in found),
        recalled=sum(bool(c.judged.judged_in) for c in found),
    )


def _mean(values: Iterable[tuple[Case, float]]) -> Mean | None:
    return mean_of(by_baseline(values), random.Random(_SEED))


def _largest_first(groups: tuple[Group, ...]) -> tuple[Group, ...]:
    return tuple(sorted(groups, key=lambda g: (-g.rate.total, g.name)))
