"""What the page shows, worked out before any HTML is written. Pure, but for opening pictures."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, cast

from ...knowledge.types import Evaluation, Outcome, Profile, Protocol, Stages, Step, Trace, Trial, best_evaluation
from . import summary
from .pairs import PicturePair, worst_first
from .pictures import inline
from .text import UNKNOWN, counted, megabytes, one_line, percent, percent_se, reveal, seconds, times, two_decimals

BANNERS = {
    "zoo": (
        "Measured on tiny zoo models",
        "Zoo numbers say nothing about hub models. They show that the method works and how the trade-off looks; "
        "run again with hub models to learn what the real model gains.",
    ),
    "hub": (
        "Measured on hub models",
        "The real weights, as the script names them, on the device named here. Another device gives other numbers.",
    ),
}
_DIFF = (("+++", "file"), ("---", "file"), ("@@", "hunk"), ("+", "added"), ("-", "removed"))


@dataclass(frozen=True)
class Part:
    """One stage of one bar."""

    name: str
    css: str
    time: str
    share: float  # percent of the longest bar


@dataclass(frozen=True)
class Bar:
    """Where the seconds of one image go."""

    name: str
    total: str
    parts: tuple[Part, ...]
    denoiser: str


@dataclass(frozen=True)
class Picture:
    """One pair, ready for the page."""

    prompt: str
    seed: int
    clip: str
    drift: str
    before: tuple[str, int, int]
    after: tuple[str, int, int]


def view(outcome: Outcome, pairs: Sequence[PicturePair], diff: str, source: str) -> dict[str, Any]:
    """Everything the template names."""
    trial, e = summary.chosen(outcome), summary.chosen_evaluation(outcome)
    before = in_the_sitting_of(e, outcome.baseline)
    rows = {row.number: row for row in summary.candidates_table(outcome)}
    title, warning = BANNERS[outcome.environment.models]
    return {
        "script": one_line(PurePath(outcome.script.path).name, 120),
        "path": outcome.script.path,
        "pipeline": _pipeline(outcome),
        "headline": summary.headline(outcome),
        "claim": summary.claim(outcome),
        "conditions": summary.conditions(outcome),
        "where": summary.where(outcome.environment),
        "limit": summary.limit_sentence(outcome),
        "target": summary.target_sentence(outcome.target),
        "met": outcome.winner is not None,
        "banner": {"kind": outcome.environment.models, "title": title, "text": warning},
        "tiles": _tiles(before, e),
        "trial": trial,
        "chosen": "winner" if outcome.winner is not None else "best candidate",
        "why": one_line(trial.proposal.why) if trial is not None else "",
        "diff": diff_lines(diff),
        "flags": [one_line(s) for s in summary.flags(outcome)],
        "overruled": [one_line(s) for s in outcome.overruled],
        "source": reveal(source),
        "bars": bars(before, e),
        "start": _start(before, e),
        "seen": _seen(outcome.baseline.trace, e.trace) if e is not None else [],
        "front": [{"row": rows[t.number], "latency": _latency(t)} for t in outcome.front()],
        "failures": summary.failures_sentence(outcome),
        "pictures": [_picture(p) for p in worst_first(pairs)],
        "pairs": len(pairs),
        "rows": list(rows.values()),
        "stopped": outcome.stopped,
        "effort": summary.effort_sentence(outcome),
        "environment": _environment(outcome),
        "libraries": sorted(outcome.environment.libraries.items()),
        "protocols": [_protocol(p) for p in outcome.protocols],
    }


def diff_lines(diff: str) -> list[tuple[str, str]]:
    """Each line of a unified diff with its kind; hidden characters are spelled out."""
    lines = [reveal(line.rstrip("\r")) for line in diff.split("\n")]
    kinds = [next((kind for start, kind in _DIFF if line.startswith(start)), "same") for line in lines]
    pairs = list(zip(kinds, lines, strict=True))
    return pairs[:-1] if pairs[-1][1] == "" else pairs


def in_the_sitting_of(e: Evaluation | None, baseline: Profile) -> Profile:
    """The baseline's breakdown at the speed it had beside the candidate: the machine may have been busier before."""
    total = _total(baseline.stages)
    if e is None or total <= 0:
        return baseline
    ratio, s = e.baseline_s * baseline.images_per_call / total, baseline.stages
    stages = s.model_copy(
        update={
            "text_encoder_s": s.text_encoder_s * ratio,
            "denoiser_s": s.denoiser_s * ratio,
            "vae_s": s.vae_s * ratio,
            "rest_s": s.rest_s * ratio,
        }
    )
    return baseline.model_copy(update={"stages": stages, "latency_s": e.baseline_s})


def bars(baseline: Profile, e: Evaluation | None) -> list[Bar]:
    """Baseline above the candidate, on one scale."""
    rows = [("The script as it is", baseline.stages)]
    rows += [("The candidate", e.stages)] if e is not None else []
    longest = max(_total(s) for _, s in rows) or 1.0
    return [_bar(name, stages, longest) for name, stages in rows]


def _bar(name: str, s: Stages, longest: float) -> Bar:
    times_of = {"Text encoder": s.text_encoder_s, "Denoiser": s.denoiser_s, "VAE": s.vae_s, "Rest": s.rest_s}
    parts = (
        Part(label, f"s{i}", seconds(t), 100 * max(0.0, t) / longest) for i, (label, t) in enumerate(times_of.items())
    )
    return Bar(name, seconds(_total(s)), tuple(parts), f"{counted(s.denoiser_calls, 'call')} × {seconds(s.per_step_s)}")


def _total(s: Stages) -> float:
    return sum(max(0.0, t) for t in (s.text_encoder_s, s.denoiser_s, s.vae_s, s.rest_s))


def break_even(baseline: Profile, e: Evaluation) -> str:
    """When a slower start has paid back."""
    if e.break_even_images is not None:
        return f"after {counted(e.break_even_images, 'image')}"
    if e.speedup <= 1:
        return "never"
    slower = e.load_s + e.first_image_s > baseline.load_s + baseline.first_image_s
    return UNKNOWN if slower else "from the first image"


def _tiles(baseline: Profile, e: Evaluation | None) -> list[tuple[str, str, str]]:
    """Label, value, and what stands behind it."""
    if e is None:
        interval = (
            f"{baseline.interval.level:.0%} {seconds(baseline.interval.low)} to {seconds(baseline.interval.high)}"
        )
        clip = f"{baseline.clip:.1f} ± {baseline.clip_sd:.1f} SD"
        return [
            ("Seconds an image", seconds(baseline.latency_s), f"{interval}, {counted(baseline.samples, 'sample')}"),
            ("CLIP-Score", clip, counted(baseline.prompts, "prompt")),
        ]
    low, high, level = e.speedup_interval.low, e.speedup_interval.high, e.speedup_interval.level
    return [
        ("Speedup", times(e.speedup), f"{level:.0%} {low:.2f} to {high:.2f}, {counted(e.pairs, 'pair')}"),
        ("Quality loss", percent_se(e.loss, e.loss_se), f"CLIP {e.clip_before:.1f} → {e.clip:.1f}"),
        ("Drift", f"{two_decimals(e.drift)} ± {two_decimals(e.drift_se)}", f"over {counted(e.prompts, 'prompt')}"),
        *((read.metric, f"{read.value:.3g} ± {read.se:.2g}", "of a plugin; less is better") for read in e.metrics),
        ("An image takes", seconds(e.latency_s), f"before: {seconds(e.baseline_s)}"),
    ]


def _start(baseline: Profile, e: Evaluation | None) -> list[tuple[str, str, str]]:
    """Label, before, after: what a steady state does not say."""
    rows = [
        ("An image, steady state", baseline.latency_s, e.latency_s if e else None, seconds),
        ("First image", baseline.first_image_s, e.first_image_s if e else None, seconds),
        ("Loading", baseline.load_s, e.load_s if e else None, seconds),
        ("Peak memory", baseline.peak_mb, e.peak_mb if e else None, megabytes),
    ]
    said = [(name, unit(before), unit(after) if after is not None else "") for name, before, after, unit in rows]
    return [*said, ("Pays back its start", "", break_even(baseline, e))] if e is not None else said


def _seen(before: Trace, after: Trace) -> list[tuple[str, str, str]]:
    """What the runner recorded differently."""
    fields = [(name, getattr(before, name), getattr(after, name)) for name in Trace.model_fields]
    return [(name.replace("_", " "), _value(b), _value(a)) for name, b, a in fields if b != a]


def _value(value: object) -> str:
    if value is None:
        return "not recorded"
    if isinstance(value, float):
        return f"{value:,.4g}"
    if isinstance(value, dict):
        return one_line(", ".join(_item(k, v) for k, v in cast(dict[str, Any], value).items()), 160) or "none"
    if isinstance(value, tuple):
        return one_line(", ".join(str(v) for v in cast(tuple[Any, ...], value)), 160) or "none"
    return one_line(str(value), 160)


def _item(key: str, value: Any) -> str:
    """`deepcache(interval=2)` of methods, `50 calls of 2` of batch sizes."""
    return Step(method=key, params=value).sentence() if isinstance(value, dict) else f"{value} calls of {key}"


def _latency(trial: Trial) -> str:
    e = best_evaluation(trial)
    return seconds(e.latency_s) if e is not None else ""


def _picture(pair: PicturePair) -> Picture:
    score = pair.score
    clip = f"{score.clip_before:.1f} → {score.clip_after:.1f} (loss {percent(pair.loss)})"
    prompt = one_line(score.prompt, 280) or "(empty prompt)"
    drift = two_decimals(score.drift)
    return Picture(prompt, score.seed, clip, drift, inline(pair.before), inline(pair.after))


def _pipeline(outcome: Outcome) -> str:
    trace = outcome.baseline.trace
    model = f", {trace.model_id}" if trace.model_id else ""
    return one_line(f"{trace.pipeline_class} ({outcome.pipeline}){model}", 200)


def _environment(outcome: Outcome) -> list[tuple[str, str]]:
    it, baseline = outcome.environment, outcome.baseline
    rows = [
        ("Device", summary.device(it)),
        ("Memory", megabytes(it.device.memory_mb)),
        ("Models", summary.models(it)),
        ("Python", it.python),
        ("Scorer", it.scorer),
        ("Drift 1 is", f"1-SSIM of {two_decimals(baseline.seed_distance)}, the mean between two seeds"),
        ("Images a call", str(baseline.images_per_call) if baseline.images_per_call > 1 else ""),
    ]
    return [(name, one_line(value, 200)) for name, value in rows if value]


def _protocol(p: Protocol) -> dict[str, Any]:
    return {
        "name": f"{p.name}, version {p.version}",
        "pairs": f"{_few(p)}{counted(p.pairs, 'pair')} in ABBA order, after a first and a counted call",
        "quality": f"{_looks(p)}{summary.pictures_of(p.prompts, len(p.prompts))}, a seed for each, {p.batch} together",
        "seeds": one_line(", ".join(str(s) for s in p.seeds)),
        "spread": f"drift's unit from {counted(p.spread, 'prompt')} drawn with another seed",
        "resamples": f"{p.resamples:,} resamples",
        "prompts": [one_line(text) for text in p.prompts],
    }


def _few(p: Protocol) -> str:
    """Pairs after which the speed may be clear."""
    return f"{p.least * (p.pairs // p.blocks)} to " if p.least is not None else ""


def _looks(p: Protocol) -> str:
    """Pictures after which a candidate may be clear."""
    return f"{', '.join(map(str, p.looks))} or " if p.looks else ""
