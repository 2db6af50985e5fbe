"""What the loop asks of whoever plans, writes and repairs. Offline agents do it from the knowledge base alone."""

import random
from collections.abc import Sequence
from typing import Protocol as Seam

from ..knowledge.types import Candidate, EditRefused, Plan, Proposal, Record, StopReason, Trial


class Attempt(Record):
    """A proposal to be judged; with its code, where that is not simply written from the plan."""

    proposal: Proposal
    candidate: Candidate | None = None


class Agents(Seam):
    """Plans, writes and repairs. Never measures: what became of an attempt is in the trials."""

    @property
    def stopped(self) -> StopReason | None:
        """Why there is nothing more to come, once that is so."""
        ...

    def propose(self, trials: Sequence[Trial], rng: random.Random) -> Attempt | None:
        """The next attempt; None where `stopped` says why."""
        ...

    def write(self, plan: Plan, /) -> Candidate | EditRefused:
        """The person's whole file with the plan in it, or why that cannot be done."""
        ...

    def repair(self, chain: Sequence[Trial], trials: Sequence[Trial], /) -> Attempt | None:
        """What to try after the last of `chain`, the trials of one proposal, has failed; None: give it up."""
        ...

    def heard(self) -> list[str]:
        """Sentences for the person since the last call: what a model said, cost, or failed to say."""
        ...
