"""The paper's generation (arXiv 2601.03178, section 3), for `--search paper` and for comparisons. Pure.

P plans a generation: up to M refined from parents that are sampled by fitness, the others fresh. Its planner is a
language model that reads the parents' feedback; the knowledge base's expectations, corrected by the trials so far,
stand in for it.
"""

import random
from collections.abc import Iterable, Sequence

from ..knowledge import rules
from ..knowledge.situation import Situation
from ..knowledge.types import Plan, Proposal, Search, Target, Trial
from . import selector, variation
from .calibration import Calibration
from .promise import feedback, pick, required_speedup, sentence, utility

DRAWS = 400
CHILD, FIRST, FRESH = 12.0, 30.0, 6.0
"""how sharply a child, the first fresh plan and the other fresh ones are picked"""


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
        plan = best_new(variation.variants(parent.proposal.plan, mate, allowed, situation, rng, DRAWS), CHILD)
        if plan is not None:
            why = feedback(parent, target)
            proposals.append(Proposal(plan=plan, generation=generation, parents=(parent.number,), why=why))
    for n in range(search.population - len(proposals)):
        plan = best_new(
            (variation.random_plan(allowed, situation, rng) for _ in range(DRAWS)), FIRST if n == 0 else FRESH
        )
        if plan is not None:
            proposals.append(Proposal(plan=plan, generation=generation, why=sentence(calibration.expect(plan))))
    return proposals
