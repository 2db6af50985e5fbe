"""Stage 1: is the code what the request asks for? By its text, and by what the runner recorded of the live pipeline.

Everything in `task.fixed` must match exactly. More code is no fault: saving, loops, functions, several pipelines of
which one matches. A source that does not show an attribute does not speak against it, as long as the other one shows
it; what the text leaves to a default counts only where nothing was recorded. Whether a method is there is said by the
live objects, where there are any: the runner looks for every method of the catalogue. Of methods that a request does
not name, those that leave the picture as it is and 16-bit types are tolerated in L1 to L3, as in the paper, which
compares neither; in L4 and L5 the menu says what may be there.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from ...knowledge.catalogue import CATALOGUE, method_of
from ...knowledge.methods.precision import Precision
from ...knowledge.pipelines import card_for
from ...knowledge.types import Mismatch, Plan, Scalar, Static, Step, Task, Trace
from .reading import Found, canonical, in_text, live

_TOLERATED = frozenset({Precision.slug, *(m.slug for m in CATALOGUE.values() if m.lossless)})
_NOWHERE = "not to be read"


def compare(task: Task, code: str, trace: Trace | None = None) -> Static:
    """What is not as asked, in the pipeline of the text that comes nearest to it; no mismatches where all is."""
    recorded = live(trace) if trace is not None else None
    candidates = in_text(code)
    if not candidates:
        return Static(mismatches=(_unreadable(task),), live=recorded.attributes() if recorded else None)
    judged = [(_mismatches(task, found, recorded), found) for found in candidates]
    mismatches, best = min(judged, key=lambda pair: len(pair[0]))
    return Static(mismatches=mismatches, text=best.attributes(), live=recorded.attributes() if recorded else None)


def _unreadable(task: Task) -> Mismatch:
    return Mismatch(
        attribute="pipeline_class",
        wanted=task.attributes.pipeline_class,
        found="no pipeline, as far as the text shows",
        source="text",
    )


def _mismatches(task: Task, text: Found, recorded: Found | None) -> tuple[Mismatch, ...]:
    found: list[Mismatch] = []
    for name in task.fixed:
        if name != "methods":
            found += _attribute(task, name, text, recorded)
    for step in task.attributes.methods:
        found += _method(task, step, text, recorded)
    found += _uncalled_for(task, recorded or text)
    return tuple({m.attribute: m for m in reversed(found)}.values())[::-1]


def _attribute(task: Task, name: str, text: Found, recorded: Found | None) -> Iterator[Mismatch]:
    """Neither source shows another value, and one of them shows it."""
    wanted = _wanted(task, name)
    sources = [s for s in (text, recorded) if s is not None and name in s.values]
    if recorded is not None and name in recorded.values and name in text.defaulted:
        sources.remove(text)
    for source in sources:
        if source.values[name] != wanted:
            yield Mismatch(attribute=name, wanted=_said(wanted), found=_said(source.values[name]), source=source.source)
            return
    if not sources:
        yield Mismatch(attribute=name, wanted=_said(wanted), found=_NOWHERE, source="text")


def _wanted(task: Task, name: str) -> Any:
    """The value that is asked for; of a scheduler that is kept, the class in the checkpoint's configuration."""
    value = getattr(task.attributes, name)
    if name in ("model_id", "controlnet_id"):
        return canonical(value)
    if name == "scheduler" and value is None:
        card = card_for(task.attributes.pipeline_class, task.attributes.model_id)
        return card.scheduler if card else None
    return value


def _method(task: Task, step: Step, text: Found, recorded: Found | None) -> Iterator[Mismatch]:
    """A method that is asked for is there, with every parameter that was said."""
    decides = recorded or text
    if step.method not in decides.methods:
        yield Mismatch(attribute=step.method, wanted="used", found="not used", source=decides.source)
        return
    settings = [(s, s.methods.get(step.method, {})) for s in (text, recorded) if s is not None]
    for name, value in _written(task, step).items():
        shown = [(s, seen[name]) for s, seen in settings if name in seen]
        wrong = [(s, v) for s, v in shown if not _equal(v, value)]
        if wrong or not shown:
            source, seen = wrong[0] if wrong else (text, _NOWHERE)
            attribute = f"{step.method}.{name}"
            yield Mismatch(attribute=attribute, wanted=_said(value), found=_said(seen), source=source.source)


def _written(task: Task, step: Step) -> dict[str, Scalar]:
    """The parameters that were said, as code and live objects write them: T-GATE's share of the steps is a step."""
    method = method_of(step)
    if method is None:
        return dict(step.params)
    written = method.written(task.attributes.steps, Plan(steps=task.attributes.methods))
    renamed = bool(set(step.params) - set(written))
    return {n: v for n, v in written.items() if n in step.params or (renamed and n not in type(method).model_fields)}


def _uncalled_for(task: Task, source: Found) -> Iterator[Mismatch]:
    """Methods beyond those asked for, or beyond the menu. What nobody searches speed with is housekeeping."""
    asked = {s.method for s in task.attributes.methods}
    allowed = asked | (set(task.menu) if task.relative else _TOLERATED)
    for slug in source.methods:
        if slug not in allowed and (slug not in CATALOGUE or CATALOGUE[slug].searched):
            wanted = f"only {', '.join(sorted(allowed))}" if task.relative else "not used"
            yield Mismatch(attribute=slug, wanted=wanted, found="used", source=source.source)


def _equal(one: Scalar, other: Scalar) -> bool:
    if isinstance(one, int | float) and isinstance(other, int | float):
        return abs(one - other) < 1e-6
    return one == other


def _said(value: object) -> str:
    return (
        ", ".join(str(v) for v in value) if isinstance(value, Sequence) and not isinstance(value, str) else str(value)
    )
