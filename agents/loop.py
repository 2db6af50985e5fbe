"""Optimize: measure the baseline, then plan, write, judge and repair until the target is met or the budget ends."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol as Seam

from ..knowledge.expect import ceiling
from ..knowledge.situation import Situation
from ..knowledge.types import (
    Budget,
    Candidate,
    EditRefused,
    Evaluation,
    Event,
    Failure,
    StopReason,
    Target,
    Trial,
    Verdict,
    best_evaluation,
)
from . import planner, selector
from .roles import Agents, Attempt

CONFIRM = 3
"""candidates that are confirmed at most, where the first ones fail under `final`"""
TOLERANCE = 0.95
"""the low end of the confirmed speedup's interval must reach this share of what was asked for"""


class Judging(Seam):
    """What the loop asks of the judge."""

    def known(self, candidate: Candidate, protocol: str = "quick") -> Verdict | None: ...
    def evaluate(self, candidate: Candidate, protocol: str = "quick") -> Verdict: ...


@dataclass
class Loop:
    """One search. `run` yields events; afterwards the fields hold what it found."""

    judge: Judging
    agents: Agents
    target: Target
    budget: Budget
    clock: Callable[[], float]
    seed: int = 0
    stop_at_first: bool = True
    trials: list[Trial] = field(default_factory=list[Trial])
    winner: int | None = None
    stopped: StopReason = "generations done"
    measured: int = 0
    _confirmed: int = 0
    _started: float = 0.0

    def run(self) -> Iterator[Event]:
        """The whole search; an interrupt ends it with what there is."""
        self._started = self.clock()
        rng = random.Random(self.seed)
        try:
            yield from self._searched(rng)
            if self.winner is None:
                yield from self._confirm_best()
        except KeyboardInterrupt:
            self.stopped = "interrupted"

    def _searched(self, rng: random.Random) -> Iterator[Event]:
        while not self._spent():
            attempt = self.agents.propose(self.trials, rng)
            yield from self._notes()
            if attempt is None:
                self.stopped = self.agents.stopped or "nothing new to try"
                return
            yield from self._try(attempt)
            if self.winner is not None and self.stop_at_first:
                self.stopped = "target met"
                return

    def _notes(self) -> Iterator[Event]:
        for sentence in self.agents.heard():
            yield self._event("search", sentence)

    def _spent(self) -> bool:
        if len(self.trials) >= self.budget.evaluations:
            self.stopped = "evaluations spent"
        elif self.budget.seconds is not None and self.clock() - self._started >= self.budget.seconds:
            self.stopped = "seconds spent"
        else:
            return False
        return True

    def _try(self, attempt: Attempt | None) -> Iterator[Event]:
        """Judge an attempt; repair it as long as the agents know how; confirm it if it meets the target."""
        chain: list[Trial] = []
        while attempt is not None and not self._spent():
            yield self._event("search", f"evaluation {len(self.trials) + 1}: {attempt.proposal.plan.sentence()}")
            trial = self._judged(attempt)
            yield from self._notes()
            self.trials.append(trial)
            chain.append(trial)
            yield self._event("search", _heard(trial), trial)
            if isinstance(trial.verdict, Evaluation):
                if self.stop_at_first and self.target.met_by(trial.verdict):
                    yield from self._confirm(trial)
                return
            attempt = self.agents.repair(chain, self.trials)
            yield from self._notes()

    def _judged(self, attempt: Attempt) -> Trial:
        started = self.clock()
        candidate = attempt.candidate or self.agents.write(attempt.proposal.plan)
        if isinstance(candidate, EditRefused):
            verdict, cached, kept = candidate, False, None
        else:
            known = self.judge.known(candidate)
            verdict, cached, kept = known or self._measure(candidate, "quick"), known is not None, candidate
        return Trial(
            number=len(self.trials) + 1,
            proposal=attempt.proposal,
            candidate=kept,
            verdict=verdict,
            seconds=self.clock() - started,
            cached=cached,
        )

    def _measure(self, candidate: Candidate, protocol: str) -> Verdict:
        verdict = self.judge.evaluate(candidate, protocol)
        self.measured += 1
        return verdict

    def _confirm(self, trial: Trial) -> Iterator[Event]:
        """Judge a trial again under `final`: held-out prompts and seeds, a fresh process, more pairs."""
        if trial.candidate is None:
            return
        self._confirmed += 1
        yield self._event("confirm", f"confirming candidate {trial.number} on held-out prompts and seeds")
        known = self.judge.known(trial.candidate, "final")
        verdict = known or self._measure(trial.candidate, "final")
        trial = trial.model_copy(update={"final": verdict})
        self.trials[trial.number - 1] = trial
        if isinstance(verdict, Evaluation) and confirmed(verdict, self.target):
            self.winner = trial.number
            yield self._event("confirm", f"confirmed: {_numbers(verdict)}", trial)
        else:
            yield self._event("confirm", _not_confirmed(verdict, self.target), trial)

    def _confirm_best(self) -> Iterator[Event]:
        """After the search: confirm the best that met the target, or give the best its trustworthy numbers."""
        while self.winner is None and self._confirmed < CONFIRM:
            open_trials = [t for t in self.trials if t.final is None and isinstance(t.verdict, Evaluation)]
            best = selector.fittest(open_trials, self.target)
            if best is None:
                return
            meets = (e := best_evaluation(best)) is not None and self.target.met_by(e)
            if not meets and self._confirmed:
                return
            yield from self._confirm(best)
        if self.winner is not None and self.stopped == "generations done":
            self.stopped = "target met"

    def _event(self, stage: str, sentence: str, trial: Trial | None = None) -> Event:
        best = selector.fittest(self.trials, self.target)
        e = best_evaluation(best) if best else None
        left = None if self.budget.seconds is None else self.budget.seconds - (self.clock() - self._started)
        return Event(
            stage=stage,  # type: ignore[arg-type]
            sentence=sentence,
            evaluation=len(self.trials),
            evaluations=self.budget.evaluations,
            best_speedup=e.speedup if e else None,
            best_loss=e.loss if e else None,
            seconds_left=None if left is None else max(0.0, left),
            trial=trial,
        )


def confirmed(e: Evaluation, target: Target) -> bool:
    """Met under `final`, with the interval's low end close to what was asked for, and above no speedup at all."""
    required = target.required_speedup(e.baseline_s)
    low = e.speedup_interval.low
    return target.met_by(e) and low >= TOLERANCE * required and (e.faster or required <= 1.0)


def _not_confirmed(verdict: Verdict, target: Target) -> str:
    if isinstance(verdict, Evaluation) and target.undecided_by(verdict):
        return too_noisy(verdict)
    return f"not confirmed: {_heard_verdict(verdict)}"


def too_noisy(e: Evaluation) -> str:
    """That nothing can be said, and what to do."""
    found = f"{e.speedup:.2f}x, 95% {e.speedup_interval.low:.2f}-{e.speedup_interval.high:.2f}, {e.pairs} pairs"
    return f"inconclusive: the machine is too noisy to tell ({found}); end what else runs on it, and run this again"


def _numbers(e: Evaluation) -> str:
    return f"{e.speedup:.2f}x, loss {100 * e.loss:.1f}%, drift {e.drift:.2f}"


def _heard(trial: Trial) -> str:
    return f"evaluation {trial.number}{' (from the store)' if trial.cached else ''}: {_heard_verdict(trial.verdict)}"


def _heard_verdict(verdict: Verdict) -> str:
    return _numbers(verdict) if isinstance(verdict, Evaluation) else verdict.message


def limit_sentence(trials: Sequence[Trial], target: Target, situation: Situation) -> str:
    """What stands between the best point on the front and the target, in one sentence."""
    best = selector.fittest(trials, target)
    e = best_evaluation(best) if best else None
    if best is None or e is None:
        failures: list[Failure] = [t.verdict for t in trials if not isinstance(t.verdict, Evaluation)]
        last = failures[-1].message if failures else "no candidate was measured"
        return f"no candidate could be measured: {last}"
    if target.quality_met_by(e) and target.undecided_by(e):
        return too_noisy(e)
    required = target.required_speedup(e.baseline_s)
    top = ceiling(situation)
    if top < required:
        share = 100 * situation.denoiser_share
        return f"the denoiser takes {share:.0f}% of a call, so speeding it up gives {top:.1f}x at the very most"
    return f"the best point found: {planner.feedback(best, target)}"
