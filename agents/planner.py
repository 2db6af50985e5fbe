"""The offline planner: plans from the knowledge base alone, no model asked. Pure; the generator is handed in.

Many valid plans are drawn, their effect is expected from the knowledge base corrected by the trials so far, and the
ones that should meet the target at the least cost in quality are put forward.
"""

import random
from collections.abc import Callable, Iterable, Sequence

from ..knowledge import rules
from ..knowledge.expect import Expectation
from ..knowledge.situation import Situation
from ..knowledge.types import Evaluation, Plan, Proposal, Search, Target, Trial, best_evaluation
from . import selector, variation
from .calibration import Calibration

DRAWS = 400
MARGIN = 1.08
"""plans are aimed this far above the required speedup, since expectations err"""


def next_generation(
    trials: Sequence[Trial],
    target: Target,
    search: Search,
    situation: Situation,
    allowed: Sequence[str],
    generation: int,
    rng: random.Random,
) -> list[Proposal]:
    """P proposals: up to M refined from sampled parents, the others fresh; none that was tried before."""
    calibration = Calibration(situation, trials)
    seen = {t.proposal.plan for t in trials}
    proposals: list[Proposal] = []
    required = required_speedup(target, situation, trials)

    def best_new(plans: Iterable[Plan], sharpness: float) -> Plan | None:
        taken = seen | {p.plan for p in proposals}
        valid = [p for p in dict.fromkeys(plans) if p not in taken and rules.is_valid(p, situation)]
        return pick(valid, lambda p: utility(calibration.expect(p), target, required, p), sharpness, rng)

    for parent in selector.parents(trials, target, search.parents, rng):
        mate = rng.choice(trials).proposal.plan
        plan = best_new(variants(parent.proposal.plan, mate, allowed, situation, rng), 12.0)
        if plan is not None:
            proposals.append(_refined(plan, parent, target, generation))
    for n in range(search.population - len(proposals)):
        plan = best_new((variation.random_plan(allowed, situation, rng) for _ in range(DRAWS)), 30.0 if n == 0 else 6.0)
        if plan is not None:
            proposals.append(Proposal(plan=plan, generation=generation, why=_why(calibration.expect(plan))))
    return proposals


def required_speedup(target: Target, situation: Situation, trials: Sequence[Trial]) -> float:
    """The speedup that the target asks for here, from the latest measured baseline."""
    measured = [e.baseline_s for t in trials if (e := best_evaluation(t)) is not None]
    if measured:
        return target.required_speedup(measured[-1])
    if target.speedup is not None or situation.stages is None:
        return target.required_speedup(1.0)
    s = situation.stages
    return target.required_speedup(s.text_encoder_s + s.denoiser_s + s.vae_s + s.rest_s)


def variants(plan: Plan, mate: Plan, allowed: Sequence[str], situation: Situation, rng: random.Random) -> list[Plan]:
    """The paper's "mutation": what could come next from a parent."""
    near = [variation.mutate(plan, allowed, situation, rng) for _ in range(DRAWS // 4)]
    far = [variation.mutate(p, allowed, situation, rng) for p in near[: DRAWS // 8]]
    crossed = [variation.cross(plan, mate, rng) for _ in range(8)]
    return near + far + [p for p in crossed if p.steps]


def utility(e: Expectation, target: Target, required: float, plan: Plan) -> float:
    """How promising a plan is: fast enough with a margin, well within the quality bounds, and simple."""
    short = max(0.0, required * MARGIN - e.speedup) / required
    costs = [e.loss / max(target.max_loss, 1e-3)]
    if target.max_drift is not None:
        costs.append(e.drift / target.max_drift)
    beyond = sum(max(0.0, c - 0.85) for c in costs)
    return -3.0 * short - 1.5 * beyond - 0.3 * sum(costs) / len(costs) - 0.03 * len(plan.steps) - 0.004 * e.startup_s


def pick(plans: Sequence[Plan], value: Callable[[Plan], float], sharpness: float, rng: random.Random) -> Plan | None:
    """Sample one of the best, more greedily the greater the sharpness (softmax over utilities)."""
    if not plans:
        return None
    values = [value(p) for p in plans]
    top = max(values)
    return rng.choices(plans, [2.718281828 ** (sharpness * (v - top)) for v in values])[0]


def _why(e: Expectation) -> str:
    return f"expected {e.speedup:.2f}x at {100 * e.loss:.1f}% loss and drift {e.drift:.2f}"


def _refined(plan: Plan, parent: Trial, target: Target, generation: int) -> Proposal:
    return Proposal(plan=plan, generation=generation, parents=(parent.number,), why=feedback(parent, target))


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
    return f"candidate {trial.number} " + ("reached " + ", ".join(lacks) if lacks else "met the target")
