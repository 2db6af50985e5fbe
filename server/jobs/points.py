"""Candidates of a search as points, kept while it runs: for plots that grow, in a chat or an editor."""

from collections.abc import Iterable, Sequence

from pydantic import Field

from ...knowledge.pareto import dominates
from ...knowledge.types import Evaluation, Record, Target, Trial, best_evaluation
from ...tools.report import summary
from ...tools.report.text import one_line


class Point(Record):
    """One candidate, as it is known so far."""

    number: int
    plan: str
    speedup: float | None = Field(default=None, description="absent where it failed, as all numbers are")
    speedup_low: float | None = None
    speedup_high: float | None = None
    loss: float | None = None
    drift: float | None = None
    protocol: str | None = Field(default=None, description="quick in the search, final where it was confirmed")
    verdict: str = Field(description="against the target, or the kind of failure")
    met: bool = Field(default=False, description="speed and both bounds on quality")
    front: bool = Field(default=False, description="no other is at least as good in speed, loss and drift")
    winner: bool = Field(default=False, description="confirmed, and the one to take")
    reason: str | None = Field(default=None, description="of a failure")


def point(trial: Trial, target: Target) -> Point:
    """A candidate by itself; whether it is on the front depends on the others."""
    e, failed = best_evaluation(trial), summary.failure(trial)
    basis = Point(number=trial.number, plan=one_line(trial.proposal.plan.sentence()), verdict="")
    if e is None:
        why = one_line(failed.message, 200) if failed is not None else None
        return basis.model_copy(update={"verdict": summary.reason(failed) if failed else "failed", "reason": why})
    return basis.model_copy(update={**_numbers(e), "verdict": summary.judged(e, target), "met": target.met_by(e)})


def _numbers(e: Evaluation) -> dict[str, object]:
    interval = e.speedup_interval
    numbers = {"speedup": e.speedup, "speedup_low": interval.low, "speedup_high": interval.high}
    more = {"loss": e.loss, "drift": e.drift}
    return {"protocol": e.protocol, **{name: round(value, 4) for name, value in (numbers | more).items()}}


def together(points: Iterable[Point], winner: int | None) -> tuple[Point, ...]:
    """Each candidate once, as it was last heard of, with the front and the winner marked; in the order of numbers."""
    last = {p.number: p for p in points}
    everyone = [last[number] for number in sorted(last)]
    return tuple(p.model_copy(update={"front": _on_front(p, everyone), "winner": p.number == winner}) for p in everyone)


def _on_front(one: Point, points: Sequence[Point]) -> bool:
    mine = _standing(one)
    return mine is not None and not any((its := _standing(p)) is not None and dominates(its, mine) for p in points)


def _standing(p: Point) -> tuple[float, float, float] | None:
    """As an evaluation's; None where it has no numbers."""
    return None if p.speedup is None or p.loss is None or p.drift is None else (p.speedup, -p.loss, -p.drift)
