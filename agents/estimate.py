"""Can it be done? The chance that a target is met here, said before anything is run. Pure; the generator is handed in.

The chance is that of one plan, the one most expected to meet the target. A search tries others as well, and learns
from each, so it may find what this plan misses.
"""

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import log

from ..knowledge import rules
from ..knowledge.chance import LIKELY
from ..knowledge.expect import ceiling
from ..knowledge.experience import Experience, Setback
from ..knowledge.situation import Situation
from ..knowledge.types import Models, Plan, Target
from . import variation
from .forecast import Forecast, Forecaster, Lean
from .promise import costs

DRAWS = 300
REFINED = 5
"""plans whose neighbours are looked at as well"""
NEIGHBOURS = 24
RUNGS = (1.25, 1.5, 2.0, 3.0, 4.0, 6.0)
"""speedups that are answered beside the one that was asked for"""
_SAME = 0.02
"""chances nearer than this are the same: the plan that costs less is put forward"""


@dataclass(frozen=True)
class Memory:
    """What is remembered of pipelines of this class, the latest first."""

    here: Sequence[Experience] = ()
    """measured in this place, with this checkpoint"""
    elsewhere: Sequence[Experience] = ()
    """measured with another checkpoint, on another device, with other versions, or by somebody else"""
    setbacks: Sequence[Setback] = ()
    """failures of this place"""

    @property
    def lean(self) -> Lean:
        """What forecasts lean on most: those of this place, where there are any."""
        return "here" if self.here else "elsewhere" if self.elsewhere else "nothing"

    @property
    def leant_on(self) -> Sequence[Experience]:
        """All of it: what is less alike counts for less."""
        return (*self.here, *self.elsewhere)


@dataclass(frozen=True)
class Odds:
    """Every plan that was looked at, and the target's bounds on quality."""

    situation: Situation
    target: Target
    lean: Lean
    forecasts: Sequence[Forecast]

    def best(self, speedup: float, count: int = 1) -> list[tuple[Forecast, float]]:
        """The plans most expected to reach a speedup within the bounds, one for each combination of methods."""
        chances = [(f, f.meets(speedup, self.target)) for f in self.forecasts]
        top = max((p for _, p in chances), default=0.0)
        chances.sort(key=lambda c: (c[1] < top - _SAME, _cost(c[0], self.target) if c[1] >= top - _SAME else -c[1]))
        kept: dict[tuple[str, ...], tuple[Forecast, float]] = {}
        for f, p in chances:
            kept.setdefault(tuple(s.method for s in f.plan.steps), (f, p))
        return list(kept.values())[:count]

    def chance(self, speedup: float) -> float:
        """The chance of the best plan; 0 where there is none."""
        return next((p for _, p in self.best(speedup)), 0.0)

    @property
    def within(self) -> float | None:
        """The greatest speedup expected of a plan that is likely to keep the quality; None where none is."""
        return max((f.speedup for f in self.forecasts if f.keeps(self.target) >= LIKELY), default=None)

    @property
    def ceiling(self) -> float:
        """The speedup if the denoiser cost nothing."""
        return ceiling(self.situation)


def odds(
    situation: Situation,
    target: Target,
    required: float,
    memory: Memory,
    allowed: Sequence[str],
    rng: random.Random,
    fits: Callable[[Plan], bool] = lambda _: True,
    models: Models | None = None,
) -> Odds:
    """Forecasts of many valid plans: drawn, remembered, and the neighbours of the most promising."""
    forecaster = Forecaster(situation, memory.leant_on, memory.setbacks, memory.lean, models)
    failed = {one.plan for one in memory.setbacks}
    seen: dict[Plan, Forecast] = {}

    def look(plans: Iterable[Plan]) -> None:
        for plan in plans:
            if plan not in seen and plan not in failed and fits(plan) and rules.is_valid(plan, situation):
                seen[plan] = forecaster.forecast(plan)

    look(one.plan for one in (*memory.here, *memory.elsewhere))
    if allowed:
        look(variation.random_plan(allowed, situation, rng) for _ in range(DRAWS))
        promising = sorted(seen.values(), key=lambda f: -_promise(f, required, target))[:REFINED]
        look(variation.mutate(f.plan, allowed, situation, rng) for f in promising for _ in range(NEIGHBOURS))
    return Odds(situation, target, memory.lean, list(seen.values()))


def _promise(f: Forecast, required: float, target: Target) -> float:
    """The chance; where it is nearly none for all, whoever is fastest or keeps the quality is still told apart."""
    return f.meets(required, target) + 1e-3 * (min(log(f.speedup), log(required)) + f.keeps(target))


def _cost(f: Forecast, target: Target) -> float:
    """What a plan is expected to cost in quality, in units of the bounds, and in methods to understand."""
    return sum(costs(f.expected, target)) + 0.1 * len(f.plan.steps)
