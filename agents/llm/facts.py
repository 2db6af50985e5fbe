"""What a model is told: the pipeline, the menu, what was measured. Pure; everything is made from the vocabulary."""

import json
from collections.abc import Sequence
from typing import Any

from ...knowledge.catalogue import CATALOGUE
from ...knowledge.expect import expect
from ...knowledge.method import Method
from ...knowledge.rules import is_valid
from ...knowledge.situation import Situation
from ...knowledge.types import Plan, Scalar, Step, Target, Trial, best_evaluation

_LAST = 40
"""trials that are shown: the latest"""


def where(situation: Situation) -> str:
    """`StableDiffusionPipeline on Intel Xeon (cpu), float32`"""
    device = situation.device
    dtype = situation.pipeline.dtype or "the library's default type"
    return f"{situation.pipeline_class} ({situation.backbone}) on {device.name} ({device.kind}), {dtype}"


def facts(situation: Situation) -> str:
    """Steps, guidance, and where the time goes, where that was measured."""
    said = [f"It runs {situation.steps} steps at guidance scale {situation.guidance_scale:g}"]
    if situation.scheduler:
        said.append(f"with {situation.scheduler}")
    text = " ".join(said) + "."
    if situation.stages is not None:
        text += f" The denoiser takes {100 * situation.denoiser_share:.0f}% of a call."
    if situation.pipeline.applied:
        text += f" The script already uses {', '.join(situation.pipeline.applied)}."
    return text


def wanted(target: Target, required: float) -> str:
    """The target in numbers."""
    drift = "" if target.max_drift is None else f", drift at most {target.max_drift:g}"
    return f"at least {required:.2f}x, loss at most {100 * target.max_loss:g}%{drift}"


def menu(allowed: Sequence[str], situation: Situation, knowledge: bool) -> str:
    """The methods that may be used, with what is known of each; without knowledge, their names alone."""
    if not knowledge:
        return json.dumps([{"method": slug} for slug in allowed], indent=1)
    return json.dumps([_entry(CATALOGUE[slug], situation) for slug in allowed], indent=1)


def _entry(kind: type[Method], situation: Situation) -> dict[str, Any]:
    alone = Plan(steps=(kind().step(),))
    entry: dict[str, Any] = {
        "method": kind.slug,
        "what": kind.summary(),
        "gain_and_cost": kind.gain,
        "backfires": list(kind.backfires),
        "not_with": sorted(kind.clashes),
        "knobs": {name: _knob(kind, name, values) for name, values in kind.genes()},
    }
    if is_valid(alone, situation):
        e = expect(alone, situation)
        entry["expected_at_defaults"] = {
            "speedup": round(e.speedup, 2),
            "loss": round(e.loss, 3),
            "drift": round(e.drift, 2),
        }
    return entry


def knobs_of(slugs: Sequence[str]) -> str:
    """The knobs of methods alone, as JSON: what a reader has to know."""
    return json.dumps({slug: [name for name, _ in CATALOGUE[slug].genes()] for slug in slugs})


def _knob(kind: type[Method], name: str, values: Sequence[Scalar]) -> dict[str, Any]:
    field = kind.model_fields[name]
    ends = isinstance(values[0], int | float) and not isinstance(values[0], bool)
    bounds = {"from": values[0], "to": values[-1]} if ends else {"one_of": list(values)}
    return {**bounds, "default": field.default, "meaning": field.description or ""}


def tried(trials: Sequence[Trial]) -> str:
    """The latest trials as JSON; empty where there are none."""
    return json.dumps([_trial(t) for t in trials[-_LAST:]], indent=1) if trials else ""


def _trial(trial: Trial) -> dict[str, Any]:
    row: dict[str, Any] = {"candidate": trial.number, "plan": steps(trial.proposal.plan)}
    e = best_evaluation(trial)
    if e is None:
        failed = trial.final or trial.verdict
        return {**row, "failed": getattr(failed, "message", "")[:300]}
    return {**row, "speedup": round(e.speedup, 3), "loss": round(e.loss, 4), "drift": round(e.drift, 3)}


def steps(plan: Plan) -> list[dict[str, Any]]:
    """A plan in the words of the menu."""
    return [_step(s) for s in plan.steps]


def _step(step: Step) -> dict[str, Any]:
    return {"method": step.method, "params": dict(step.params)}
