"""A task beside its verdict, with what the tables group by. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ...knowledge.catalogue import CATALOGUE
from ...knowledge.methods.sampler import SAMPLERS_BY_CLASS
from ...knowledge.pipelines import card_for
from ...knowledge.types import Judged, Relative, Run, Task

_SAMPLERS = {"ddim": "DDIM", "dpmpp_2m": "DPM-Solver", "unipc": "UniPC", "euler": "Euler"}
_QUALITY_HELD = (None, "relative speed")


@dataclass(frozen=True)
class Case:
    """One task of a run and what was said about it."""

    task: Task
    judged: Judged

    @property
    def passed(self) -> bool:
        return self.judged.passed

    @property
    def pipeline(self) -> str:
        """What people call the pipeline: Stable Diffusion 1.5."""
        card = card_for(self.task.attributes.pipeline_class, self.task.attributes.model_id)
        return card.title if card else self.task.attributes.pipeline_class

    @property
    def methods(self) -> tuple[str, ...]:
        """Titles of the methods that the request names; empty at L4 and L5, where the solver chooses."""
        return () if self.task.relative else tuple(_named(self.task))

    @property
    def quality_held(self) -> Relative | None:
        """The measurement of stage 3, where every bound on quality was met; speed may still fall short."""
        return self.judged.relative if self.judged.failure in _QUALITY_HELD else None

    @property
    def achieved(self) -> float:
        """min(U / U_required, 1), and 0 where there was no such candidate or its quality did not hold."""
        return self.quality_held.achieved if self.quality_held else 0.0

    @property
    def achieved_anyhow(self) -> float:
        """The same for whatever was timed, though its quality may have failed; 0 where nothing was timed."""
        return self.judged.relative.achieved if self.judged.relative else 0.0


def cases(run: Run, tasks: Sequence[Task], judged: Sequence[Judged]) -> list[Case]:
    """What was judged so far, in the run's order; a task judged twice counts once, with its last verdict."""
    known, said = {t.id: t for t in tasks}, {j.task: j for j in judged}
    return [Case(known[name], said[name]) for name in dict.fromkeys(run.tasks) if name in said]


def by_baseline(values: Iterable[tuple[Case, float]]) -> dict[str, list[float]]:
    """Values of tasks, those of one baseline together; a task without a baseline stands alone."""
    blocks: dict[str, list[float]] = {}
    for case, value in values:
        blocks.setdefault(case.task.baseline or case.task.id, []).append(value)
    return blocks


def _named(task: Task) -> Iterator[str]:
    sampler = _SAMPLERS.get(SAMPLERS_BY_CLASS.get(task.attributes.scheduler or "", ""))
    if sampler and "scheduler" in task.fixed:
        yield sampler
    for step in task.attributes.methods:
        yield CATALOGUE[step.method].title if step.method in CATALOGUE else step.method
