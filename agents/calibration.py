"""What the trials so far teach about the knowledge base's expectations. Pure.

Expected speedup, loss and drift of a plan are corrected by how far off they were for trials with similar plans.
"""

from collections.abc import Sequence
from math import exp, log

from ..knowledge.expect import Expectation, expect
from ..knowledge.experience import Experience
from ..knowledge.situation import Situation
from ..knowledge.types import Evaluation, Plan, Trial

_PRIOR = 0.5
"""weight of the uncorrected expectation, in trials"""
_FLOOR = 0.004
"""losses and drifts below this are noise, and are not divided by"""


class Calibration:
    """Expectations for one situation, sharpened by what was measured."""

    def __init__(
        self, situation: Situation, trials: Sequence[Trial] = (), experiences: Sequence[Experience] = ()
    ) -> None:
        self.situation = situation
        self._seen: list[tuple[Plan, tuple[float, float, float]]] = []
        for trial in trials:
            if isinstance(trial.verdict, Evaluation):
                self._learn(trial.proposal.plan, trial.verdict, situation)
        for one in experiences:
            self._learn(one.plan, one, one.situation)

    def _learn(self, plan: Plan, e: Evaluation | Experience, situation: Situation) -> None:
        guess = expect(plan, situation)
        speed = log(e.speedup / guess.speedup)
        loss = log(max(e.loss, _FLOOR) / max(guess.loss, _FLOOR))
        drift = log(max(e.drift, 0.02) / max(guess.drift, 0.02))
        self._seen.append((plan, (speed, loss, drift)))

    def expect(self, plan: Plan) -> Expectation:
        guess = expect(plan, self.situation)
        if not self._seen:
            return guess
        weights = [similarity(plan, seen) for seen, _ in self._seen]
        total = _PRIOR + sum(weights)

        def factor(k: int) -> float:
            return exp(sum(w * errors[k] for w, (_, errors) in zip(weights, self._seen, strict=True)) / total)

        corrected = {
            "speedup": guess.speedup * factor(0),
            "loss": guess.loss * factor(1),
            "drift": guess.drift * factor(2),
        }
        return guess.model_copy(update=corrected)


def similarity(a: Plan, b: Plan) -> float:
    """Jaccard index of the two plans' steps; a step with other knobs counts as one that is there by half."""
    left, right = {s.method: s for s in a.steps}, {s.method: s for s in b.steps}
    shared = sum(1.0 if left[m] == right[m] else 0.5 for m in left.keys() & right.keys())
    return shared / max(1, len(left.keys() | right.keys()))
