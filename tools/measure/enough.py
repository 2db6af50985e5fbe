"""When a measurement may end before all of its samples: where the answer is clear, or the candidate cannot win. Pure.

A look at part of the samples asks for more confidence (99%) than the interval that is shown (95%), as several looks
have several chances to be wrong (Armitage, McPherson & Rowe 1969).
"""

import math
import statistics
from collections.abc import Sequence
from typing import Literal

from ...knowledge.types import Evaluation, PromptScore, Protocol, Target
from .statistics import over_blocks, relative_loss, standard_error, student

LEVEL = 0.99
WIDTH = 0.03
"""half of an interval of the speedup, relative, that is narrow enough for any use"""
SLOW = 0.8
"""share of the required speedup below which every pair must be for a candidate to be given up"""

Quality = Literal["held", "broken", "open"]


def quality(scores: Sequence[PromptScore], target: Target) -> Quality:
    """Are the bounds on quality surely held, surely broken, or is it too early to say?"""
    loss, loss_se = relative_loss([s.clip_before for s in scores], [s.clip_after for s in scores])
    drifts = [s.drift for s in scores]
    sides = [_side(loss, loss_se, target.max_loss, len(scores))]
    if target.max_drift is not None:
        sides.append(_side(statistics.fmean(drifts), standard_error(drifts), target.max_drift, len(scores)))
    for bound in target.metrics:
        if bound.most is not None:
            values = [s.metrics[bound.metric] for s in scores]
            sides.append(_side(statistics.fmean(values), standard_error(values), bound.most, len(scores)))
    if "broken" in sides:
        return "broken"
    return "open" if "open" in sides else "held"


def _side(value: float, error: float, bound: float, samples: int) -> Quality:
    margin = student(samples, LEVEL) * error if samples > 1 else math.inf
    if value - margin > bound:
        return "broken"
    return "held" if value + margin <= bound else "open"


def too_slow(ratios: Sequence[float], required: float) -> bool:
    """Is every pair so far from what is required that more of them would not change the answer?"""
    return max(ratios) < SLOW * required


def fast_enough_known(blocks: Sequence[Sequence[float]], required: float | None) -> bool:
    """Does the interval say on which side of `required` the speedup is, or is it narrow enough for any use?"""
    if len(blocks) < 2:
        return False
    found = over_blocks(blocks)[1]
    if math.log(found.high / found.low) <= 2 * WIDTH:
        return True
    if required is None:
        return False
    sure = over_blocks(blocks, LEVEL)[1]
    return sure.low >= required or sure.high < required


def serves(e: Evaluation, protocol: Protocol, target: Target | None) -> bool:
    """Is a kept evaluation enough for this target? It may have ended early for another, or on a noisy machine."""
    alone = protocol.blocks == 1
    if not alone and target is not None and target.undecided_by(e):
        return False
    if e.prompts == len(protocol.prompts) and not (alone and e.pairs < protocol.pairs):
        return True
    if target is None:
        return False
    seen = quality(e.scores, target)
    if not alone:
        return seen != "open"
    return seen == "broken" or too_slow([e.speedup_interval.high], target.required_speedup(e.baseline_s))
