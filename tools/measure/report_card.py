"""Samples of one candidate beside the baseline's, made into an `Evaluation`."""

import statistics
from random import Random

from ...knowledge.types import Evaluation, PromptScore, Protocol, Trace
from ..pictures import png
from .baseline import Baseline, median_stages
from .runner import Live, Pictures
from .sampling import Pairs, stages_of
from .scorer import Scorer
from .statistics import bootstrap_blocks, break_even, median_ratio, relative_loss, standard_error


def evaluation(
    live: Live, trace: Trace, pairs: Pairs, pictures: Pictures, before: Baseline, protocol: Protocol, scorer: Scorer
) -> tuple[Evaluation, list[bytes]]:
    """The evaluation, and the candidate's pictures as PNG where the protocol keeps them."""
    blocks = pairs.ratios()
    scores = prompt_scores(pictures, before, protocol, scorer)
    clip_before, clip_after = [s.clip_before for s in scores], [s.clip_after for s in scores]
    loss, loss_se = relative_loss(clip_before, clip_after)
    drifts = [s.drift for s in scores]
    latency, baseline = statistics.median(pairs.after), statistics.median(pairs.before)
    profile = before.profile
    per_call = profile.images_per_call
    start_before = (profile.load_s + profile.first_image_s / per_call, baseline)
    start_after = (live.load_s + live.first_image_s / per_call, latency)
    found = Evaluation(
        protocol=protocol.name,
        speedup=median_ratio(pairs.before, pairs.after),
        speedup_interval=bootstrap_blocks(blocks, statistics.median, Random(0), protocol.resamples),
        pairs=len(pairs.before),
        latency_s=latency,
        baseline_s=baseline,
        loss=loss,
        loss_se=loss_se,
        drift=statistics.fmean(drifts),
        drift_se=standard_error(drifts),
        prompts=len(scores),
        clip=statistics.fmean(clip_after),
        clip_before=statistics.fmean(clip_before),
        load_s=live.load_s,
        first_image_s=live.first_image_s,
        break_even_images=break_even(start_before, start_after),
        peak_mb=float(pairs.calls[-1].record["peak_mb"]),
        stages=median_stages([stages_of(c) for c in pairs.calls]),
        trace=trace,
        scores=tuple(scores),
    )
    kept = [png(pictures.one(i), *before.size) for i in range(len(pictures))] if protocol.name != "quick" else []
    return found, kept


def prompt_scores(pictures: Pictures, before: Baseline, protocol: Protocol, scorer: Scorer) -> list[PromptScore]:
    """Prompt by prompt, always the same prompt and seed on both sides."""
    clip = scorer.clip(pictures.pixels, pictures.shape, protocol.prompts)
    apart = scorer.distances(b"".join(before.pictures), pictures.pixels, pictures.shape)
    unit = before.profile.seed_distance
    rows = zip(protocol.prompts, protocol.seeds, before.profile.clip_scores, clip, apart, strict=True)
    return [
        PromptScore(prompt=p, seed=s, clip_before=b, clip_after=a, drift=max(0.0, d) / unit) for p, s, b, a, d in rows
    ]
