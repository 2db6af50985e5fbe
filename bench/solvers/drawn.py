"""Random search: plans drawn from the menu without looking at what was measured."""

import hashlib
import random
from dataclasses import dataclass

from ...knowledge.types import EditRefused, Plan, Step, Submission
from .plans import Written, knobs
from .problem import Judging, Problem
from .search import NOTHING_TO_SEARCH, search

_DRAWS = 500


@dataclass(frozen=True)
class Drawn:
    """`random`: the floor that every search must beat."""

    seed: int = 0
    name: str = "random"

    def solve(self, problem: Problem, budget: int, judging: Judging) -> Submission:
        if problem.baseline is None:
            return Submission(note=NOTHING_TO_SEARCH)
        written = Written.of(problem, judging)
        if isinstance(written, EditRefused):
            return Submission(note=written.message)
        rng, seen = rng_for(problem, self.seed), set[Plan]()

        def propose() -> Plan | None:
            plan = next(
                (p for p in (draw(written, rng) for _ in range(_DRAWS)) if p not in seen and written.valid(p)), None
            )
            if plan is not None:
                seen.add(plan)
            return plan

        return search(problem, written, judging, propose, lambda plan, verdict: None)


def draw(written: Written, rng: random.Random) -> Plan:
    """Each method of the menu with probability one half, each knob evenly over its values."""
    chosen = [slug for slug in written.allowed if rng.random() < 0.5]
    return Plan(
        steps=tuple(
            Step(method=slug, params={name: rng.choice(values) for name, values in knobs(slug, written.situation)})
            for slug in chosen
        )
    )


def rng_for(problem: Problem, seed: int) -> random.Random:
    """A generator of its own for each task and seed, the same in every process."""
    digest = hashlib.blake2b(f"{seed}/{problem.id}".encode(), digest_size=8).digest()
    return random.Random(int.from_bytes(digest, "big"))
