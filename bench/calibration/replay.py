"""Solvers on recorded landscapes: a measurement becomes a look-up, so that equal budgets are compared in minutes.

A replay knows only the plans that were recorded, and answers about no other: nothing is interpolated. A solver there
chooses among recorded plans, which is easier than the real search (there are fewer, and they were chosen by a search),
so a replay compares solvers with one another and says nothing of what they reach on the real thing.
"""

import random
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from pydantic import Field

from ...knowledge.expect import Expectation, expect
from ...knowledge.situation import Situation
from ...knowledge.types import Difficulty, Evaluation, Interval, InvalidPlan, Plan, Record, Target, Verdict
from ...tools.measure.statistics import bootstrap_blocks
from ...tools.report.summary import where
from ..scores import wilson
from .calibrate import DIFFICULTIES, calibrated_of
from .landscape import Landscape
from .proposals import START, chosen

_SEED = 20260103


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
"""a solver on a landscape: picks one of the plans that are left"""


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


class Duel(Record):
    """One solver at one difficulty over all landscapes and seeds."""

    solver: str
    difficulty: Difficulty
    landscapes: int
    repeats: int
    budget: int
    met: float
    met_interval: Interval
    achieved: float
    achieved_interval: Interval
    evaluations: float = Field(description="mean, met or not")


def duel(
    landscapes: Sequence[Landscape],
    choosers: Mapping[str, Chooser],
    budget: int,
    repeats: int = 20,
    seed: int = 0,
    max_drift: float | None = None,
    difficulties: Sequence[Difficulty] = DIFFICULTIES,
) -> list[Duel]:
    """Every solver on every landscape at one budget, several seeds each.

    A goal that no recorded plan meets is left out. Repeats on one landscape say nothing of another: the interval of
    `met` is Wilson's over landscapes, that of `achieved` a bootstrap that draws whole landscapes first.
    """
    found: list[Duel] = []
    for difficulty in difficulties:
        goals = [(Replay(one), goal) for one in landscapes if (goal := goal_of(one, difficulty, max_drift))]
        for name, choose in choosers.items() if goals else ():
            played = [
                [
                    play(name, choose, replay, goal, budget, random.Random(f"{seed}:{goal.difficulty}:{n}:{k}"))
                    for k in range(repeats)
                ]
                for n, (replay, goal) in enumerate(goals)
            ]
            found.append(_summed(name, difficulty, played, budget))
    return found


def goal_of(landscape: Landscape, difficulty: Difficulty, max_drift: float | None) -> Goal | None:
    """The calibrated target; None where no recorded plan meets it."""
    calibrated, bound = calibrated_of(landscape), landscape.ground.recipe.max_loss
    target = Target(speedup=calibrated.speedup(difficulty), max_loss=bound, max_drift=max_drift)
    within = landscape.within(bound, max_drift)
    reached = within and target.speedup is not None and within[0][1].speedup >= target.speedup
    return Goal(difficulty=difficulty, target=target) if reached else None


def _summed(name: str, difficulty: Difficulty, played: Sequence[Sequence[Played]], budget: int) -> Duel:
    rate = statistics.fmean(p.met for block in played for p in block)
    achieved = [[p.achieved for p in block] for block in played]
    return Duel(
        solver=name,
        difficulty=difficulty,
        landscapes=len(played),
        repeats=len(played[0]),
        budget=budget,
        met=rate,
        met_interval=wilson(rate * len(played), len(played)),
        achieved=statistics.fmean(x for block in achieved for x in block),
        achieved_interval=bootstrap_blocks(achieved, statistics.fmean, random.Random(_SEED)),
        evaluations=statistics.fmean(p.evaluations for block in played for p in block),
    )


def at_random(sight: Sight) -> Plan:
    """Any plan that is left."""
    return sight.rng.choice(sight.left)


def by_tpe(sight: Sight) -> Plan:
    """Random at first, then like the better quarter of what was measured."""
    if len(sight.tried) < min(START, 5):
        return at_random(sight)
    worth = [(plan, _worth(verdict, sight.target)) for plan, verdict in sight.tried]
    return chosen(worth, sight.left) or at_random(sight)


def _worth(verdict: Verdict, target: Target) -> float:
    if not isinstance(verdict, Evaluation):
        return -100.0
    over = max(0.0, verdict.loss - target.max_loss)
    over += max(0.0, verdict.drift - target.max_drift) if target.max_drift is not None else 0.0
    return verdict.speedup if over == 0 else -100 * over


def by_expectation(sight: Sight) -> Plan:
    """Best of n by the knowledge base alone: what it expects to be fast enough, at the least loss; learns nothing."""
    wanted = sight.target.speedup or 1.0

    def promise(plan: Plan) -> tuple[float, float]:
        e = sight.expected[plan]
        return min(0.0, e.speedup - wanted), -e.loss - 0.1 * e.drift

    return max(sight.left, key=promise)


CHOOSERS: dict[str, Chooser] = {"random": at_random, "tpe": by_tpe, "best-of-n": by_expectation}
"""the solvers that need no agent; the command line adds `diffagent`"""
