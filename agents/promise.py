"""How promising a plan is, and how one of the promising is picked. Pure; the generator is handed in."""

import random
from collections.abc import Callable, Sequence
from math import exp, log

from ..knowledge.expect import Expectation
from ..knowledge.situation import Situation
from ..knowledge.types import Evaluation, Plan, Target, Trial, best_evaluation
from .calibration import Belief

MARGIN = 1.08
"""plans are aimed this far above the required speedup, since expectations err"""
_LEAST = 1e-9


def required_speedup(target: Target, situation: Situation, trials: Sequence[Trial]) -> float:
    """The speedup that the target asks for here, from the latest measured baseline."""
    measured = [e.baseline_s for t in trials if (e := best_evaluation(t)) is not None]
    if measured:
        return target.required_speedup(measured[-1])
    if target.speedup is not None or situation.stages is None:
        return target.required_speedup(1.0)
    return target.required_speedup(situation.stages.total_s)


def utility(e: Expectation, target: Target, required: float, plan: Plan) -> float:
    """An expectation as one number: fast enough with a margin, well within the quality bounds, and simple."""
    short = max(0.0, required * MARGIN - e.speedup) / required
    spent = costs(e, target)
    beyond = sum(max(0.0, c - 0.85) for c in spent)
    return -3.0 * short - 1.5 * beyond - 0.3 * sum(spent) / len(spent) - 0.03 * len(plan.steps) - 0.004 * e.startup_s


def promise(belief: Belief, target: Target, required: float, plan: Plan) -> float:
    """The logarithm of the chance to meet the target; among the equally likely, the gentler, simpler, quicker to load.

    A plan of which little is known keeps a chance, so that looking around needs no rule of its own.
    """
    spent = costs(belief.expected, target)
    sure = sum(log(max(_LEAST, c)) for c in belief.chances(target, required))
    return sure - 0.1 * sum(spent) / len(spent) - 0.02 * len(plan.steps) - 0.004 * belief.expected.startup_s


def chance(belief: Belief, target: Target, required: float) -> float:
    """That a plan meets the target, its speed, loss and drift taken as independent."""
    fast, good, near = belief.chances(target, required)
    return fast * good * near


def pick(plans: Sequence[Plan], value: Callable[[Plan], float], sharpness: float, rng: random.Random) -> Plan | None:
    """Sample one of the best, more greedily the greater the sharpness (softmax over values)."""
    if not plans:
        return None
    values = [value(p) for p in plans]
    top = max(values)
    return rng.choices(plans, [exp(sharpness * (v - top)) for v in values])[0]


def feedback(trial: Trial, target: Target) -> str:
    """One sentence on what a trial lacks, for whoever plans next."""
    e = best_evaluation(trial)
    if not isinstance(e, Evaluation):
        return f"candidate {trial.number} failed: {getattr(trial.verdict, 'message', '')}"
    required = target.required_speedup(e.baseline_s)
    lacks: list[str] = []
    if e.speedup < required:
        lacks.append(f"{e.speedup:.2f}x where {required:.2f}x is needed")
    if e.loss > target.max_loss:
        lacks.append(f"loss {100 * e.loss:.1f}% where {100 * target.max_loss:.1f}% is allowed")
    if target.max_drift is not None and e.drift > target.max_drift:
        lacks.append(f"drift {e.drift:.2f} where {target.max_drift:.2f} is allowed")
    for bound in target.metrics:
        if not bound.held_by(e) and (found := e.reading(bound.metric)) is not None:
            lacks.append(f"{bound.metric} {found.value:.3g} where {bound.most:g} is allowed")
    return f"candidate {trial.number} " + ("reached " + ", ".join(lacks) if lacks else "met the target")


def sentence(e: Expectation) -> str:
    """`expected 2.10x at 1.0% loss and drift 0.20`"""
    return f"expected {e.speedup:.2f}x at {100 * e.loss:.1f}% loss and drift {e.drift:.2f}"


def costs(e: Expectation, target: Target) -> list[float]:
    """What is expected of loss and drift, each in units of its bound."""
    found = [e.loss / max(target.max_loss, 1e-3)]
    if target.max_drift is not None:
        found.append(e.drift / target.max_drift)
    return found
