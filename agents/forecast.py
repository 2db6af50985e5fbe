"""How probable it is that a plan meets a target. Pure.

The distributions are the calibration's beliefs: the knowledge base's expectation, corrected by what was measured here
and elsewhere as far as that is alike, with what such expectations were off by. How often what is said comes true is
held against the recorded landscapes in tests/agents/test_estimate.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, hypot
from statistics import NormalDist
from typing import Literal

from ..knowledge.expect import Expectation
from ..knowledge.experience import Experience, Setback
from ..knowledge.situation import Situation
from ..knowledge.types import Interval, Models, Plan, Target
from .calibration import Belief, Calibration
from .likeness import similarity
from .promise import chance

Lean = Literal["here", "elsewhere", "nothing"]
"""what a forecast leans on: experiences of this place, of others, or the knowledge base's figures alone"""
ASSUMED_SHARE = 0.20
"""more spread (log ratio) where the denoiser's share of a call is assumed"""
_WEIGHT = 2.0
"""weight of what is usual, in experiences with the very plan"""
_FAILS = 0.03
"""share of valid plans that fail, before anything was judged"""
LEVEL = 0.8
"""of the intervals that are shown"""


@dataclass(frozen=True)
class Forecast:
    """What a plan may do, as distributions. Never a measurement."""

    plan: Plan
    belief: Belief
    fails: float
    """how probable it is that it does not run, or cannot be proven"""

    @property
    def expected(self) -> Expectation:
        return self.belief.expected

    @property
    def speedup(self) -> float:
        """The median."""
        return exp(self.belief.speed.mean)

    @property
    def speedup_interval(self) -> Interval:
        """What one measurement is expected to show, in `LEVEL` of the cases."""
        z = NormalDist().inv_cdf((1 + LEVEL) / 2) * self.belief.speed.sd
        return Interval(low=exp(self.belief.speed.mean - z), high=exp(self.belief.speed.mean + z), level=LEVEL)

    def keeps(self, target: Target) -> float:
        """The probability that it runs, within the target's bounds on quality."""
        _, good, near = self.belief.chances(target, 1.0)
        return (1 - self.fails) * good * near

    def meets(self, speedup: float, target: Target) -> float:
        """The probability that it runs, is at least so fast, and keeps within those bounds."""
        return (1 - self.fails) * chance(self.belief, target, speedup)


class Forecaster:
    """Forecasts for one situation, from what was judged in situations like it."""

    def __init__(
        self,
        situation: Situation,
        experiences: Sequence[Experience] = (),
        setbacks: Sequence[Setback] = (),
        lean: Lean = "nothing",
        models: Models | None = None,
    ) -> None:
        self._calibration = Calibration(situation, (), experiences, models)
        self._judged = [one.plan for one in experiences]
        self._setbacks = setbacks
        self._assumed = ASSUMED_SHARE if situation.stages is None and lean != "here" else 0.0

    def forecast(self, plan: Plan) -> Forecast:
        """What a plan may do here."""
        known = self._calibration.believe(plan)
        wider = known.speed._replace(sd=hypot(known.speed.sd, self._assumed))
        return Forecast(plan, known._replace(speed=wider), self._fails(plan))

    def _fails(self, plan: Plan) -> float:
        """Plans alike that failed, among plans alike that were judged; likeness counts squared."""
        bad = sum(similarity(plan, one.plan) ** 2 for one in self._setbacks)
        good = sum(similarity(plan, one) ** 2 for one in self._judged)
        return (bad + _FAILS * _WEIGHT) / (bad + good + _WEIGHT)
