"""Which trials plans are refined from: the paper's sampled parents, and the Pareto front of our own search. Pure.

The paper's fitness (arXiv 2601.03178, section 3) is a weighted sum of speedup and relative quality loss whose weights
are not published; ours are below. Fitness is normalised into probabilities and parents are *sampled*, not ranked.
"""

import random
from collections.abc import Sequence

from ..knowledge.pareto import dominates
from ..knowledge.types import Evaluation, Target, Trial, best_evaluation

WEIGHT_SPEED = 1.0
WEIGHT_LOSS = 0.5
WEIGHT_DRIFT = 0.5
PENALTY = 2.0
"""what a unit beyond a bound costs, in the units of the bound"""


def fitness(e: Evaluation, target: Target) -> float:
    """Speedup in units of what is required (no reward beyond 1.25), less loss and drift in units of their bounds."""
    required = target.required_speedup(e.baseline_s)
    speed = min(e.speedup / required, 1.25)
    quality = WEIGHT_LOSS * _cost(e.loss, target.max_loss)
    if target.max_drift is not None:
        quality += WEIGHT_DRIFT * _cost(e.drift, target.max_drift)
    return WEIGHT_SPEED * speed - quality - PENALTY * _beyond_metrics(e, target)


def _cost(value: float, bound: float) -> float:
    """0 at no loss, 0.5 at the bound, and steeper beyond it."""
    used = max(0.0, value) / max(bound, 1e-3)
    return 0.5 * min(used, 1.0) + PENALTY * max(0.0, used - 1.0)


def probabilities(scores: Sequence[float]) -> list[float]:
    """Fitness made into probabilities: shifted to be positive, the worst keeping a tenth of the mean's share."""
    if not scores:
        return []
    low = min(scores)
    shifted = [s - low for s in scores]
    floor = 0.1 * sum(shifted) / len(shifted) or 1.0
    total = sum(s + floor for s in shifted)
    return [(s + floor) / total for s in shifted]


def parents(trials: Sequence[Trial], target: Target, count: int, rng: random.Random) -> list[Trial]:
    """Sample up to `count` different parents among the trials that could be evaluated."""
    pool = [(t, fitness(e, target)) for t in trials if (e := best_evaluation(t)) is not None]
    chosen: list[Trial] = []
    while pool and len(chosen) < count:
        weights = probabilities([f for _, f in pool])
        pick = rng.choices(range(len(pool)), weights)[0]
        chosen.append(pool.pop(pick)[0])
    return chosen


def fittest(trials: Sequence[Trial], target: Target) -> Trial | None:
    """The best trial so far: one that meets the target before one that does not, then by fitness."""
    scored = [(t, e) for t in trials if (e := best_evaluation(t)) is not None]
    if not scored:
        return None
    return max(scored, key=lambda p: (target.met_by(p[1]), target.quality_met_by(p[1]), fitness(p[1], target)))[0]


def front(trials: Sequence[Trial], target: Target, count: int) -> list[Trial]:
    """Up to `count` trials by constrained domination (Deb et al. 2002): what holds the bounds on quality before what
    does not, the Pareto front of speedup, loss and drift before the rest, and of equals the fitter.
    """
    scored = [(t, e) for t in trials if (e := best_evaluation(t)) is not None]

    def rank(pair: tuple[Trial, Evaluation]) -> tuple[float, int, float]:
        mine = pair[1]
        return (
            beyond(mine, target),
            sum(dominates(e.standing, mine.standing) for _, e in scored),
            -fitness(mine, target),
        )

    return [t for t, _ in sorted(scored, key=rank)[:count]]


def beyond(e: Evaluation, target: Target) -> float:
    """By how much the bounds on quality are broken, in units of the bounds; 0 where they hold."""
    over = max(0.0, e.loss - target.max_loss) / max(target.max_loss, 1e-3)
    if target.max_drift is not None:
        over += max(0.0, e.drift - target.max_drift) / target.max_drift
    return over + _beyond_metrics(e, target)


def _beyond_metrics(e: Evaluation, target: Target) -> float:
    """The same of what plugins' metrics say."""
    read = [(e.reading(bound.metric), bound.most) for bound in target.metrics if bound.most is not None]
    return sum(max(0.0, found.value - most) / max(abs(most), 1e-3) for found, most in read if found is not None)
