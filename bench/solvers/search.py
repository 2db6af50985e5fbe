"""What every searching solver does with its budget, so that only the proposals differ.

A candidate that meets the target under `quick` is judged again under `final`, as DiffAgent does; both count. The first
that is confirmed is handed in, else the best of what was measured.
"""

from collections.abc import Callable
from dataclasses import dataclass

from ...knowledge.types import Candidate, EditRefused, Evaluation, Plan, Submission, Target, Verdict
from .plans import Written
from .problem import Judging, Problem

NOTHING_TO_SEARCH = "this solver searches for speed; a task without a baseline leaves it nothing to search"
_DRY = 50
"""proposals in a row that cannot be written or are known already, after which a search gives up"""


@dataclass(frozen=True)
class Tried:
    """A candidate and what it came to."""

    candidate: Candidate
    evaluation: Evaluation


Propose = Callable[[], Plan | None]
"""the next plan; None where there is nothing more to propose"""
Hear = Callable[[Plan, Verdict | EditRefused], None]
"""told what became of the plan that was proposed last"""


def search(problem: Problem, written: Written, judging: Judging, propose: Propose, hear: Hear) -> Submission:
    """Spend the budget on proposals until one is confirmed."""
    if problem.target is None:
        return Submission(note=NOTHING_TO_SEARCH)
    target, tried, dry = problem.target, list[Tried](), 0
    while judging.left and dry < _DRY and (plan := propose()) is not None:
        candidate, before = written.write(plan), judging.used
        verdict = candidate if isinstance(candidate, EditRefused) else judging.evaluate(candidate)
        hear(plan, verdict)
        dry = dry + 1 if judging.used == before else 0
        if isinstance(candidate, EditRefused) or not isinstance(verdict, Evaluation):
            continue
        tried.append(Tried(candidate, verdict))
        if meets(verdict, problem, target) and judging.left:
            confirmed = judging.evaluate(candidate, "final")
            if isinstance(confirmed, Evaluation) and meets(confirmed, problem, target):
                return _handed(candidate)
            if isinstance(confirmed, Evaluation):
                tried[-1] = Tried(candidate, confirmed)
    best = max(tried, key=lambda t: standing(t.evaluation, problem, target), default=None)
    return _handed(best.candidate) if best else Submission(note="no candidate could be measured")


def meets(e: Evaluation, problem: Problem, target: Target) -> bool:
    """Point estimates against what is asked for, the baseline being the unit of speed."""
    return e.speedup >= (problem.speedup or 1.0) and target.quality_met_by(e)


def standing(e: Evaluation, problem: Problem, target: Target) -> tuple[bool, bool, float]:
    """What is better: meeting the target, then holding quality, then speed; without quality, the smaller loss."""
    holds = target.quality_met_by(e)
    return meets(e, problem, target), holds, e.speedup if holds else -e.loss


def _handed(candidate: Candidate) -> Submission:
    return Submission(code=candidate.code, note=candidate.plan.sentence() if candidate.plan else "")
