"""Lessons that leave or enter a machine: what is taken out before they are shown to others, and what is let in."""

import math
import re
from collections.abc import Iterator
from typing import Any

from .catalogue import CATALOGUE, method_of
from .experience import Experience, Lesson
from .types import CallSite, PipelineSite

_PATH = re.compile(r"(?:[A-Za-z]:|~|\.{1,2})?(?:[\\/][^\s\\/'\",;:()]+){2,}[\\/]?")
_PLAIN = re.compile(r"-?[0-9.]+(e-?[0-9]+)?|True|False|None")
_HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")
HIDDEN = "..."
"""what stands where a person's own text was"""
_LONGEST, _MOST = 1000, 200
_BOUNDS = {
    "speedup": (0.01, 1000.0),
    "loss": (-1.0, 1.0),
    "drift": (0.0, 20.0),
    "peak_mb": (0.0, 1e7),
    "baseline_peak_mb": (0.0, 1e7),
}
"""of what was measured; beyond them it was not a measurement"""


def without_paths(text: str) -> str:
    """A text in which local paths are hidden."""
    return _PATH.sub(HIDDEN, text)


def shareable(one: Lesson) -> Lesson:
    """Without what is the person's own: prompts and other source text of the calls, names, local paths."""
    site = one.situation.pipeline
    known = site.model_id if site.model_id and _HUB_ID.fullmatch(site.model_id) else None
    bare = PipelineSite(
        name="pipe",
        start=site.start,
        end=site.end,
        pipeline_class=site.pipeline_class,
        constructor=site.constructor,
        model_id=known,
        controlnet_id=site.controlnet_id if _HUB_ID.fullmatch(site.controlnet_id or "") else None,
        load_keywords=_hidden(site.load_keywords),
        scheduler=site.scheduler,
        dtype=site.dtype,
        applied=site.applied,
        methods=site.methods,
        preprocessors=site.preprocessors,
        calls=tuple(map(_without_text, site.calls)),
    )
    changed: dict[str, Any] = {
        "situation": one.situation.model_copy(update={"pipeline": bare, "at_hand": None}),
        "environment": one.environment.model_copy(update={"scorer": without_paths(one.environment.scorer)}),
    }
    if not isinstance(one, Experience):
        changed["sentence"] = without_paths(one.sentence)
    return one.model_copy(update=changed)


def _without_text(call: CallSite) -> CallSite:
    return call.model_copy(
        update={
            "receiver": "pipe",
            "function": None,
            "handler": None,
            "positional": (HIDDEN,) * len(call.positional),
            "keywords": _hidden(call.keywords),
            "starred": (HIDDEN,) * len(call.starred),
        }
    )


def _hidden(keywords: dict[str, str]) -> dict[str, str]:
    return {name: value if _PLAIN.fullmatch(value) else HIDDEN for name, value in keywords.items()}


def refusal(one: Lesson) -> str | None:
    """Why somebody else's lesson is not let in, in a sentence; None where it may be."""
    if not one.plan.steps:
        return "its plan is empty"
    for step in one.plan.steps:
        if step.method not in CATALOGUE:
            return f"the method {step.method[:40]!r} is not known here"
        if method_of(step) is None:
            return f"{step.method} has no such settings"
    return next(_absurd(one), None)


def _absurd(one: Lesson) -> Iterator[str]:
    """Numbers that nobody can have measured, and texts that nobody needs."""
    for path, value in _leaves(one.model_dump(mode="python")):
        if isinstance(value, float) and not math.isfinite(value):
            yield f"{path} is not a number"
        elif isinstance(value, int | float) and abs(value) > 1e12:
            yield f"{path} is absurdly large"
        elif isinstance(value, str) and len(value) > _LONGEST:
            yield f"{path} is longer than {_LONGEST} characters"
        elif isinstance(value, dict | list | tuple) and len(value) > _MOST:  # pyright: ignore[reportUnknownArgumentType]
            yield f"{path} has more than {_MOST} entries"
    if isinstance(one, Experience):
        for name, (low, high) in _BOUNDS.items():
            if not low <= getattr(one, name) <= high:
                yield f"{name} {getattr(one, name):g} is beyond what can be measured ({low:g} to {high:g})"
    s = one.situation
    if not (1 <= s.steps <= 1000 and 1 <= s.images_per_call <= 1000 and abs(s.guidance_scale) <= 1000):
        yield "steps, guidance scale or images a call are beyond what anybody uses"
    if s.stages is not None and any(v < 0 for v in s.stages.model_dump().values()):
        yield "a stage of the call takes less than no time"


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value in a record with where it stands, containers included."""
    yield path or "the line", value
    if isinstance(value, dict):
        for name, inner in value.items():
            yield f"{path}.{name}".strip("."), name
            yield from _leaves(inner, f"{path}.{name}".strip("."))
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _leaves(inner, path)
