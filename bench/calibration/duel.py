"""What many games say of a solver: how often it reaches the goal, how soon, and how sure that is. Pure."""

import random
import statistics
from collections.abc import Sequence

from pydantic import Field

from ...knowledge.types import Difficulty, Interval, Record
from ...tools.measure.statistics import bootstrap_blocks
from ..scores import wilson
from .replay import Games

_SEED = 20260103
_RESAMPLES = 1000


class Duel(Record):
    """One solver at one difficulty over landscapes and seeds."""

    solver: str
    difficulty: Difficulty
    landscapes: int
    repeats: int
    budget: int
    met: float
    met_interval: Interval
    median: float = Field(description="evaluations to reach the goal; budget + 1 where half of the games do not")
    median_interval: Interval
    mean: float = Field(description="evaluations, a game that does not reach the goal counted as budget + 1")
    achieved: float
    achieved_interval: Interval


def duels(played: Sequence[Games]) -> list[Duel]:
    """Each solver at each difficulty over all landscapes, in the order in which they come."""
    groups: dict[tuple[Difficulty, str], list[Games]] = {}
    for one in played:
        groups.setdefault((one.difficulty, one.solver), []).append(one)
    return [duel(group) for group in groups.values()]


def duel(group: Sequence[Games]) -> Duel:
    """Games of one solver at one difficulty.

    Repeats on one landscape say nothing of another: intervals draw whole landscapes first, then seeds within them, and
    that of `met` is Wilson's over landscapes. One landscape alone is drawn by its seeds.
    """
    first = group[0]
    counts = [[float(n if n is not None else first.budget + 1) for n in g.evaluations] for g in group]
    achieved = [list(g.achieved) for g in group]
    rate = statistics.fmean(n <= first.budget for block in counts for n in block)
    blocks = len(counts) if len(counts) > 1 else len(counts[0])
    return Duel(
        solver=first.solver,
        difficulty=first.difficulty,
        landscapes=len(group),
        repeats=len(first.evaluations),
        budget=first.budget,
        met=rate,
        met_interval=wilson(rate * blocks, blocks),
        median=statistics.median(n for block in counts for n in block),
        median_interval=bootstrap_blocks(counts, statistics.median, random.Random(_SEED), _RESAMPLES),
        mean=statistics.fmean(n for block in counts for n in block),
        achieved=statistics.fmean(x for block in achieved for x in block),
        achieved_interval=bootstrap_blocks(achieved, statistics.fmean, random.Random(_SEED), _RESAMPLES),
    )


def reached(group: Sequence[Games], evaluations: int) -> float:
    """The share of games in which the goal was met within so many evaluations."""
    return statistics.fmean(n is not None and n <= evaluations for g in group for n in g.evaluations)
