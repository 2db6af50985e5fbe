"""The offline planner: plans from the knowledge base alone, no model asked. Pure; the generator is handed in.

Plans are drawn, varied from the best trials, and taken over from what worked elsewhere. The chance of each to meet
the target comes from expectations that were corrected by what was measured; the likeliest is put forward. One proposal
at a time (`Search.stepwise`) learns from every measurement before the next. Where nothing has a chance of the target,
the search aims at the most that has one, and ends when that is no better than what it holds.
"""

import random
from collections.abc import Iterator, Sequence
from math import exp, log

from ..knowledge import rules
from ..knowledge.render import change_for
from ..knowledge.situation import Situation
from ..knowledge.types import Evaluation, Plan, Proposal, Search, Target, Trial
from . import paper, selector, variation
from .calibration import Belief, Calibration
from .likeness import Heard
from .promise import chance, feedback, pick, promise, required_speedup, sentence, utility

__all__ = ["feedback", "next_generation", "pick", "required_speedup", "utility"]

DRAWS = 300
SHARPNESS = 30.0
CLIMBS, CLIMBERS, STRIDES = 2, 8, 12
"""rounds in which the most promising plans are varied further, how many of them, and into how many"""
PATIENCE, LONG_SHOT = 7, 0.01
"""trials after which a search may end early, and the chance of its best plan below which an aim is given up"""
_LOWER, _BETTER = 0.9, 1.02
"""by what an aim is lowered that nothing has a chance of, and what must be gained on the best that holds the bounds"""
_WORKED = 60
"""plans taken over from elsewhere at most"""
_RAN = 1.25
"""by how much likelier a plan is to run at all if it ran elsewhere: untried combinations fail about one time in five"""
_SPOILT = 0.3
"""what a failure leaves of the chance of another plan with all of its methods"""


def next_generation(
    trials: Sequence[Trial],
    target: Target,
    search: Search,
    situation: Situation,
    allowed: Sequence[str],
    generation: int,
    rng: random.Random,
    before: Calibration | None = None,
) -> list[Proposal]:
    """At most P new proposals, the most promising first; none where no plan is left that could meet the target.

    `before` is what is believed before the first trial: by the knowledge base and by memory; None: by the former alone.
    """
    if search.kind == "paper":
        return paper.next_generation(trials, target, search, situation, allowed, generation, rng)
    aim = _Aim(trials, target, situation, (before or Calibration(situation)).after(trials))
    parents = _drawn(trials, target, search, situation, allowed, rng)
    for plan in _taken_over(aim.knows.heard, target, situation, allowed):
        parents.setdefault(plan, None)
        aim.ran.add(plan)
    aim.climb(parents, allowed, rng)
    found: list[Proposal] = []
    while len(found) < search.population:
        plan = aim.choose(list(parents), rng)
        if plan is None or (search.stop_at_first and aim.over(plan)):
            break
        parent, why = parents[plan], sentence(aim.knows.expect(plan))
        found.append(Proposal(plan=plan, generation=generation, parents=_number(parent), why=_why(parent, target, why)))
        aim.assume(plan)
    return found


class _Aim:
    """What one generation is after: new plans, by their promise."""

    def __init__(self, trials: Sequence[Trial], target: Target, situation: Situation, knows: Calibration) -> None:
        self.target, self.situation, self.knows = target, situation, knows
        self.required = required_speedup(target, situation, trials)
        self.floor = _BETTER * max([1.0, *(e.speedup for e in _measured(trials) if target.quality_met_by(e))])
        self.early = len(trials) < PATIENCE
        self.codes = {change_for(t.proposal.plan, situation).fingerprint() for t in trials if _known(t, situation)}
        self.tried = {t.proposal.plan for t in trials}
        self.failed = [_slugs(t.proposal.plan) for t in trials if not isinstance(t.verdict, Evaluation)]
        self.worked = [_slugs(t.proposal.plan) for t in trials if isinstance(t.verdict, Evaluation)]
        self.ran: set[Plan] = set()
        self._beliefs: dict[Plan, Belief] = {}
        self._values: dict[Plan, float] = {}
        self._valid: dict[Plan, bool] = {}

    def belief(self, plan: Plan) -> Belief:
        if plan not in self._beliefs:
            self._beliefs[plan] = self.knows.believe(plan)
        return self._beliefs[plan]

    def value(self, plan: Plan) -> float:
        """The plan's promise: more where it ran elsewhere, less for every failure whose methods are all in it."""
        if plan not in self._values:
            spoilt = sum(f <= _slugs(plan) and not any(f <= w for w in self.worked) for f in self.failed)
            found = promise(self.belief(plan), self.target, self.required, plan)
            self._values[plan] = found + spoilt * log(_SPOILT) + (plan in self.ran) * log(_RAN)
        return self._values[plan]

    def new(self, plan: Plan) -> bool:
        """Not tried yet, allowed by the rules, and other code than what was tried."""
        if plan in self.tried:
            return False
        if plan not in self._valid:
            self._valid[plan] = rules.is_valid(plan, self.situation) and self.code(plan) not in self.codes
        return self._valid[plan]

    def code(self, plan: Plan) -> str:
        """Equal where two plans write the same into the script."""
        return change_for(plan, self.situation).fingerprint()

    def climb(self, parents: dict[Plan, Trial | None], allowed: Sequence[str], rng: random.Random) -> None:
        """Vary the most promising plans, and the best of those again; what comes of a child is a child."""
        for _ in range(CLIMBS):
            for plan in self.ranked(list(parents))[:CLIMBERS]:
                for _ in range(STRIDES):
                    parents.setdefault(variation.mutate(plan, allowed, self.situation, rng), parents[plan])

    def ranked(self, plans: Sequence[Plan]) -> list[Plan]:
        """The new ones, most promising first. Rules are slower than beliefs, so they are asked of the best alone."""
        found: list[Plan] = []
        for plan in sorted((p for p in plans if p.steps), key=self.value, reverse=True):
            if self.new(plan):
                found.append(plan)
            if len(found) == CLIMBERS:
                break
        return found

    def choose(self, plans: Sequence[Plan], rng: random.Random) -> Plan | None:
        """One of the best, for the target or for the most below it that anything has a chance of."""
        while True:
            plan = pick(self.ranked(plans), self.value, SHARPNESS, rng)
            if plan is None or not self.hopeless(plan) or self.required <= self.floor:
                return plan
            reach = max(exp(b.speed.mean + 2 * b.speed.sd) for b in self._beliefs.values())
            self.required = max(self.floor, min(_LOWER * self.required, reach))
            self._values.clear()

    def hopeless(self, plan: Plan) -> bool:
        """Is the plan all but certain to miss what is aimed at?"""
        return chance(self.belief(plan), self.target, self.required) < LONG_SHOT

    def over(self, plan: Plan) -> bool:
        """Has enough been tried to say that even the best plan left gains nothing?"""
        return not self.early and self.required <= self.floor and self.hopeless(plan)

    def assume(self, plan: Plan) -> None:
        """Go on as if the plan had just missed the target: the next one is chosen for what then still may meet it."""
        self.codes.add(self.code(plan))
        self.tried.add(plan)
        self.knows.assume(plan, self.required, self.target)
        self._beliefs.clear()
        self._values.clear()
        self._valid.clear()


def _drawn(
    trials: Sequence[Trial],
    target: Target,
    search: Search,
    situation: Situation,
    allowed: Sequence[str],
    rng: random.Random,
) -> dict[Plan, Trial | None]:
    """Plans with the trial that each comes from: variants of the Pareto-best trials, and fresh ones."""
    found: dict[Plan, Trial | None] = {}
    for parent in selector.front(trials, target, search.parents):
        mate = rng.choice(trials).proposal.plan
        for plan in variation.variants(parent.proposal.plan, mate, allowed, situation, rng, DRAWS):
            found.setdefault(plan, parent)
    for _ in range(DRAWS if allowed else 0):
        found.setdefault(variation.random_plan(allowed, situation, rng), None)
    return found


def _taken_over(told: Sequence[Heard], target: Target, situation: Situation, allowed: Sequence[str]) -> Iterator[Plan]:
    """What held the bounds elsewhere, the fastest first, made to fit this script."""
    held = [h for h in told if h.loss <= target.max_loss and (target.max_drift is None or h.drift <= target.max_drift)]
    for one in sorted(held, key=lambda h: -h.speedup)[:_WORKED]:
        yield from variation.adapted(one.plan, one.situation.steps, allowed, situation)


def _measured(trials: Sequence[Trial]) -> list[Evaluation]:
    return [t.verdict for t in trials if isinstance(t.verdict, Evaluation)]


def _known(trial: Trial, situation: Situation) -> bool:
    """Can the trial's plan be rendered here?"""
    return rules.is_valid(trial.proposal.plan, situation)


def _slugs(plan: Plan) -> frozenset[str]:
    return frozenset(s.method for s in plan.steps)


def _number(parent: Trial | None) -> tuple[int, ...]:
    return () if parent is None else (parent.number,)


def _why(parent: Trial | None, target: Target, expected: str) -> str:
    return expected if parent is None else f"{feedback(parent, target)}; {expected}"
