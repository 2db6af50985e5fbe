"""One worker's place: a warm runner of its own, where tasks are solved and judged one after another."""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ...knowledge.types import (
    Calibrated,
    Environment,
    Failure,
    Judged,
    Protocol,
    Submission,
    Target,
    Task,
)
from ...tools.measure.judge import Judge
from ...tools.measure.runner import Live
from ...tools.measure.sampling import call_at
from ...tools.store.bench import KeptPicture
from ...tools.store.store import Store
from ..solvers.problem import Problem, Solver
from ..stages.evaluate import Findings, Stages
from ..stages.place import Place, lay
from ..stages.protocols import absolute
from ..tasks.load import request_for
from .handle import Handle
from .recall import Recalled


@dataclass(frozen=True)
class Desk:
    """Everything that a task is solved and judged with. `close` is whoever's who made the runner."""

    solver: Solver
    stages: Stages
    environment: Environment
    store: Store
    calibrated: Mapping[str, Calibrated]
    protocols: Callable[[Task], dict[str, Protocol]]
    """quick and final for the solver's search, bench for stage 3"""
    budget: int
    clock: Callable[[], float]
    recall: Callable[[Task, str | None], Recalled | None] = lambda task, code: None
    """what another run found of the same code"""

    def judge(self, task: Task) -> tuple[Judged, list[KeptPicture]]:
        """Solve it, then put the one submission through the stages."""
        started = self.clock()
        with tempfile.TemporaryDirectory(prefix="diffbench-") as folder:
            place = lay(task, Path(folder))
            judge = self._judge(task, place)
            try:
                submission = self._solved(task, place, judge)
                if (before := self.recall(task, submission.code)) is not None:
                    return recalled(before, submission, self.clock() - started), list(before.pictures)
                found = self.stages.evaluate(task, submission.code, place, judge, self._numbers(task))
            finally:
                if judge is not None:
                    judge.close()
        return judged(task, submission, found, self.clock() - started), list(found.pictures)

    def _solved(self, task: Task, place: Place, judge: Judge | None) -> Submission:
        started = self.clock()
        handle = Handle(self.budget, judge, lambda code: self._runs(task, place, code))
        found = self.solver.solve(self._problem(task, place), self.budget, handle)
        return found.model_copy(update={"evaluations": handle.used, "seconds": self.clock() - started})

    def _problem(self, task: Task, place: Place) -> Problem:
        return problem(task, place.folder, self._numbers(task), self.environment, self.stages.max_drift)

    def _numbers(self, task: Task) -> Calibrated | None:
        return self.calibrated.get(task.baseline) if task.baseline is not None else None

    def _judge(self, task: Task, place: Place) -> Judge | None:
        """The one judge of a task that has a baseline."""
        subject = place.subject(task.reference) if task.relative else None
        if subject is None:
            return None
        return Judge(
            subject=subject,
            environment=self.environment,
            protocols=self.protocols(task),
            runner=self.stages.runner,
            scorer=self.stages.scorer,
            store=self.store,
            limits=self.stages.limits,
        )

    def _runs(self, task: Task, place: Place, code: str) -> Failure | None:
        live = self.stages.runner().start(place.job(code), place.path, self.stages.limits)
        if not isinstance(live, Live):
            return live
        try:
            made = live.pictures(*call_at(live, absolute(self.stages.bound(task)), 0))
            return made if isinstance(made, Failure) else None
        finally:
            live.close()


def problem(
    task: Task, folder: Path, numbers: Calibrated | None, environment: Environment, max_drift: float | None
) -> Problem:
    """A task as a solver sees it: what a person would be told, and nothing of how it is judged."""
    if not task.relative:
        return Problem(task.id, task.request, folder, task.inputs, environment=environment)
    return Problem(
        id=task.id,
        request=request_for(task, numbers),
        folder=folder,
        inputs=task.inputs,
        baseline=task.reference,
        target=_target(task, numbers, max_drift),
        baseline_s=numbers.baseline_s if numbers is not None else None,
        menu=task.menu,
        environment=environment,
    )


def _target(task: Task, numbers: Calibrated | None, max_drift: float | None) -> Target | None:
    if numbers is None or task.difficulty is None:
        return None
    loss = 0.05 if task.max_loss is None else task.max_loss
    if task.level == 4:
        return Target(speedup=numbers.speedup(task.difficulty), max_loss=loss, max_drift=max_drift)
    return Target(latency_s=numbers.latency_s(task.difficulty), max_loss=loss, max_drift=max_drift)


def recalled(before: Recalled, submission: Submission, seconds: float) -> Judged:
    """The verdict of another run, under this run's own costs."""
    return before.judged.model_copy(update={"submission": submission, "seconds": seconds, "judged_in": before.run})


def judged(task: Task, submission: Submission, found: Findings, seconds: float) -> Judged:
    """What is kept of a task, whole."""
    return Judged(
        task=task.id,
        submission=submission,
        failure=found.failure,
        sentence=found.sentence,
        crash=found.crash,
        static=found.static,
        absolute=found.absolute,
        relative=found.relative,
        seconds=seconds,
    )
