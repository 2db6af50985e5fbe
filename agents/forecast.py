"""How far off an expectation may be, and so how probable it is that a plan meets a target. Pure.

The centre is the knowledge base's expectation, corrected by experience (`calibration`). The spread is what such
expectations were off by: the log ratio of speedups and drifts, and the difference of losses in units of the loss. An
experience is only counted as it was expected by the others. Where nothing similar was judged, the spread is the one
that the knowledge base alone had on the recorded landscapes, and wider.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, hypot, log
from statistics import NormalDist
from typing import Literal

from ..knowledge.expect import Expectation
from ..knowledge.experience import Experience, Setback
from ..knowledge.situation import Situation
from ..knowledge.types import Interval, Plan, Target
from .calibration import Calibration
from .likeness import similarity

Lean = Literal["here", "elsewhere", "nothing"]
"""what a forecast leans on: experiences of this place, of others, or the knowledge base's figures alone"""


@dataclass(frozen=True)
class Spread:
    """Standard deviations: of log speedup, of loss in units of `_unit`, of log drift."""

    speed: float
    loss: float
    drift: float


USUAL: dict[Lean, Spread] = {
    "here": Spread(0.12, 1.0, 0.40),
    "elsewhere": Spread(0.15, 1.3, 0.50),
    "nothing": Spread(0.25, 1.3, 0.65),
}
"""before anything similar was judged; tests/agents/test_estimate.py holds them against the recorded landscapes"""
TRANSFER: dict[Lean, Spread] = {
    "here": Spread(0.0, 0.0, 0.0),
    "elsewhere": Spread(0.18, 1.0, 0.60),
    "nothing": Spread(0.0, 0.0, 0.0),
}
"""what comes on top where the experiences are of another place: none of their own errors shows it"""
OPTIMISM = 0.12
"""by how much (log ratio) the knowledge base alone was too optimistic about speed, on average over the landscapes"""
ASSUMED_SHARE = 0.20
"""more spread (log ratio) where the denoiser's share of a call is assumed"""
_WEIGHT = 2.0
"""weight of the usual spread, in experiences with the very plan"""
_FAILS = 0.03
"""share of valid plans that fail, before anything was judged"""
_NOISE = 0.01
"""of a loss between two measurements of the same pictures' quality; losses below it say nothing"""
_LEAST = 0.02
"""drifts below this are the same picture"""
MOST = 80
"""experiences with different plans that a forecast uses, the latest: an answer must come at once"""
LEVEL = 0.8
"""of the intervals that are shown"""


@dataclass(frozen=True)
class Forecast:
    """What a plan may do, as distributions. Never a measurement."""

    plan: Plan
    expected: Expectation
    log_speedup: NormalDist
    loss: NormalDist
    log_drift: NormalDist
    fails: float
    """how probable it is that it does not run, or cannot be proven"""

    @property
    def speedup(self) -> float:
        """The median."""
        return exp(self.log_speedup.mean)

    @property
    def speedup_interval(self) -> Interval:
        tail = (1 - LEVEL) / 2
        low, high = (exp(self.log_speedup.inv_cdf(q)) for q in (tail, 1 - tail))
        return Interval(low=low, high=high, level=LEVEL)

    def keeps(self, target: Target) -> float:
        """The probability that it runs, within the target's bounds on quality."""
        kept = (1 - self.fails) * self.loss.cdf(target.max_loss)
        return kept if target.max_drift is None else kept * self.log_drift.cdf(log(target.max_drift))

    def reaches(self, speedup: float) -> float:
        """The probability that it is at least so fast, where it runs."""
        return 1 - self.log_speedup.cdf(log(speedup))

    def meets(self, speedup: float, target: Target) -> float:
        """Both. Errors of speed, loss and drift are taken to be independent."""
        return self.reaches(speedup) * self.keeps(target)


Errors = tuple[float, float, float]


class Forecaster:
    """Forecasts for one situation, from what was judged in situations like it."""

    def __init__(
        self,
        situation: Situation,
        experiences: Sequence[Experience] = (),
        setbacks: Sequence[Setback] = (),
        lean: Lean = "nothing",
    ) -> None:
        latest = {one.plan: one for one in reversed(experiences)}
        experiences = list(latest.values())[-MOST:]
        self._calibration = Calibration(situation, (), experiences)
        self._experiences = experiences
        self._setbacks = setbacks
        self._usual = USUAL[lean]
        self._optimism = OPTIMISM if lean == "nothing" else 0.0
        self._transfer = TRANSFER[lean]
        self._assumed = ASSUMED_SHARE if situation.stages is None and lean != "here" else 0.0
        self._errors = [_error(one, experiences) for one in experiences]

    def forecast(self, plan: Plan) -> Forecast:
        """What a plan may do here."""
        e = self._calibration.expect(plan)
        likeness = [similarity(plan, one.plan) for one in self._experiences]
        speed, loss, drift = (
            _spread(usual, [(w, errors[k]) for w, errors in zip(likeness, self._errors, strict=True)])
            for k, usual in enumerate((self._usual.speed, self._usual.loss, self._usual.drift))
        )
        return Forecast(
            plan=plan,
            expected=e,
            log_speedup=NormalDist(log(e.speedup) - self._optimism, hypot(speed, self._transfer.speed, self._assumed)),
            loss=NormalDist(e.loss, hypot(loss, self._transfer.loss) * _unit(e)),
            log_drift=NormalDist(log(max(e.drift, _LEAST)), hypot(drift, self._transfer.drift)),
            fails=self._fails(plan, likeness),
        )

    def _fails(self, plan: Plan, likeness: Sequence[float]) -> float:
        """Plans alike that failed, among plans alike that were judged; likeness counts squared."""
        bad = sum(similarity(plan, one.plan) ** 2 for one in self._setbacks)
        good = sum(w**2 for w in likeness)
        return (bad + _FAILS * _WEIGHT) / (bad + good + _WEIGHT)


def _error(one: Experience, others: Sequence[Experience]) -> Errors:
    """How far off it was expected from the experiences with other plans, in its own situation."""
    rest = [o for o in others if o.plan != one.plan]
    e = Calibration(one.situation, (), rest).expect(one.plan)
    drift = log(max(one.drift, _LEAST) / max(e.drift, _LEAST))
    return log(one.speedup / e.speedup), (one.loss - e.loss) / _unit(e), drift


def _unit(e: Expectation) -> float:
    """What an error of a loss is measured in: great losses are expected less exactly than small ones."""
    return hypot(_NOISE, e.loss)


def _spread(usual: float, errors: Sequence[tuple[float, float]]) -> float:
    """Root mean square of weighted errors, with the usual spread as so many more of them."""
    squares = _WEIGHT * usual**2 + sum(w * error**2 for w, error in errors)
    return (squares / (_WEIGHT + sum(w for w, _ in errors))) ** 0.5
