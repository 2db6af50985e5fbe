"""Plans to try next: drawn at random from the knowledge base's own genes, then by a tree-structured Parzen estimator.

After Bergstra et al. 2011: what distinguishes the better quarter of the trials from the rest decides which of many
plans is tried; half of those are random, half are neighbours of the better quarter. It knows nothing of the methods
beyond their genes and rules: no expectation, so that what it finds owes nothing to the agent that is measured by it.
Pure; the generator is handed in.
"""

import random
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import chain, islice
from math import exp, log

from ...knowledge import rules
from ...knowledge.catalogue import CATALOGUE
from ...knowledge.neighbours import ORDER, nudge, ordered
from ...knowledge.situation import Situation
from ...knowledge.types import Plan, Scalar, Step

START, DRAWS, FREE = 10, 48, 0.1
"""random trials at first; plans drawn of either kind for one trial; share of later trials that stay random"""
REACH = 4
"""values by which a knob is moved at most"""
_TRIES = 400
Worth = tuple[Plan, float]
"""a plan and what it was worth: more is better"""


def usable(menu: Sequence[str], situation: Situation) -> list[str]:
    """The methods of a menu that can be used here, in the menu's own order, on which the draws depend."""
    return [s for s in menu if s in CATALOGUE and rules.unusable(CATALOGUE[s], situation) is None]


def random_plans(allowed: Sequence[str], situation: Situation, rng: random.Random) -> Iterator[Plan]:
    """Valid plans of one to four methods, without end as far as `_TRIES` draws in a row find one."""
    missed = 0
    while allowed and missed < _TRIES:
        count = min(len(allowed), rng.choice((1, 1, 2, 2, 3, 3, 4)))
        chosen = sorted(rng.sample(list(allowed), count), key=lambda s: ORDER[s])
        plan = Plan(steps=tuple(_random_step(slug, rng) for slug in chosen))
        missed = 0 if rules.is_valid(plan, situation) else missed + 1
        if missed == 0:
            yield plan


def _random_step(slug: str, rng: random.Random) -> Step:
    return Step(method=slug, params={name: rng.choice(values) for name, values in CATALOGUE[slug].genes()})


def next_plan(tried: Sequence[Worth], allowed: Sequence[str], situation: Situation, rng: random.Random) -> Plan | None:
    """A plan that was not tried yet; None where none is found."""
    seen = {plan for plan, _ in tried}
    fresh = _fresh(random_plans(allowed, situation, rng), seen)
    if len(tried) < START or rng.random() < FREE:
        return next(iter(fresh), None)
    best = [plan for plan, _ in better(tried)]
    near = (p for p in _neighbours(best, allowed, rng) if p not in seen and rules.is_valid(p, situation))
    return chosen(tried, list(chain(islice(fresh, DRAWS), near)))


def better(tried: Sequence[Worth]) -> list[Worth]:
    """The better quarter, best first, and never fewer than three."""
    return sorted(tried, key=lambda pair: -pair[1])[: max(3, len(tried) // 4)]


def _neighbours(plans: Sequence[Plan], allowed: Sequence[str], rng: random.Random) -> Iterator[Plan]:
    """Plans that differ from a good one in a knob or a method."""
    for _ in range(DRAWS):
        steps = {s.method: s for s in rng.choice(plans).steps}
        slug = rng.choice(list(allowed))
        if slug not in steps:
            steps[slug] = _random_step(slug, rng)
        elif rng.random() < 0.25:
            del steps[slug]
        else:
            steps[slug] = nudge(steps[slug], REACH, rng)
        yield ordered(steps.values())


def _fresh(plans: Iterable[Plan], seen: set[Plan]) -> Iterator[Plan]:
    """Those not seen; ends when only known ones come."""
    known = 0
    for plan in plans:
        known = known + 1 if plan in seen else 0
        if known > _TRIES:
            return
        if known == 0:
            yield plan


def chosen(tried: Sequence[Worth], among: Sequence[Plan]) -> Plan | None:
    """The plan that looks most like the better quarter of the trials, and least like the rest."""
    if not among:
        return None
    top = {plan for plan, _ in better(tried)}
    good = [features(p) for p, _ in tried if p in top]
    rest = [features(p) for p, _ in tried if p not in top]
    return max(among, key=lambda plan: _likeness(features(plan), good, rest))


def features(plan: Plan) -> dict[str, Scalar]:
    """Which methods, and each knob by its name: `{"deepcache": True, "deepcache.interval": 3, "tome": False, ...}`"""
    steps = {s.method: s for s in plan.steps}
    found: dict[str, Scalar] = {slug: slug in steps for slug in CATALOGUE}
    for slug, step in steps.items():
        found |= {f"{slug}.{name}": value for name, value in step.params.items()}
    return found


def _likeness(plan: dict[str, Scalar], good: Sequence[dict[str, Scalar]], rest: Sequence[dict[str, Scalar]]) -> float:
    return sum(log(_density(k, v, good) / _density(k, v, rest)) for k, v in plan.items())


def _density(key: str, value: Scalar, history: Sequence[dict[str, Scalar]]) -> float:
    """How often the history has this value or a neighbour of it; one uniform draw is the prior."""
    values = _values(key)
    seen = [h[key] for h in history if key in h]
    return (1 / len(values) + sum(_near(value, s, values) for s in seen)) / (1 + len(seen))


def _near(a: Scalar, b: Scalar, values: Sequence[Scalar]) -> float:
    """A kernel over the order of a number's values; equality for names."""
    if isinstance(a, str | bool) or a not in values or b not in values:
        return float(a == b)
    width = max(1.0, len(values) / 10)
    return exp(-abs(values.index(a) - values.index(b)) / width) / (1 + width)


@cache
def _values(key: str) -> Sequence[Scalar]:
    slug, _, name = key.partition(".")
    return dict(CATALOGUE[slug].genes()).get(name, (False, True)) if name else (False, True)
