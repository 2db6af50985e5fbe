"""A plan in numbers that a regression can read: its methods, where their knobs stand, and which of them meet. Pure."""

from collections.abc import Iterator
from functools import lru_cache
from itertools import combinations
from math import log
from types import MappingProxyType

from ..knowledge.catalogue import CATALOGUE
from ..knowledge.types import Plan, Scalar, Step
from .regression import Features

KNOTS = 7
"""places of a knob at which its effect may bend: quality falls off a cliff rather than a slope"""
WIDE = 8
"""a knob whose highest value is this many times its lowest acts by ratio: 5 steps from 4 as 50 from 40"""


@lru_cache(maxsize=50_000)
def features(plan: Plan) -> Features:
    """`{"tome": 1, "tome.ratio": -0.33, "sampler=ddim": 1, "sampler+tome": 1, ...}`"""
    found: dict[str, float] = {}
    for step in plan.steps:
        found[step.method] = 1.0
        found.update(_knobs(step))
    pairs = combinations(sorted({s.method for s in plan.steps}), 2)
    return MappingProxyType(found | {f"{a}+{b}": 1.0 for a, b in pairs})


def _knobs(step: Step) -> Iterator[tuple[str, float]]:
    kind = CATALOGUE.get(step.method)
    for name, values in kind.genes() if kind else ():
        value = step.params.get(name, kind.model_fields[name].default if kind else None)
        if isinstance(value, int | float) and not isinstance(value, bool) and len(values) > 1:
            at = _position(value, values)
            yield f"{step.method}.{name}", at
            yield from _bends(f"{step.method}.{name}", at)
        else:
            yield f"{step.method}.{name}={value}", 1.0


def _bends(knob: str, at: float) -> Iterator[tuple[str, float]]:
    """How near the position is to each of the two knots around it: `tome.ratio~2`, 0.25 and `tome.ratio~3`, 0.75."""
    place = (at + 1) / 2 * (KNOTS - 1)
    low = int(place)
    for knot, weight in ((low, 1 - (place - low)), (low + 1, place - low)):
        if weight > 0:
            yield f"{knob}~{knot}", weight


def _position(value: float, values: list[Scalar]) -> float:
    """-1 at the lowest value of a knob, 1 at its highest."""
    numbers = [float(v) for v in values if isinstance(v, int | float)]
    low, high = min(numbers), max(numbers)
    if high <= low:
        return 0.0
    inside = min(high, max(low, float(value)))
    if low > 0 and high / low >= WIDE:
        return 2 * log(inside / low) / log(high / low) - 1
    return 2 * (inside - low) / (high - low) - 1
