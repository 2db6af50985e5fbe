"""Plans that keep to a request: the methods it requires in every one, none that it refuses, steps as they may be.

Drawn and ranked as the planner does it, from expectations alone: nothing is measured here.
"""

import random
from collections.abc import Sequence

from ..agents import planner, variation
from ..agents.calibration import Calibration
from ..knowledge import rules
from ..knowledge.catalogue import CATALOGUE
from ..knowledge.expect import Expectation, expect
from ..knowledge.neighbours import ordered
from ..knowledge.situation import Situation
from ..knowledge.types import Plan, Record, Request, Scalar, Step, Target
from ..tools.errors import UsageError

DRAWS = 1200
SHOWN = 5
ASSUMED = 2.0
"""speedup that plans are ranked for where the request names none that can be compared with"""
_LOSSLESS_DRIFT = 0.05


class Expected(Record):
    """A plan and what is expected of it. Nothing here was measured."""

    plan: Plan
    sentence: str
    expected: Expectation


def target_of(request: Request) -> Target:
    """The target to rank plans by; a time can only be compared where the words say what it is now."""
    speedup = request.speedup
    if request.latency_s is not None and request.now_s is not None and request.now_s > request.latency_s:
        speedup = max(speedup or 1.0, request.now_s / request.latency_s)
    if request.lossless:
        return Target(speedup=speedup or ASSUMED, max_loss=0.0, max_drift=_LOSSLESS_DRIFT)
    if request.max_loss is not None:
        return Target(speedup=speedup or ASSUMED, max_loss=request.max_loss)
    return Target(speedup=speedup or ASSUMED)


def is_ranked_blind(request: Request) -> bool:
    """Is a time asked for that nothing can be compared with?"""
    return request.latency_s is not None and request.now_s is None and request.speedup is None


def menu(request: Request, situation: Situation) -> list[str]:
    """Slugs that may be added to what is required."""
    without = set(request.forbidden)
    if request.keep_steps:
        without.add("sampler")
    if request.dtype == "float32":
        without.add("precision")
    if request.intent == "fit_memory":
        return rules.usable(situation, ["precision"], list(without))
    found = rules.usable(situation, request.allowed, list(without))
    return [s for s in found if CATALOGUE[s].lossless] if request.lossless else found


def put_forward(request: Request, situation: Situation, rng: random.Random) -> list[Expected]:
    """The best plans that keep to the request. Raises UsageError where what is required does not fit."""
    _check_required(request, situation)
    target, allowed = target_of(request), menu(request, situation)
    drawn = [variation.random_plan(allowed, situation, rng) for _ in range(DRAWS)] if allowed else []
    shaped = dict.fromkeys(_shaped(request, situation, plan) for plan in [Plan(), *drawn])
    plans = [p for p in shaped if rules.is_valid(p, situation)]
    guess = Calibration(situation, ())
    required = target.speedup or ASSUMED
    ranked = sorted(plans, key=lambda p: -planner.utility(guess.expect(p), target, required, p))
    return [Expected(plan=p, sentence=p.sentence(), expected=expect(p, situation)) for p in _different(ranked)[:SHOWN]]


def _check_required(request: Request, situation: Situation) -> None:
    alone = _shaped(request, situation, Plan())
    if alone.steps and (reasons := rules.problems(alone, situation)):
        raise UsageError(f"what you require does not fit here: {reasons[0].message}")


def _shaped(request: Request, situation: Situation, plan: Plan) -> Plan:
    """A drawn plan made to keep to the request: required methods in, what clashes with them out."""
    required = {s.method: s for s in request.required}
    clashing = {c for slug in required for c in CATALOGUE[slug].clashes}
    clashing |= {s for s in CATALOGUE if CATALOGUE[s].clashes & set(required)}
    kept = {s.method: s for s in plan.steps if s.method not in clashing or s.method in required}
    for slug, step in required.items():
        kept[slug] = _completed(step, kept.get(slug), situation)
    if (sampler := kept.get("sampler")) is not None:
        kept["sampler"] = _sampler(request, situation, sampler)
    return ordered(list(kept.values()))


def _completed(step: Step, drawn: Step | None, situation: Situation) -> Step:
    """What was said, and for the rest what was drawn or is usual."""
    usual: dict[str, Scalar] = {name: field.default for name, field in CATALOGUE[step.method].model_fields.items()}
    if step.method == "sampler":
        usual = {"name": "keep", "steps": situation.steps}
    return Step(method=step.method, params={**usual, **(drawn.params if drawn else {}), **step.params})


def _sampler(request: Request, situation: Situation, step: Step) -> Step:
    """The number of steps or the scheduler stays where the request keeps it."""
    params = dict(step.params)
    if request.keep_scheduler:
        params["name"] = "keep"
    if request.keep_steps:
        params["steps"] = situation.steps
    return Step(method="sampler", params=params)


def _different(ranked: Sequence[Plan]) -> list[Plan]:
    """One plan for each combination of methods, the best of its kind, so that there is something to choose from."""
    best: dict[tuple[str, ...], Plan] = {}
    for plan in ranked:
        best.setdefault(tuple(s.method for s in plan.steps), plan)
    return list(best.values())
