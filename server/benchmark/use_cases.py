"""The benchmark's use cases: one function each. The door only translates to and from these."""

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from ...agents.llm.team import Ablation
from ...bench.running import expected
from ...bench.running.desk import Desk
from ...bench.running.executor import Executor
from ...bench.running.owners import alive
from ...bench.running.rescore import Rescoring
from ...bench.running.threads import Threads
from ...bench.running.work import Progress, Work
from ...bench.solvers.problem import Solver
from ...bench.stages.thresholds import Thresholds
from ...bench.tasks.load import load, select, sha
from ...knowledge.types import Calibrated, Judged, Run, Task
from ...tools.errors import UsageError
from ...tools.report.text import counted
from ...tools.store.bench import Bench
from .app import BenchApp
from .bounds import bounds, known_bounds
from .diffagent import DiffAgent
from .executors import brief
from .solvers import solver_named

Say = Callable[[Progress], None]
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Wanted:
    """What `bench run` asks for, beside what the application was built with."""

    solver: str = "diffagent"
    levels: tuple[int, ...] | None = None
    suite: str = "mini"
    limit: int | None = None
    seed: int = 0
    evaluations: int = 28
    without: frozenset[Ablation] = frozenset()
    pictures: Literal["nodes", "driver"] = "nodes"
    """with an executor of several machines: where the pictures stay"""
    command: str = ""
    words: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Prepared:
    """A run before it is worked on."""

    run: Run
    tasks: tuple[Task, ...]
    solver: Solver
    calibrated: dict[str, Calibrated]


@dataclass(frozen=True)
class State:
    """How far a run is."""

    run: Run
    done: int
    passed: int
    at_work: tuple[str, ...]
    command: str

    @property
    def whole(self) -> bool:
        return self.done >= len(self.run.tasks)


def prepare(app: BenchApp, wanted: Wanted) -> Prepared:
    """Choose the tasks and name the run. Raises UsageError where L4 and L5 have no targets here."""
    everything = load()
    chosen = select(everything, wanted.levels, "full" if wanted.suite == "full" else "mini", wanted.limit)
    if not chosen:
        raise UsageError("no task is left to run; look at --levels, --suite and --limit")
    calibrated = {c.baseline: c for c in _calibrated(app)}
    chosen = _with_targets(chosen, calibrated, asked=wanted.levels is not None)
    agent = DiffAgent(wanted.seed, app.app.team, wanted.without)
    solver = solver_named(wanted.solver, wanted.seed, everything, calibrated, agent)
    run = Run(
        solver=solver.name,
        dataset=sha(),
        tasks=tuple(t.id for t in chosen),
        suite=wanted.suite,
        seed=wanted.seed,
        evaluations=wanted.evaluations,
        max_drift=app.options.max_drift,
        asked=app.asked,
        environment=app.environment,
    )
    return Prepared(run, chosen, solver, calibrated)


def _calibrated(app: BenchApp) -> list[Calibrated]:
    bench = app.open_bench()
    try:
        return bench.calibrated(app.environment.fingerprint())
    finally:
        bench.store.close()


def _with_targets(tasks: Sequence[Task], calibrated: dict[str, Calibrated], asked: bool) -> tuple[Task, ...]:
    """Without a calibration L4 and L5 have no numbers: left out where nobody named levels, else a complaint."""
    missing = sorted({t.baseline for t in tasks if t.baseline is not None and t.baseline not in calibrated})
    kept = tuple(t for t in tasks if t.baseline not in missing)
    if missing and (asked or not kept):
        raise UsageError(
            f"{counted(len(missing), 'baseline')} of L4 and L5 (such as {missing[0]}) have no targets on this device; "
            "run `diffagent-mcp bench calibrate` first, or choose --levels L1-L3"
        )
    return kept


def work(app: BenchApp, prepared: Prepared, wanted: Wanted, say: Say, tell: Tell) -> State:
    """Work on a run until every task is judged or in somebody else's hands. The same again goes on from there."""
    opened = app.open_bench()
    opened.open_run(prepared.run, wanted.command)
    timed = expected.timed_before(opened, prepared.run)
    opened.store.close()
    found = bounds(app, prepared.tasks, tell)
    working = Work(
        run=prepared.run,
        tasks=_ordered(app, prepared, timed),
        executor=_executor(app, prepared, wanted, found),
        open_bench=app.open_bench,
        say=say,
        clock=time.time,
        tell=tell,
    )
    working.do()
    return state(app, prepared.run.name)


def _ordered(app: BenchApp, prepared: Prepared, timed: dict[str, float]) -> Sequence[Task]:
    """Many devices take the longest tasks first, so that none of them is at one when the others are done."""
    if app.fleet is None:
        return prepared.tasks
    return expected.longest_first(prepared.tasks, expected.seconds(prepared.tasks, prepared.run.evaluations, timed))


def _executor(app: BenchApp, prepared: Prepared, wanted: Wanted, found: Thresholds) -> Executor:
    run, solver, calibrated = prepared.run, prepared.solver, prepared.calibrated
    if app.fleet is not None:
        sends = wanted.pictures == "driver"
        return app.fleet.briefed(brief(run, (wanted.solver, solver), prepared.tasks, calibrated, found, sends))

    def open_desk(number: int) -> AbstractContextManager[Desk]:
        return app.desk(run, solver, calibrated, found.of)

    return Threads(open_desk, app.options.workers, app.hang_up)


def find(bench: Bench, name: str) -> Run:
    """A run by name or the beginning of it; `latest` is the latest. Raises UsageError."""
    found = bench.run(name)
    if found is None:
        known = ", ".join(r.name for r in bench.runs()[:8]) or "none yet"
        raise UsageError(f"no run is called {name}, or several begin so; there are: {known}")
    return found


def state(app: BenchApp, name: str) -> State:
    """How far a run is, and who is at it."""
    bench = app.open_bench()
    try:
        run = find(bench, name)
        done, passed = bench.counted(run.name)
        at_work = tuple(bench.at_work(run.name, time.time(), alive))
        return State(run, done, passed, at_work, bench.command(run.name))
    finally:
        bench.store.close()


def states(app: BenchApp) -> list[State]:
    """Every run, the latest first."""
    bench = app.open_bench()
    names = [r.name for r in bench.runs()]
    bench.store.close()
    return [state(app, name) for name in names]


def verdicts(app: BenchApp, name: str) -> tuple[Run, list[Judged]]:
    """A run and what was judged of it."""
    bench = app.open_bench()
    try:
        run = find(bench, name)
        return run, bench.judged(run.name)
    finally:
        bench.store.close()


def rescore(app: BenchApp, name: str) -> tuple[Run, int, list[tuple[Judged, Judged]]]:
    """Every metric again from the kept pictures: the run, how many tasks, and those whose verdict is another now."""
    bench = app.open_bench()
    try:
        run = find(bench, name)
        tasks = {t.id: t for t in load()}
        again = Rescoring(bench, run, tasks, app.scorer, known_bounds(app, run))
        pairs = list(again.judged())
        bench.rescored(run.name, [now for _, now in pairs])
        return run, len(pairs), [(was, now) for was, now in pairs if was.failure != now.failure]
    finally:
        bench.store.close()


def report_folder(run: Run, out: Path | None) -> Path:
    """Where the report of a run is written."""
    return out if out is not None else Path("bench-reports") / run.name
