"""The agents of one search: who plans, who writes, who repairs. Offline ones need no model."""

import random
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol as Seam

from ..knowledge.situation import Situation
from ..knowledge.types import Candidate, EditRefused, Plan, Proposal, Search, StopReason, Target, Trial
from . import planner
from .calibration import Calibration
from .roles import Attempt

Writer = Callable[[Plan], Candidate | EditRefused]
"""the person's whole file with a plan in it, or why that cannot be done"""
Mender = Callable[[Sequence[Trial], Sequence[Trial]], Attempt | None]
"""what to try after the last of a proposal's trials failed, given all trials"""


class Planner(Seam):
    """Puts one generation of plans forward."""

    def __call__(self, trials: Sequence[Trial], generation: int, rng: random.Random) -> list[Proposal]: ...


def nobody(chain: Sequence[Trial], trials: Sequence[Trial]) -> Attempt | None:
    """No repairs: a failure is the end of its plan, as in the paper's ablation."""
    return None


@dataclass
class Team:
    """Agents as the loop asks for them. A generation is planned when the one before has been tried."""

    plan: Planner
    write: Writer
    repair: Mender
    generations: int
    notes: list[str] = field(default_factory=list[str])
    """sentences for the person that nobody has heard yet"""
    spent: Callable[[], bool] = lambda: False
    """has a cap on language models been reached?"""
    stopped: StopReason | None = None
    generation: int = 0
    _waiting: deque[Proposal] = field(default_factory=deque[Proposal])

    def propose(self, trials: Sequence[Trial], rng: random.Random) -> Attempt | None:
        """The next of the generation that was not tried meanwhile; a new generation where it is through.

        Plans that a model was paid for are tried also where a cap is reached; nothing new is planned then.
        """
        while True:
            if not self._waiting and self.spent():
                self.stopped = "model budget spent"
                return None
            if not self._waiting and not self._planned(trials, rng):
                return None
            proposal = self._waiting.popleft()
            if all(t.proposal.plan != proposal.plan for t in trials):
                return Attempt(proposal=proposal)

    def _planned(self, trials: Sequence[Trial], rng: random.Random) -> bool:
        if self.generation >= self.generations:
            self.stopped = "generations done"
            return False
        self._waiting.extend(self.plan(trials, self.generation, rng))
        self.generation += 1
        if not self._waiting:
            self.stopped = "model budget spent" if self.spent() else "nothing new to try"
        return bool(self._waiting)

    def heard(self) -> list[str]:
        """What was noted since the last call."""
        said, self.notes[:] = list(self.notes), []
        return said


@dataclass(frozen=True)
class OfflinePlanner:
    """Plans from the knowledge base and from memory alone."""

    situation: Situation
    target: Target
    search: Search
    allowed: Sequence[str]
    before: Calibration | None = None
    """what is believed before the first trial; None: the knowledge base alone"""

    def __call__(self, trials: Sequence[Trial], generation: int, rng: random.Random) -> list[Proposal]:
        return planner.next_generation(
            trials, self.target, self.search, self.situation, self.allowed, generation, rng, self.before
        )

    def stepwise(self) -> "OfflinePlanner":
        """The same, one proposal at a time where its kind of search learns from each."""
        return replace(self, search=self.search.stepwise())
