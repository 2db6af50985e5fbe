"""What measurements teach about the knowledge base's expectations: a guess, corrected, and how sure it is. Pure.

The knowledge base expects speedup, loss and drift of a plan. What was measured says by which factor it erred; a
regression over the plan's features carries that to other plans. What was measured elsewhere is learned before, place by
place: a part of it is common with here, the more the more alike the places are, and the rest is that place's own.
"""

from collections.abc import Sequence
from math import erf, exp, log, sqrt
from typing import NamedTuple

from ..knowledge.expect import Expectation, expect
from ..knowledge.experience import Experience
from ..knowledge.situation import Situation
from ..knowledge.types import Evaluation, Interval, Models, Plan, Target, Trial
from .features import features
from .likeness import Heard, heard, places
from .regression import Regression

_LOSS, _DRIFT = 0.02, 0.05
"""added before the logarithm is taken: smaller losses and drifts are noise"""
_SPREAD = {"speed": 0.15, "loss": 0.6, "drift": 0.4}
"""by what factor the knowledge base errs on one method, as a standard deviation of its logarithm"""
_NOISE = {"speed": 0.05, "loss": 0.3, "drift": 0.12}
"""the same for one measurement made again"""
_OWN = 0.5
"""share of a loss's standard error that is its own: trials share prompts and seeds, and so a part of their luck"""
_FAR = 2.0
"""an error beyond e to this is taken for e to this: one broken measurement must not undo the others"""
_THERE = "@"
"""begins the name of a weight that is peculiar to another place"""
_NUMBERS = ("speed", "loss", "drift")
_LIKE: dict[str, int] = {"speed": 0, "loss": 1, "drift": 1}
"""speed goes with the time's likeness, loss and drift with the picture's"""


class Guess(NamedTuple):
    """What a number's logarithm is believed to be: normal, with a new measurement's noise in its standard deviation."""

    mean: float
    sd: float

    def below(self, bound: float) -> float:
        """The chance that a measurement comes out below `bound`, which is a logarithm."""
        return 0.5 * (1 + erf((bound - self.mean) / (self.sd * sqrt(2))))


class Belief(NamedTuple):
    """What is believed of a plan that was not measured."""

    expected: Expectation
    speed: Guess
    loss: Guess
    drift: Guess

    def chances(self, target: Target, required: float) -> tuple[float, ...]:
        """The chances that it is fast enough, within the bound on loss, and within that on drift."""
        fast = 1 - self.speed.below(log(required))
        good = self.loss.below(log(max(target.max_loss, 0.0) + _LOSS))
        near = 1.0 if target.max_drift is None else self.drift.below(log(target.max_drift + _DRIFT))
        return fast, good, near


class Calibration:
    """Expectations for one situation, sharpened by what was measured here and elsewhere."""

    def __init__(
        self,
        situation: Situation,
        trials: Sequence[Trial] = (),
        experiences: Sequence[Experience] = (),
        models: Models | None = None,
    ) -> None:
        self.situation = situation
        self._known: dict[Plan, Expectation] = {}
        self.heard: Sequence[Heard] = heard(experiences, situation, models)
        """what was listened to, the most alike first"""
        self._learned = _learned(self.heard)
        self._errors: list[float] = []
        self._shakes: list[float] = []
        for trial in trials:
            self.learn(trial.proposal.plan, trial.verdict)

    def learn(self, plan: Plan, verdict: object) -> None:
        """Take in a verdict; of a failure there is nothing to learn about numbers."""
        if not isinstance(verdict, Evaluation):
            return
        noises = dict(_NOISE)
        noises["speed"] = _speed_noise(verdict.speedup_interval)
        self._shakes.append(noises["speed"])
        if verdict.loss_se > 0:
            noises["loss"] = _OWN * verdict.loss_se / (max(verdict.loss, 0.0) + _LOSS)
            self._errors.append(verdict.loss_se)
        _teach(self._learned, plan, self._guess(plan), (verdict.speedup, verdict.loss, verdict.drift), noises)

    def assume(self, plan: Plan, required: float, target: Target) -> None:
        """Take in, as if it was measured, that a plan is as expected, or misses the target by a little."""
        e = self.expect(plan)
        meets = e.speedup >= required and e.loss <= target.max_loss
        missed = (min(e.speedup, 0.97 * required) if meets else e.speedup, e.loss, e.drift)
        _teach(self._learned, plan, self._guess(plan), missed, _NOISE)

    def copy(self) -> "Calibration":
        """The same beliefs, to be taught something else."""
        twin = Calibration(self.situation)
        twin._known, twin._errors, twin._shakes = self._known, list(self._errors), list(self._shakes)
        twin.heard, twin._learned = self.heard, {name: one.copy() for name, one in self._learned.items()}
        return twin

    def after(self, trials: Sequence[Trial]) -> "Calibration":
        """The same beliefs, taught these trials."""
        twin = self.copy()
        for trial in trials:
            twin.learn(trial.proposal.plan, trial.verdict)
        return twin

    def expect(self, plan: Plan) -> Expectation:
        """The knowledge base's expectation, corrected."""
        return self.believe(plan).expected

    def believe(self, plan: Plan) -> Belief:
        """The corrected expectation, and how sure it is."""
        guess, x = self._guess(plan), features(plan)
        found = {name: self._learned[name].predict(x) for name in _NUMBERS}
        factor = {name: exp(min(_FAR, max(-_FAR, mean))) - 1 for name, (mean, _) in found.items()}
        corrected = guess.model_copy(
            update={
                "speedup": guess.speedup + guess.speedup * factor["speed"],
                "loss": guess.loss + (max(guess.loss, 0.0) + _LOSS) * factor["loss"],
                "drift": guess.drift + (guess.drift + _DRIFT) * factor["drift"],
            }
        )
        logs = _logs(guess.speedup, guess.loss, guess.drift)
        shake = sum(self._shakes) / len(self._shakes) if self._shakes else _NOISE["speed"]
        noises = {**_NOISE, "speed": shake, "loss": self._loss_noise(corrected.loss)}
        guesses = [
            Guess(logs[n] + found[name][0], sqrt(found[name][1] + noises[name] ** 2)) for n, name in enumerate(_NUMBERS)
        ]
        return Belief(corrected, *guesses)

    def _loss_noise(self, loss: float) -> float:
        """Of the loss's logarithm, from the standard errors so far: the same error is less of a big loss."""
        if not self._errors:
            return _NOISE["loss"]
        return min(2 * _NOISE["loss"], _OWN * sum(self._errors) / len(self._errors) / (max(loss, 0.0) + _LOSS))

    def _guess(self, plan: Plan) -> Expectation:
        if plan not in self._known:
            self._known[plan] = expect(plan, self.situation)
        return self._known[plan]


def _speed_noise(interval: Interval) -> float:
    """Of the speedup's logarithm, as wide as its interval: a busy machine's measurements are believed less."""
    if not 0 < interval.low <= interval.high:
        return _NOISE["speed"]
    return min(0.3, max(_NOISE["speed"] / 2, log(interval.high / interval.low) / (2 * 1.96)))


def _logs(speedup: float, loss: float, drift: float) -> tuple[float, float, float]:
    return log(max(speedup, 1e-3)), log(max(loss, -_LOSS / 2) + _LOSS), log(max(drift, 0.0) + _DRIFT)


def _spread(name: str, feature: str) -> float:
    """The prior variance of a weight: methods err most, then their knobs and words, then bends and pairs of methods."""
    share = 0.3 if "+" in feature else 0.4 if "~" in feature else 0.5 if "." in feature else 1.0
    return (_SPREAD[name] * share) ** 2


def _teach(
    learned: dict[str, Regression],
    plan: Plan,
    guess: Expectation,
    measured: tuple[float, float, float],
    noises: dict[str, float],
    apart: bool = False,
) -> None:
    """Each number's regression learns by which factor the guess was off; `apart`, what is peculiar to a place too."""
    x = features(plan)
    if apart:
        x = {**x, **{_THERE + name: amount for name, amount in x.items()}}
    pairs = zip(_logs(*measured), _logs(guess.speedup, guess.loss, guess.drift), strict=True)
    for name, (was, expected) in zip(_NUMBERS, pairs, strict=True):
        learned[name].learn(x, min(_FAR, max(-_FAR, was - expected)), noises[name] ** 2)


class _Prior:
    """The knowledge base's word on a weight: it errs by nothing in the mean; elsewhere it errs otherwise by `gap`."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.gap = 0.0

    def __call__(self, feature: str) -> tuple[float, float]:
        own = _spread(self._name, feature.removeprefix(_THERE))
        return 0.0, own * self.gap if feature.startswith(_THERE) else own


def _learned(lessons: Sequence[Heard]) -> dict[str, Regression]:
    """Regressions that have heard every place. What is peculiar to a place has weights of its own, which are dropped
    when it is through: what is left is what its measurements say of here.
    """
    priors = {name: _Prior(name) for name in _NUMBERS}
    learned = {name: Regression(priors[name]) for name in _NUMBERS}
    for place in places(lessons):
        alike = place[0].likeness
        for name in _NUMBERS:
            # The weights of two unlike places differ by a draw from the prior, those of alike ones by a part of it.
            priors[name].gap = 1 / max(0.05, alike[_LIKE[name]]) - 0.95
        for one in place:
            numbers = (one.speedup, one.loss, one.drift)
            _teach(learned, one.plan, expect(one.plan, one.situation), numbers, _NOISE, apart=min(alike) < 1.0)
        for one in learned.values():
            one.forget(_THERE)
    return learned
