"""One request from all findings: what agrees is put together, what contradicts is asked back."""

from typing import Any, Literal, cast, get_args

from ..catalogue import CATALOGUE
from ..methods.sampler import SAMPLERS_BY_CLASS
from ..pipelines import Card
from ..types import Intent, Request, Scalar, Step
from .context import Context
from .findings import Finding, is_said, names, numbers, values
from .pipeline import cards, families
from .questions import contradictions, question_for, times_a_step

Dtype = Literal["float32", "float16", "bfloat16"]
_ORDER = list(CATALOGUE)
_SOON = 1e-6
"""seconds an image that can be said at least, so that no number of images a minute becomes no time at all"""


def reconcile(text: str, intent: str, findings: list[Finding], context: Context, prompt: str | None) -> Request:
    """The request, or the question that must be answered first."""
    asked = contradictions(findings, context)
    if intent == "unclear" and not asked:
        asked = [question_for(findings)]
    if asked:
        return Request(text=text, intent="unclear", question=asked[0], notes=_notes(findings))
    steps = _integer(findings, "steps")
    card = _card(findings)
    return Request(
        text=text,
        intent=cast(Intent, intent),
        **_pipeline(findings, card),
        **_target(findings, steps, context),
        **_quality(findings),
        scheduler=next(iter(names(findings, "scheduler")), None),
        steps=steps,
        keep_steps=is_said(findings, "keep_steps"),
        keep_scheduler=is_said(findings, "keep_scheduler"),
        **_methods(findings, intent, steps or context.steps),
        width=_integer(findings, "width"),
        height=_integer(findings, "height"),
        memory_mb=_memory(findings, intent),
        seed=_integer(findings, "seed"),
        prompt=prompt,
        notes=_notes(findings),
    )


def _integer(findings: list[Finding], name: str) -> int | None:
    return next((int(v) for v in numbers(findings, name)), None)


def _memory(findings: list[Finding], intent: str) -> float | None:
    """The limit; where nothing else is asked for, the memory of the card that is mentioned is one."""
    here = numbers(findings, "memory_here") if intent == "fit_memory" else []
    return next(iter([*numbers(findings, "memory_mb"), *here]), None)


def _card(findings: list[Finding]) -> Card | None:
    return next(iter(cards(findings, next(iter(numbers(findings, "width")), None))), None)


def _pipeline(findings: list[Finding], card: Card | None) -> dict[str, Any]:
    mode = next(iter(names(findings, "mode")), None)
    if card is None:
        return {"mode": mode}
    vague = families(findings) in ([], ["sd"])
    return {
        "pipeline_class": card.pipeline_class,
        "model_id": None if vague else card.model_id,
        "controlnet_id": card.controlnet_id,
        "preprocessors": card.preprocessors,
        "mode": card.mode,
    }


def _target(findings: list[Finding], steps: int | None, context: Context) -> dict[str, float | None]:
    latency = min(numbers(findings, "latency_s"), default=None)
    a_step, count = min(numbers(findings, "step_s"), default=None), steps or context.steps
    if a_step is not None and count is not None:
        latency = min(a_step * count, latency or float("inf"))
    saved = min(numbers(findings, "saved_s"), default=None)
    now = max(numbers(findings, "now_latency_s"), default=context.latency_s)
    if saved is not None and now is not None and saved < now:
        latency = now - saved
    speedup = max(numbers(findings, "speedup"), default=None) or (times_a_step(findings) if count is None else None)
    rounded = max(round(latency, 6), _SOON) if latency is not None else None
    return {"speedup": speedup, "latency_s": rounded, "now_s": max(numbers(findings, "now_latency_s"), default=None)}


def _quality(findings: list[Finding]) -> dict[str, Any]:
    return {"max_loss": min(numbers(findings, "max_loss"), default=None), "lossless": is_said(findings, "lossless")}


def _methods(findings: list[Finding], intent: str, steps: int | None) -> dict[str, Any]:
    only, allowed = names(findings, "only"), names(findings, "allowed")
    alone, required = names(findings, "alone"), names(findings, "required")
    knobs = _knobs(findings, steps)
    dtype = next(iter([*names(findings, "dtype"), *(names(findings, "only_dtype") if len(only) == 1 else ())]), None)
    forbidden = names(findings, "forbidden") + (["precision"] if dtype == "float32" else [])
    wanted = dict.fromkeys([*required, *alone, *(o for o in only if len(only) == 1 or o in knobs)])
    if dtype in ("float16", "bfloat16"):
        wanted["precision"], knobs["precision"] = None, {"dtype": dtype}
    if intent != "generate":
        knobs["sampler"] = _sampler(findings)
    if knobs.get("sampler"):
        wanted["sampler"] = None
    menu = [*only, *allowed, *alone, *(wanted if alone else ())]
    chosen = tuple(Step(method=s, params=knobs.get(s, {})) for s in _ordered(list(wanted)) if s not in forbidden)
    return {
        "dtype": dtype if dtype in get_args(Dtype) else next(iter(names(findings, "dtype_now")), None),
        "required": chosen,
        "allowed": tuple(_ordered(menu)) if menu else None,
        "forbidden": tuple(_ordered(forbidden)),
    }


def _ordered(slugs: list[str]) -> list[str]:
    return sorted(dict.fromkeys(slugs), key=_ORDER.index)


def _sampler(findings: list[Finding]) -> dict[str, Scalar]:
    """What to change about the sampler, where a change was asked for."""
    params: dict[str, Scalar] = {}
    for scheduler in names(findings, "change_scheduler"):
        if scheduler in SAMPLERS_BY_CLASS:
            params["name"] = SAMPLERS_BY_CLASS[scheduler]
    counts = numbers(findings, "change_steps")
    if params and not counts and not is_said(findings, "keep_steps"):
        counts = numbers(findings, "steps")
    for count in counts:
        params["steps"] = int(count)
    return params


def _knobs(findings: list[Finding], steps: int | None) -> dict[str, dict[str, Scalar]]:
    """Values of knobs by method; a step is made a share of the steps where the method wants a share."""
    knobs: dict[str, dict[str, Scalar]] = {}
    for f in findings:
        slug, _, knob = f.name.partition(".")
        if slug not in CATALOGUE:
            continue
        value: Scalar = f.value
        if knob in ("gate_step", "after_step"):
            if steps is None:
                continue
            knob, value = knob.removesuffix("_step"), float(f.value) / steps
        field = CATALOGUE[slug].model_fields[knob].annotation
        if isinstance(value, float):
            value = (
                int(value) if field is not float and value.is_integer() else round(value, 1 if slug != "tome" else 4)
            )
        knobs.setdefault(slug, {})[knob] = value
    return knobs


def _notes(findings: list[Finding]) -> tuple[str, ...]:
    notes = [f"{m} is not a method that is known here, so it is left aside" for m in names(findings, "other_method")]
    if is_said(findings, "no_care"):
        notes.append("quality does not matter, you say; the usual bound still holds unless you give another")
    if is_said(findings, "dtype_open"):
        notes.append("precision is mentioned without a format; float16 or bfloat16 would be one")
    if is_said(findings, "better_quality"):
        notes.append("better pictures are not something that acceleration gives")
    if values(findings, "not_scheduler"):
        notes.append(f"{', '.join(names(findings, 'not_scheduler'))} is not to be used as the scheduler")
    return tuple(notes)
