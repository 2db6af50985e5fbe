"""The baseline: the person's script as it is, with the pictures every candidate is compared with."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from ...knowledge.types import Failure, PipelineSite, Profile, Protocol, Script, Stages, Trace, Unscorable
from ..pictures import pixels as decode
from ..pictures import png
from ..script.analyse import analyse
from ..store.store import Store
from .drawing import of_protocol, quality_pictures, with_other_seeds
from .runner import Live, Pictures
from .sampling import call_at, stages_of, trace_of
from .scorer import Scorer
from .start import Start
from .statistics import bootstrap

_SAME = 1e-3
"""1 - SSIM below which two pictures are the same"""


@dataclass(frozen=True)
class Subject:
    """What is measured: one pipeline of one script, started in this way."""

    path: Path
    code: str
    site: PipelineSite
    start: Start = field(default_factory=Start)

    def job(self, code: str) -> dict[str, Any]:
        """What the runner is told: the code, and which of its pipeline calls to take."""
        return {
            "code": code.removeprefix("\ufeff"),
            "script": self.path.name,
            **self.start.job(),
            "pipeline_class": self.site.pipeline_class,
            "sites": [[low, high] for low, high in call_lines(str(self.path), code, self.site.name)],
        }


def call_lines(path: str, code: str, pipeline: str) -> list[tuple[int, int]]:
    """Lines of the calls to measure; empty where any call of the pipeline's class is the one.

    Needed where the script has several pipelines, or a warm-up call with fewer steps before the real one.
    """
    found = analyse(path, code)
    if not isinstance(found, Script):
        return []
    site = found.pipeline(pipeline)
    if site is None:
        return []
    steps = [c.steps for c in site.calls if c.steps is not None]
    full = [c for c in site.calls if c.steps is None or c.steps == max(steps)]
    if len(found.pipelines) == 1 and len(full) == len(site.calls):
        return []
    return [(c.start.line, c.end.line) for c in full]


@dataclass(frozen=True)
class Baseline:
    """Measured numbers and the pictures they came from."""

    profile: Profile
    pictures: list[bytes] = field(repr=False)
    """uint8 RGB, one for each prompt of the protocol"""
    size: tuple[int, int]
    """height, width"""
    again: list[bytes] = field(default_factory=list[bytes], repr=False)
    """PNG pictures of the first prompts with other seeds; kept beside the profile, not read back"""

    def pngs(self) -> list[bytes]:
        return [png(p, *self.size) for p in self.pictures]


def restore(store: Store, key: str) -> Baseline | None:
    """The baseline from the store; None unless all of it is there."""
    profile = store.get(key)
    if not isinstance(profile, Profile):
        return None
    decoded = [decode(p) for p in store.pictures(key, "before")]
    if len(decoded) != profile.prompts:
        return None
    return Baseline(profile=profile, pictures=[d[0] for d in decoded], size=decoded[0][1:])


Helper = Callable[[], Live | None]
"""a second process of the same script that helps to draw; asked for once the clock has stopped"""


def profile_of(live: Live, scorer: Scorer, protocol: Protocol, beside: Helper = lambda: None) -> Baseline | Failure:
    """Measure a warm pipeline alone: latency, stages, what it does in a call, and its pictures' scores."""
    deep = live.pictures(*call_at(live, protocol, 0), deep=True)
    if not isinstance(deep, Pictures):
        return deep
    trace = trace_of(deep)
    if isinstance(trace, Failure):
        return trace
    timed: list[Pictures] = []
    for i in range(max(4, protocol.pairs // protocol.blocks)):
        made = live.pictures(*call_at(live, protocol, i), precise=True)
        if not isinstance(made, Pictures):
            return made
        timed.append(made)
    drawn = _drawn(live, scorer, protocol, beside())
    if not isinstance(drawn, _Drawn):
        return drawn
    repeated = statistics.fmean(scorer.distances(deep.pixels, timed[0].pixels, deep.shape))
    profile = _profile(live, protocol, timed, trace, drawn)
    return _baseline(profile.model_copy(update={"repeat_distance": max(0.0, repeated)}), drawn, protocol)


def with_other_prompts(
    known: Profile, live: Live, scorer: Scorer, protocol: Protocol, beside: Helper = lambda: None
) -> Baseline | Failure:
    """The same script under another protocol: its seconds and its trace are known, its pictures are new."""
    drawn = _drawn(live, scorer, protocol, beside())
    if not isinstance(drawn, _Drawn):
        return drawn
    return _baseline(known.model_copy(update=_quality(drawn)), drawn, protocol)


class _Drawn(NamedTuple):
    pictures: Pictures
    other: Pictures
    scores: list[float]
    seed_distance: float


def _drawn(live: Live, scorer: Scorer, protocol: Protocol, second: Live | None) -> _Drawn | Failure:
    """The protocol's pictures, and some of them with other seeds."""
    drawn = quality_pictures(live, of_protocol(protocol), second)
    if isinstance(drawn, Failure):
        return drawn
    other = quality_pictures(live, with_other_seeds(protocol), second)
    if isinstance(other, Failure):
        return other
    scores = scorer.clip(drawn.pixels, drawn.shape, protocol.prompts)
    apart = statistics.fmean(scorer.distances(drawn.pixels[: len(other.pixels)], other.pixels, other.shape))
    if (reason := meaningless(scores, apart)) is not None:
        return Unscorable(message=reason)
    return _Drawn(drawn, other, scores, apart)


def _quality(drawn: _Drawn) -> dict[str, Any]:
    """What a profile says of pictures."""
    return {**_scored(drawn.scores), "seed_distance": drawn.seed_distance}


def _scored(scores: Sequence[float]) -> dict[str, Any]:
    spread = statistics.stdev(scores) if len(scores) > 1 else 0.0
    return {"clip": statistics.fmean(scores), "clip_sd": spread, "clip_scores": tuple(scores), "prompts": len(scores)}


def _profile(live: Live, protocol: Protocol, timed: Sequence[Pictures], trace: Trace, drawn: _Drawn) -> Profile:
    per_call = live.captured["images_per_call"]
    seconds = [t.seconds / per_call for t in timed]
    return Profile(
        latency_s=statistics.median(seconds),
        interval=bootstrap(seconds, statistics.median, Random(0), protocol.resamples),
        samples=len(seconds),
        images_per_call=per_call,
        load_s=live.load_s,
        first_image_s=live.first_image_s,
        peak_mb=float(timed[-1].record["peak_mb"]),
        stages=median_stages([stages_of(t) for t in timed]),
        trace=trace,
        **_quality(drawn),
    )


def _baseline(profile: Profile, drawn: _Drawn, protocol: Protocol) -> Baseline:
    kept = drawn.other if protocol.name != "quick" else None
    again = [png(kept.one(i), *kept.shape[1:3]) for i in range(len(kept))] if kept is not None else []
    return Baseline(
        profile, [drawn.pictures.one(i) for i in range(len(drawn.pictures))], drawn.pictures.shape[1:3], again
    )


def with_more(before: Baseline, more: Pictures, scores: Sequence[float]) -> Baseline:
    """The baseline with pictures of further prompts, which were scored so."""
    update = _scored([*before.profile.clip_scores, *scores])
    pictures = [*before.pictures, *(more.one(i) for i in range(len(more)))]
    return replace(before, profile=before.profile.model_copy(update=update), pictures=pictures)


def meaningless(scores: Sequence[float], seed_distance: float) -> str | None:
    """Why the baseline's pictures are no measure of anything; None where they are one."""
    if seed_distance < _SAME:
        return (
            "the script's pictures do not depend on the seed: they are broken (all black, for instance, where the "
            "model gives NaN or a safety checker steps in), or the script fixes them, so no quality can be measured"
        )
    if statistics.fmean(scores) <= 0:
        return "the script's pictures have nothing to do with their prompts (CLIP-Score 0): no loss can be measured"
    return None


def median_stages(many: list[Stages]) -> Stages:
    """Stage by stage, the median over calls."""
    return Stages(
        text_encoder_s=statistics.median(s.text_encoder_s for s in many),
        denoiser_s=statistics.median(s.denoiser_s for s in many),
        vae_s=statistics.median(s.vae_s for s in many),
        rest_s=statistics.median(s.rest_s for s in many),
        denoiser_calls=round(statistics.median(s.denoiser_calls for s in many)),
    )
