"""One line a task: what the list in the page, the JSON and the exported table have in common. Pure."""

from collections.abc import Sequence

from pydantic import Field

from ...knowledge.types import Judged, Record, Run, Task
from ..scores import Case, cases


class TaskRow(Record):
    """A task and its verdict in plain values. What was not measured is None."""

    task: str
    level: int
    pipeline: str
    difficulty: str | None
    methods: tuple[str, ...]
    phrasing: str
    held_out: bool
    passed: bool
    failure: str | None
    sentence: str
    speedup: float | None = None
    speedup_low: float | None = None
    speedup_high: float | None = None
    required_speedup: float | None = None
    latency_s: float | None = None
    loss: float | None = None
    loss_se: float | None = None
    drift: float | None = None
    lowest_clip: float | None = Field(default=None, description="of the pictures of stage 2")
    evaluations: int
    requests: int
    tokens: int
    cost_usd: float
    solving_s: float
    seconds: float


def rows(run: Run, tasks: Sequence[Task], judged: Sequence[Judged]) -> list[TaskRow]:
    """One for each task that was judged, in the run's order."""
    return [row_of(case) for case in cases(run, tasks, judged)]


def row_of(case: Case) -> TaskRow:
    """The line of one task."""
    task, judged, handed = case.task, case.judged, case.judged.submission
    plain = TaskRow(
        task=task.id,
        level=task.level,
        pipeline=case.pipeline,
        difficulty=task.difficulty,
        methods=case.methods,
        phrasing=task.phrasing,
        held_out=task.held_out,
        passed=judged.passed,
        failure=judged.failure,
        sentence=judged.sentence,
        lowest_clip=min(judged.absolute.scores) if judged.absolute and judged.absolute.scores else None,
        evaluations=handed.evaluations,
        requests=handed.requests,
        tokens=handed.tokens,
        cost_usd=handed.cost_usd,
        solving_s=handed.seconds,
        seconds=judged.seconds,
    )
    return plain.model_copy(update=_measured(judged))


def _measured(judged: Judged) -> dict[str, float]:
    it = judged.relative
    if it is None:
        return {}
    return {
        "speedup": it.speedup,
        "speedup_low": it.speedup_interval.low,
        "speedup_high": it.speedup_interval.high,
        "required_speedup": it.required_speedup,
        "latency_s": it.latency_s,
        "loss": it.loss,
        "loss_se": it.loss_se,
        "drift": it.drift,
    }
