"""The small protocol between the benchmark and whoever answers: a problem and a budget in, one submission out."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ...knowledge.types import Candidate, Environment, Failure, Profile, Submission, Target, Verdict


@dataclass(frozen=True)
class Problem:
    """What a person would have before them, and nothing else: no attributes, and a reference only where it is given.

    For L4 and L5 that is the baseline to be accelerated.
    """

    id: str
    request: str
    folder: Path
    """where the files lie that the code may read"""
    inputs: tuple[str, ...] = ()
    baseline: str | None = None
    target: Target | None = None
    """L4, L5: the number that the request names, with the bound on quality"""
    baseline_s: float | None = None
    """L5: seconds an image of the baseline when the limit was set"""
    menu: tuple[str, ...] = ()
    """L4, L5: slugs of the methods that the request allows"""
    environment: Environment | None = None

    @property
    def speedup(self) -> float | None:
        """What the target asks for in units of the baseline."""
        if self.target is None:
            return None
        return self.target.required_speedup(self.baseline_s or 1.0)


class Judging(Protocol):
    """What a solver may ask on the way. Every candidate that is measured counts, whoever proposes it."""

    @property
    def used(self) -> int:
        """Evaluations so far."""
        ...

    @property
    def left(self) -> int: ...
    def baseline(self) -> Profile | Failure:
        """L4, L5: the baseline alone; costs no evaluation."""
        ...

    def known(self, candidate: Candidate, protocol: str = "quick") -> Verdict | None: ...
    def evaluate(self, candidate: Candidate, protocol: str = "quick") -> Verdict:
        """L4, L5: a candidate against the baseline, under `quick`, or under `final` with other prompts and seeds."""
        ...

    def runs(self, code: str) -> Failure | None:
        """Does it get to its pipeline call and make a picture? For every level; costs an evaluation."""
        ...


class Solver(Protocol):
    """Anything that answers tasks."""

    @property
    def name(self) -> str:
        """As it stands in a run's name."""
        ...

    def solve(self, problem: Problem, budget: int, judging: Judging) -> Submission:
        """One candidate within a budget of evaluations; code None where there is none. Same problem, same answer."""
        ...
