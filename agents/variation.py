"""Plans from plans: random, mutated, crossed, and those of other scripts. Pure; the generator is handed in."""

import random
from collections.abc import Iterator, Sequence

from ..knowledge.catalogue import CATALOGUE
from ..knowledge.neighbours import nudge, ordered
from ..knowledge.situation import Situation
from ..knowledge.types import Plan, Scalar, Step

REACH = 3
"""values by which a knob is moved at most"""


def random_step(slug: str, situation: Situation, rng: random.Random) -> Step:
    """One method with knobs drawn from its genes; step counts are drawn below the script's own."""
    params: dict[str, Scalar] = {name: rng.choice(values) for name, values in CATALOGUE[slug].genes()}
    if slug == "sampler":
        params["steps"] = rng.choice(_step_counts(situation.steps))
    return Step(method=slug, params=params)


def _step_counts(now: int) -> list[int]:
    return [n for n in (4, 5, 6, 8, 10, 12, 15, 18, 20, 22, 25, 30, 35, 40) if n <= max(4, now)]


def random_plan(allowed: Sequence[str], situation: Situation, rng: random.Random) -> Plan:
    """One to four methods."""
    count = min(len(allowed), rng.choice((1, 1, 2, 2, 3, 3, 4)))
    return ordered([random_step(s, situation, rng) for s in rng.sample(list(allowed), count)])


def mutate(plan: Plan, allowed: Sequence[str], situation: Situation, rng: random.Random) -> Plan:
    """Change one knob to a neighbouring value, or add, drop or redraw one method."""
    steps = {s.method: s for s in plan.steps}
    choice = rng.random()
    if choice < 0.5 and steps:
        slug = rng.choice(sorted(steps))
        steps[slug] = nudge(steps[slug], REACH, rng)
    elif choice < 0.75 and (missing := [s for s in allowed if s not in steps]):
        slug = rng.choice(missing)
        steps[slug] = random_step(slug, situation, rng)
    elif choice < 0.9 and len(steps) > 1:
        del steps[rng.choice(sorted(steps))]
    elif steps:
        slug = rng.choice(sorted(steps))
        steps[slug] = random_step(slug, situation, rng) if slug in allowed else steps[slug]
    return ordered(list(steps.values()))


def cross(a: Plan, b: Plan, rng: random.Random) -> Plan:
    """Shared methods from either side; the others with probability one half."""
    left, right = {s.method: s for s in a.steps}, {s.method: s for s in b.steps}
    steps: list[Step] = []
    for slug in sorted(left.keys() | right.keys()):
        options = [side[slug] for side in (left, right) if slug in side]
        if len(options) == 2 or rng.random() < 0.5:
            steps.append(rng.choice(options))
    return ordered(steps)


def variants(
    plan: Plan, mate: Plan, allowed: Sequence[str], situation: Situation, rng: random.Random, draws: int
) -> list[Plan]:
    """The paper's "mutation": what could come next from a parent."""
    near = [mutate(plan, allowed, situation, rng) for _ in range(draws // 4)]
    far = [mutate(p, allowed, situation, rng) for p in near[: draws // 8]]
    crossed = [cross(plan, mate, rng) for _ in range(8)]
    return near + far + [p for p in crossed if p.steps]


def adapted(plan: Plan, steps_there: int, allowed: Sequence[str], situation: Situation) -> Iterator[Plan]:
    """Another script's plan for this one: its allowed methods, with as many steps, or the same share of them."""
    kept = [s for s in plan.steps if s.method in allowed]
    sampler = next((s for s in kept if s.method == "sampler"), None)
    if not kept:
        return
    if sampler is None:
        yield ordered(kept)
        return
    others, asked = [s for s in kept if s is not sampler], sampler.params.get("steps")
    least, most = 4, max(4, min(50, situation.steps))
    many = int(asked) if isinstance(asked, int | float) else most
    for steps in dict.fromkeys((many, round(many * situation.steps / max(1, steps_there)))):
        fitted = Step(method="sampler", params={**sampler.params, "steps": min(most, max(least, steps))})
        yield ordered([*others, fitted])
