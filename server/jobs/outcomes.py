"""What came out of the use cases, in short: a sentence, the numbers, and what to do."""

from pathlib import Path

from ...knowledge.types import Evaluation, Failure, Outcome, Profile
from ...tools.report import summary
from ...tools.report.text import clean
from .ask import Found


def searched(outcome: Outcome, diff: str, report: Path) -> Found:
    """The outcome of a search in short."""
    best, numbers = summary.chosen(outcome), summary.chosen_evaluation(outcome)
    rows = summary.candidates_table(outcome)
    return Found(
        good=outcome.winner is not None,
        winner=outcome.winner,
        sentence=summary.headline(outcome),
        numbers={"baseline_s": outcome.baseline.latency_s} if numbers is None else measured(numbers),
        where=summary.conditions(outcome),
        advice=(summary.effort_sentence(outcome), *outcome.overruled),
        code=best.candidate.code if best is not None and best.candidate is not None else None,
        diff=diff,
        report=str(report),
        lines=tuple(f"{r.number} {r.plan}: {r.speedup or r.reason} {r.loss} {r.verdict}" for r in rows),
    )


def profiled(p: Profile, where: str) -> Found:
    """A profile in short."""
    stages = p.stages
    parts = {"denoiser_s": stages.denoiser_s, "text_encoder_s": stages.text_encoder_s, "vae_s": stages.vae_s}
    numbers = {"latency_s": p.latency_s, "peak_mb": p.peak_mb, "load_s": p.load_s, "clip": p.clip, **parts}
    share = stages.denoiser_s / max(1e-9, sum(parts.values()) + stages.rest_s)
    said = f"{p.latency_s:.3g} s an image ({p.samples} calls), {share:.0%} of it the denoiser"
    return Found(good=True, sentence=said, numbers={k: round(v, 4) for k, v in numbers.items()}, where=where)


def failed(failure: Failure) -> Found:
    """A failure in short, with what to do about it."""
    evidence = clean(failure.evidence).strip()[-1500:]
    return Found(good=False, sentence=failure.message, evidence=evidence, advice=(failure.remedy,))


def measured(e: Evaluation) -> dict[str, float]:
    """The numbers of an evaluation, by the names that they have everywhere."""
    found = {
        "speedup": e.speedup,
        "speedup_low": e.speedup_interval.low,
        "speedup_high": e.speedup_interval.high,
        "loss": e.loss,
        "loss_se": e.loss_se,
        "drift": e.drift,
        "latency_s": e.latency_s,
        "baseline_s": e.baseline_s,
        "peak_mb": e.peak_mb,
        "prompts": e.prompts,
        "pairs": e.pairs,
    }
    found |= {f"metric.{read.metric}": read.value for read in e.metrics}
    return {name: round(value, 4) for name, value in found.items()}
