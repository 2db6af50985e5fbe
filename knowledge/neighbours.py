"""Plans as values in the catalogue's order, and one step's neighbours. Pure; the generator is handed in."""

import random
from collections.abc import Iterable

from .catalogue import CATALOGUE
from .types import Plan, Step

ORDER = {slug: n for n, slug in enumerate(CATALOGUE)}


def ordered(steps: Iterable[Step]) -> Plan:
    """The plan with its steps in the catalogue's order, so that equal plans are equal values."""
    return Plan(steps=tuple(sorted(steps, key=lambda s: ORDER.get(s.method, len(ORDER)))))


def nudge(step: Step, reach: int, rng: random.Random) -> Step:
    """Move one knob by one to `reach` of its values."""
    genes = dict(CATALOGUE[step.method].genes())
    if not genes:
        return step
    name = rng.choice(sorted(genes))
    values = genes[name]
    at = values.index(step.params[name]) if step.params.get(name) in values else 0
    by = rng.choice([n for n in range(-reach, reach + 1) if n])
    moved = min(len(values) - 1, max(0, at + by))
    return Step(method=step.method, params={**step.params, name: values[moved]})
