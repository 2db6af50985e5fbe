"""Rates and means with their intervals, and one test. Pure; the random generator is handed in."""

import random
import statistics
from collections.abc import Iterable, Mapping, Sequence
from math import comb

from ...knowledge.types import Interval, Record
from ...tools.measure.statistics import bootstrap_blocks

_Z = statistics.NormalDist().inv_cdf(0.975)


class Rate(Record):
    """How many of how many, with Wilson's 95% interval."""

    passed: int
    total: int
    interval: Interval

    @property
    def share(self) -> float | None:
        """None where nothing was judged."""
        return self.passed / self.total if self.total else None


class Mean(Record):
    """A mean with its bootstrap interval, and over how many."""

    value: float
    interval: Interval
    count: int


def wilson(passed: float, total: int) -> Interval:
    """Wilson's score interval at 95%: it holds its promise near 0 and 1, where most of our rates are (Wilson 1927)."""
    if total == 0:
        return Interval(low=0.0, high=1.0)
    share, z2 = passed / total, _Z * _Z
    middle = (share + z2 / (2 * total)) / (1 + z2 / total)
    half = _Z / (1 + z2 / total) * (share * (1 - share) / total + z2 / (4 * total * total)) ** 0.5
    low = 0.0 if passed == 0 else max(0.0, middle - half)
    return Interval(low=low, high=1.0 if passed == total else min(1.0, middle + half))


def rate_of(verdicts: Iterable[bool]) -> Rate:
    """The rate of a list of yes and no."""
    said = list(verdicts)
    return Rate(passed=sum(said), total=len(said), interval=wilson(sum(said), len(said)))


def mean_of(blocks: Mapping[str, Sequence[float]], rng: random.Random) -> Mean | None:
    """The mean with a percentile bootstrap interval; None of nothing.

    Tasks of one baseline share its luck, so whole baselines are drawn first, then tasks within them.
    """
    values = [value for block in blocks.values() for value in block]
    if not values:
        return None
    interval = bootstrap_blocks(list(blocks.values()), statistics.fmean, rng)
    return Mean(value=statistics.fmean(values), interval=interval, count=len(values))


def mcnemar(only_first: int, only_second: int) -> float:
    """McNemar's exact two-sided p: how likely so lopsided a split is, if neither of the two is better.

    Only tasks on which two runs disagree count; each is a fair coin if they are alike.
    """
    n, k = only_first + only_second, min(only_first, only_second)
    return min(1.0, 2 * sum(comb(n, i) for i in range(k + 1)) / 2**n) if n else 1.0
