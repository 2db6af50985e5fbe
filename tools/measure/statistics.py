"""Numbers from samples. Pure; the random generator is handed in so that an interval is the same twice."""

import math
import random
import statistics
from collections.abc import Callable, Sequence
from typing import Any

from ...knowledge.types import Interval


def median_ratio(before: Sequence[float], after: Sequence[float]) -> float:
    """Median over pairs of before/after: the speedup."""
    return statistics.median(b / a for b, a in zip(before, after, strict=True))


def bootstrap(
    samples: Sequence[float],
    statistic: Callable[[Sequence[float]], float],
    rng: random.Random,
    resamples: int = 2000,
    level: float = 0.95,
) -> Interval:
    """Percentile bootstrap interval of `statistic` (Efron & Tibshirani 1993, chapter 13)."""
    if len(samples) < 2:
        only = statistic(samples)
        return Interval(low=only, high=only, level=level)
    values = sorted(statistic(rng.choices(samples, k=len(samples))) for _ in range(resamples))
    return _middle(values, level)


def bootstrap_blocks(
    blocks: Sequence[Sequence[float]],
    statistic: Callable[[Sequence[float]], float],
    rng: random.Random,
    resamples: int = 2000,
    level: float = 0.95,
) -> Interval:
    """The same for samples taken in blocks (fresh processes): blocks are drawn first, then samples within each.

    Samples of one block share its luck (memory layout, neighbours), so drawing samples alone would promise too much.
    """
    if len(blocks) == 1:
        return bootstrap(blocks[0], statistic, rng, resamples, level)
    values = sorted(
        statistic([x for block in rng.choices(blocks, k=len(blocks)) for x in rng.choices(block, k=len(block))])
        for _ in range(resamples)
    )
    return _middle(values, level)


def over_blocks(blocks: Sequence[Sequence[float]], level: float = 0.95) -> tuple[float, Interval]:
    """The mean ratio of blocks (fresh processes), and its interval by Student's t on their logarithms.

    Samples of one block share its luck (memory layout, neighbours), so a block counts as one sample, its median
    (Kalibera & Jones, Rigorous Benchmarking in Reasonable Time, 2013). At least two blocks; ratios are positive.
    """
    logs = [math.log(statistics.median(block)) for block in blocks]
    centre, half = statistics.fmean(logs), student(len(logs), level) * standard_error(logs)
    return math.exp(centre), Interval(low=math.exp(centre - half), high=math.exp(centre + half), level=level)


def student(samples: int, level: float) -> float:
    """How many standard errors of a mean of so many samples stand for this two-sided level (Student 1908)."""
    from scipy import special

    quantile: Any = special.stdtrit
    return float(quantile(samples - 1, 0.5 + level / 2))


def _middle(ordered: Sequence[float], level: float) -> Interval:
    """The interval that leaves out the same share at both ends."""
    tail = (1 - level) / 2
    return Interval(low=_quantile(ordered, tail), high=_quantile(ordered, 1 - tail), level=level)


def _quantile(ordered: Sequence[float], share: float) -> float:
    at = share * (len(ordered) - 1)
    below = int(at)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (at - below)


def relative_loss(before: Sequence[float], after: Sequence[float]) -> tuple[float, float]:
    """L = (mean before - mean after) / mean before, and its standard error over paired prompts (delta method)."""
    base = statistics.fmean(before)
    if base <= 0:
        return 0.0, 0.0
    loss = (base - statistics.fmean(after)) / base
    residuals = [(b - a) / base - loss * b / base for b, a in zip(before, after, strict=True)]
    return loss, standard_error(residuals)


def standard_error(samples: Sequence[float]) -> float:
    """Standard error of the mean; 0 for fewer than two samples."""
    return statistics.stdev(samples) / len(samples) ** 0.5 if len(samples) > 1 else 0.0


def break_even(before: tuple[float, float], after: tuple[float, float]) -> int | None:
    """Images after which a slower start has paid back.

    Each side is (seconds until and with the first image, seconds of every further image). None: it never does.
    """
    extra = after[0] - before[0]
    gain = before[1] - after[1]
    if extra <= 0:
        return 1
    return None if gain <= 0 else 1 + int(-(-extra // gain))
