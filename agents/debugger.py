"""The offline debugger: known failure symptoms and their repairs, from the methods themselves. Pure."""

import re
from collections.abc import Sequence

from ..knowledge.catalogue import methods_of
from ..knowledge.types import (
    EditRefused,
    Evaluation,
    Failure,
    InvalidPlan,
    NotProven,
    Plan,
    Proposal,
    Record,
    Step,
    Trial,
)
from .roles import Attempt

ROUNDS = 3
"""T_debug, repairs of one candidate"""


class Repair(Record):
    """A plan to try instead, and why."""

    plan: Plan
    why: str


def next_attempt(chain: Sequence[Trial], trials: Sequence[Trial]) -> Attempt | None:
    """The repaired plan of the last trial of `chain`; None where nothing is known, or new, or the rounds are over."""
    last = chain[-1]
    if isinstance(last.verdict, Evaluation) or len(chain) > ROUNDS:
        return None
    fixed = repair(last.proposal.plan, last.verdict)
    if fixed is None or not fixed.plan.steps or fixed.plan in {t.proposal.plan for t in trials}:
        return None
    why, generation = f"repair: {fixed.why}", last.proposal.generation
    return Attempt(proposal=Proposal(plan=fixed.plan, generation=generation, parents=(last.number,), why=why))


def repair(plan: Plan, failure: Failure) -> Repair | None:
    """The smallest known change that avoids `failure`; None where nothing is known."""
    if isinstance(failure, NotProven | InvalidPlan) and failure.method and plan.step(failure.method):
        return Repair(plan=without(plan, failure.method), why=f"without {failure.method}: {failure.message}")
    if isinstance(failure, EditRefused):
        return None
    text = f"{failure.message}\n{failure.evidence}"
    for method in methods_of(plan):
        for symptom in method.symptoms:
            if not re.search(symptom.pattern, text):
                continue
            step = plan.step(method.slug)
            if symptom.params is not None and step is not None:
                changed = Step(method=step.method, params={**step.params, **symptom.params})
                if changed != step:
                    return Repair(plan=replaced(plan, changed), why=symptom.sentence)
                continue
            return Repair(plan=without(plan, method.slug), why=symptom.sentence)
    return None


def without(plan: Plan, method: str) -> Plan:
    """The plan less one method."""
    return Plan(steps=tuple(s for s in plan.steps if s.method != method))


def replaced(plan: Plan, step: Step) -> Plan:
    """The plan with one method's knobs set anew."""
    return Plan(steps=tuple(step if s.method == step.method else s for s in plan.steps))
