"""The agents that need no model: plans, code and repairs from the knowledge base alone."""

import random
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ..knowledge.experience import Experience
from ..knowledge.situation import Situation
from ..knowledge.types import Candidate, EditRefused, Plan, Proposal, Search, StopReason, Target, Trial
from . import debugger, planner
from .roles import Attempt

Writer = Callable[[Plan], Candidate | EditRefused]


@dataclass
class Offline:
    """One search's agents. A generation, of one plan for `diffagent`, is planned when the one before has been tried."""

    situation: Situation
    target: Target
    search: Search
    allowed: Sequence[str]
    write_plan: Writer
    experiences: Sequence[Experience] = ()
    debugging: bool = True
    """False: a failure is the end of its plan, as in the paper's ablation"""
    stopped: StopReason | None = None
    generation: int = 0
    _waiting: deque[Proposal] = field(default_factory=deque[Proposal])

    def propose(self, trials: Sequence[Trial], rng: random.Random) -> Attempt | None:
        """The next of the generation that was not tried meanwhile; a new generation where it is through."""
        while True:
            if not self._waiting and not self._planned(trials, rng):
                return None
            proposal = self._waiting.popleft()
            if all(t.proposal.plan != proposal.plan for t in trials):
                return Attempt(proposal=proposal)

    def _planned(self, trials: Sequence[Trial], rng: random.Random) -> bool:
        search = self.search.stepwise()
        if self.generation >= search.generations:
            self.stopped = "generations done"
            return False
        self._waiting.extend(self.planned(trials, search, rng))
        self.generation += 1
        if not self._waiting:
            self.stopped = "nothing new to try"
        return bool(self._waiting)

    def planned(self, trials: Sequence[Trial], search: Search, rng: random.Random) -> list[Proposal]:
        """One generation."""
        return planner.next_generation(
            trials,
            self.target,
            search,
            self.situation,
            self.allowed,
            self.generation,
            rng,
            experiences=self.experiences,
        )

    def write(self, plan: Plan) -> Candidate | EditRefused:
        """Rendered and written into the person's file."""
        return self.write_plan(plan)

    def repair(self, chain: Sequence[Trial], trials: Sequence[Trial]) -> Attempt | None:
        """A known symptom's repair, three times at most."""
        return debugger.next_attempt(chain, trials) if self.debugging else None

    def heard(self) -> list[str]:
        """Nothing: there is no model that could say something."""
        return []
