"""Samples of one candidate beside the baseline's, made into an `Evaluation`."""

import statistics
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

from ...knowledge.catalogue import draws
from ...knowledge.checks import Finding
from ...knowledge.types import Evaluation, Interval, Profile, PromptScore, Protocol, Reading, Trace
from ..pictures import png
from . import integrity
from .baseline import Baseline, median_stages
from .drawing import Wanted
from .runner import Live, Pictures
from .sampling import Pairs, stages_of
from .scorer import Scorer
from .statistics import bootstrap, break_even, median_ratio, over_blocks, relative_loss, standard_error

_STEADY = 0.02
"""drift of the baseline's picture to itself up to which it is said to draw the same one again"""


def evaluation(
    live: Live,
    trace: Trace,
    pairs: Pairs,
    pictures: Pictures,
    scores: Sequence[PromptScore],
    before: Baseline,
    protocol: Protocol,
) -> tuple[Evaluation, list[bytes]]:
    """The evaluation, and the candidate's pictures as PNG where the protocol keeps them."""
    found = Evaluation(
        protocol=protocol.name,
        **_speed(pairs, live, before.profile, protocol.resamples),
        **_quality(scores),
        load_s=live.load_s,
        first_image_s=live.first_image_s,
        peak_mb=float(pairs.calls[-1].record["peak_mb"]),
        stages=median_stages([stages_of(c) for c in pairs.calls]),
        trace=trace,
    )
    kept = [png(pictures.one(i), *before.size) for i in range(len(pictures))] if protocol.name != "quick" else []
    return found, kept


def _timed(pairs: Pairs, resamples: int) -> dict[str, Any]:
    speedup, interval = speedup_of(pairs, resamples)
    return {
        "speedup": speedup,
        "speedup_interval": interval,
        "pairs": len(pairs.before),
        "samples": tuple(zip(pairs.before, pairs.after, strict=True)),
        "latency_s": statistics.median(pairs.after),
        "baseline_s": statistics.median(pairs.before),
    }


def _speed(pairs: Pairs, live: Live, profile: Profile, resamples: int) -> dict[str, Any]:
    timed, per_call = _timed(pairs, resamples), profile.images_per_call
    start_before = (profile.load_s + profile.first_image_s / per_call, timed["baseline_s"])
    start_after = (live.load_s + live.first_image_s / per_call, timed["latency_s"])
    return {**timed, "break_even_images": break_even(start_before, start_after)}


def _quality(scores: Sequence[PromptScore]) -> dict[str, Any]:
    before, after = [s.clip_before for s in scores], [s.clip_after for s in scores]
    drifts = [s.drift for s in scores]
    loss, loss_se = relative_loss(before, after)
    return {
        "loss": loss,
        "loss_se": loss_se,
        "drift": statistics.fmean(drifts),
        "drift_se": standard_error(drifts),
        "prompts": len(scores),
        "clip": statistics.fmean(after),
        "clip_before": statistics.fmean(before),
        "metrics": tuple(readings(scores)),
        "scores": tuple(scores),
    }


def readings(scores: Sequence[PromptScore]) -> Iterator[Reading]:
    """Metric by metric, the mean over prompts."""
    for name in scores[0].metrics:
        values = [s.metrics[name] for s in scores]
        yield Reading(metric=name, value=statistics.fmean(values), se=standard_error(values))


def speedup_of(pairs: Pairs, resamples: int) -> tuple[float, Interval]:
    """The median of the pairs' ratios with a bootstrap interval; over fresh processes the mean of their medians."""
    blocks = pairs.ratios()
    if len(blocks) > 1:
        return over_blocks(blocks)
    found = median_ratio(pairs.before, pairs.after)
    return found, bootstrap(blocks[0], statistics.median, Random(0), resamples)


def looked_at(seen: integrity.Seen, found: Evaluation, before: Baseline, scorer: Scorer) -> list[Finding]:
    """What the candidate's pictures say of themselves, in the baseline's units."""
    unit = before.profile.seed_distance
    steady = before.profile.repeat_distance / unit < _STEADY and not draws(found.trace.methods)
    return integrity.findings(seen, unit, steady, [s.drift for s in found.scores], scorer)


def measured_again(found: Evaluation, pairs: Pairs, protocol: Protocol) -> Evaluation:
    """The same pictures, with the time that fresh processes took."""
    return found.model_copy(update=_timed(pairs, protocol.resamples))


def prompt_scores(pictures: Pictures, before: Baseline, wanted: Wanted, scorer: Scorer) -> list[PromptScore]:
    """Prompt by prompt, always the same prompt and seed on both sides."""
    at = slice(wanted.first, wanted.first + len(pictures))
    clip = scorer.clip(pictures.pixels, pictures.shape, wanted.prompts)
    was = b"".join(before.pictures[at])
    apart = scorer.distances(was, pictures.pixels, pictures.shape)
    read = {m: scorer.read(m, was, pictures.pixels, pictures.shape, wanted.prompts) for m in scorer.metrics}
    unit = before.profile.seed_distance
    rows = zip(wanted.prompts, wanted.seeds, before.profile.clip_scores[at], clip, apart, strict=True)
    return [
        PromptScore(
            prompt=p,
            seed=s,
            clip_before=b,
            clip_after=a,
            drift=max(0.0, d) / unit,
            metrics={m: numbers[i] for m, numbers in read.items()},
        )
        for i, (p, s, b, a, d) in enumerate(rows)
    ]
