"""Solvers on recorded landscapes: a measurement becomes a look-up, so that equal budgets are compared in minutes.

A replay knows only the plans that were recorded, and answers about no other: nothing is interpolated. A solver there
chooses among recorded plans, which is easier than the real search (there are fewer, and they were chosen by a search),
so a replay compares solvers with one another and says nothing of what they reach on the real thing.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from pydantic import Field

from ...knowledge.expect import Expectation, expect
from ...knowledge.situation import Situation
from ...knowledge.types import Difficulty, Evaluation, InvalidPlan, Plan, Record, Target, Verdict
from ...tools.report.summary import where
from .calibrate import DIFFICULTIES, calibrated_of
from .landscape import Landscape


@dataclass(frozen=True)
class Replay:
    """A judge that answers from the record alone."""

    landscape: Landscape

    @property
    def label(self) -> str:
        """What must stand beside every number that comes from here."""
        ground = self.landscape.ground
        plans = len(self.plans())
        return f"replayed from {plans} recorded plans of {ground.baseline}, measured with {where(ground.environment)}"

    @property
    def situation(self) -> Situation:
        return self.landscape.ground.situation

    def plans(self) -> list[Plan]:
        """The plans that can be asked about, in the order in which they were recorded."""
        return [t.plan for t in self.landscape.trials]

    @cached_property
    def expected(self) -> Mapping[Plan, Expectation]:
        """What the knowledge base alone expects of each recorded plan."""
        return {plan: expect(plan, self.situation) for plan in self.plans()}

    @cached_property
    def _verdicts(self) -> Mapping[Plan, Verdict]:
        """The first record of each plan holds."""
        return {t.plan: t.verdict(self.landscape.ground) for t in reversed(self.landscape.trials)}

    def evaluate(self, plan: Plan) -> Verdict:
        """The recorded verdict; a plan that was never measured is refused."""
        unknown = f"never measured on this landscape, so nothing is known of it: {plan.sentence()}"
        return self._verdicts.get(plan) or InvalidPlan(message=unknown)


class Goal(Record):
    """What is asked of a solver on one landscape."""

    difficulty: Difficulty
    target: Target


@dataclass(frozen=True)
class Sight:
    """What a chooser sees: the situation, the goal, what it has measured, and what is left to ask about."""

    situation: Situation
    target: Target
    tried: Sequence[tuple[Plan, Verdict]]
    left: Sequence[Plan]
    expected: Mapping[Plan, Expectation]
    rng: random.Random


Chooser = Callable[[Sight], Plan]
"""a solver in one game: picks one of the plans that are left"""
Entrant = Callable[[Replay, Goal], Chooser]
"""a solver that enters a game; what it remembers of the game is its own"""


class Played(Record):
    """One solver, one goal, one seed."""

    solver: str
    baseline: str
    difficulty: Difficulty
    met: bool
    evaluations: int
    achieved: float = Field(description="min(U / U_required, 1) of the best that held quality, 0 where none did")


def play(name: str, choose: Chooser, replay: Replay, goal: Goal, budget: int, rng: random.Random) -> Played:
    """Let a solver search until it meets the goal or its budget is spent."""
    tried: list[tuple[Plan, Verdict]] = []
    left, best = list(dict.fromkeys(replay.plans())), 0.0
    while left and len(tried) < budget and best < 1.0:
        plan = choose(Sight(replay.situation, goal.target, tried, left, replay.expected, rng))
        left.remove(plan)
        tried.append((plan, replay.evaluate(plan)))
        best = max(best, _achieved(tried[-1][1], goal.target))
    baseline = replay.landscape.ground.baseline
    return Played(
        solver=name,
        baseline=baseline,
        difficulty=goal.difficulty,
        met=best >= 1.0,
        evaluations=len(tried),
        achieved=best,
    )


def _achieved(verdict: Verdict, target: Target) -> float:
    if not isinstance(verdict, Evaluation) or not target.quality_met_by(verdict):
        return 0.0
    return min(1.0, verdict.speedup / target.required_speedup(verdict.baseline_s))


class Games(Record):
    """One solver, one goal, every seed."""

    solver: str
    baseline: str
    difficulty: Difficulty
    budget: int
    evaluations: tuple[int | None, ...] = Field(description="to reach the goal, by seed; None: not within the budget")
    achieved: tuple[float, ...] = Field(description="share of the required speedup that was reached, by seed")


def games(
    landscapes: Sequence[Landscape],
    entrants: Mapping[str, Entrant],
    budget: int,
    repeats: int = 20,
    seed: int = 0,
    max_drift: float | None = None,
    difficulties: Sequence[Difficulty] = DIFFICULTIES,
) -> list[Games]:
    """Every solver on every landscape at one budget, with several seeds; goals that no plan meets are left out.

    A game depends on solver, landscape, goal and seed alone, so a few of them can be played again and compared.
    """
    return [
        _games(name, enter, Replay(one), goal, budget, repeats, seed)
        for difficulty in difficulties
        for one in landscapes
        if (goal := goal_of(one, difficulty, max_drift))
        for name, enter in entrants.items()
    ]


def _games(name: str, enter: Entrant, replay: Replay, goal: Goal, budget: int, repeats: int, seed: int) -> Games:
    baseline = replay.landscape.ground.baseline
    played = [
        play(name, enter(replay, goal), replay, goal, budget, random.Random(f"{seed}:{goal.difficulty}:{baseline}:{k}"))
        for k in range(repeats)
    ]
    return Games(
        solver=name,
        baseline=baseline,
        difficulty=goal.difficulty,
        budget=budget,
        evaluations=tuple(p.evaluations if p.met else None for p in played),
        achieved=tuple(round(p.achieved, 4) for p in played),
    )


def goal_of(landscape: Landscape, difficulty: Difficulty, max_drift: float | None) -> Goal | None:
    """The calibrated target; None where no recorded plan meets it."""
    calibrated, bound = calibrated_of(landscape), landscape.ground.recipe.max_loss
    target = Target(speedup=calibrated.speedup(difficulty), max_loss=bound, max_drift=max_drift)
    within = landscape.within(bound, max_drift)
    reached = within and target.speedup is not None and within[0][1].speedup >= target.speedup
    return Goal(difficulty=difficulty, target=target) if reached else None
