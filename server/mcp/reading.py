"""The tools that run nothing: what a script is, what would be tried, how probable a target is, a script for words."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from ...knowledge.types import CallSite, PipelineSite, Plan, Script, Target
from ...tools.errors import UsageError
from ...tools.report.text import begun
from .. import estimating, requests, wording
from ..app import App
from ..opening import inspect
from ..place import at_file
from . import replies
from .sentences import cut

T = TypeVar("T")
_MANY = 8
"""pipelines, calls or warnings that are named"""


def analysis(path: Path, shown: str) -> replies.Analysis:
    """What a script is, from its text alone. Raises UsageError where no pipeline shows in it."""
    _, found = inspect(path)
    if not found.pipelines:
        raise UsageError(f"{shown} builds no diffusers pipeline that can be seen in its text")
    return replies.Analysis(script=shown, pipelines=_pipelines(found))


def _pipelines(found: Script) -> tuple[replies.Pipeline, ...]:
    return tuple(_pipeline(site) for site in found.pipelines[:_MANY])


def _pipeline(site: PipelineSite) -> replies.Pipeline:
    return replies.Pipeline(
        name=site.name,
        pipeline_class=site.pipeline_class,
        model=site.model_id,
        scheduler=site.scheduler,
        dtype=site.dtype,
        device=site.device,
        methods=tuple(s.sentence() for s in site.methods),
        calls=tuple(_call(c) for c in site.calls[:_MANY]),
        beware=tuple(h.sentence for h in site.hazards[:_MANY]),
    )


def _call(call: CallSite) -> str:
    said = {"steps": call.steps, "guidance_scale": call.guidance_scale, "width": call.width, "height": call.height}
    known = ", ".join(f"{name} {value:g}" for name, value in said.items() if value is not None)
    within = f" in {call.handler or call.function}" if call.function else ""
    return f"line {call.start.line}{within}" + (f": {known}" if known else "")


def plans(app: App, words: str, path: Path | None, pipeline: str | None) -> replies.Plans:
    """How words are read, and what would be tried for them."""
    notes: list[str] = []
    reader = requests.reader(app, notes.append)
    found = _answered(lambda: requests.plan(app, words, path, pipeline, reader=reader))
    return replies.Plans(
        read_as=dict(wording.reading(found.request)),
        where=found.where,
        plans=tuple(_expected(p.plan, p.expected.speedup, p.expected.loss, p.expected.drift) for p in found.plans),
        diff=cut(found.diff),
        notes=(*found.request.notes, *notes, *found.notes, *filter(None, [requests.asked(app)])),
    )


def _answered(use_case: Callable[[], T]) -> T:
    """Words that are declined or unclear are a complaint, with what to say instead."""
    try:
        return use_case()
    except requests.Unanswered as e:
        raise UsageError(e.request.question or "the words cannot be read: say what the script should do") from e


def _expected(plan: Plan, speedup: float, loss: float, drift: float, chance: float | None = None) -> replies.Expected:
    return replies.Expected(
        plan=plan.sentence(), speedup=round(speedup, 2), loss=round(loss, 4), drift=round(drift, 3), chance=chance
    )


def written(app: App, words: str) -> replies.Written:
    """The script that words describe, its text checked against them."""
    notes: list[str] = []
    reader = requests.reader(app, notes.append)
    made = _answered(lambda: requests.generate(words, reader))
    return replies.Written(
        read_as=dict(wording.reading(made.request)),
        code=made.code,
        complaint=made.complaint,
        notes=(*made.request.notes, *notes, *made.notes, *filter(None, [requests.asked(app)])),
    )


def estimated(app: App, path: Path, pipeline: str | None, wanted: Target) -> replies.Estimated:
    """How probable a target is for a script here, and why."""
    found = estimating.estimate(app, at_file(app, path, pipeline), wanted)
    return replies.Estimated(
        answer=found.answer,
        because=found.because,
        chances={f"{rung.speedup:g}x": round(rung.chance, 2) for rung in found.rungs},
        plans=tuple(_expected(p.plan, p.speedup, p.loss, p.drift, round(p.chance, 2)) for p in found.plans),
        leans_on=found.leans,
        notes=found.notes,
    )


def text_of(reply: replies.Analysis | replies.Plans | replies.Written | replies.Estimated) -> str:
    """A reply in a few words, for people."""
    if isinstance(reply, replies.Analysis):
        return "\n".join(_line(p) for p in reply.pipelines)
    if isinstance(reply, replies.Written):
        return f"{reply.complaint or 'The script is as asked, by its text; it was not run.'}\n\n{cut(reply.code)}"
    if isinstance(reply, replies.Plans):
        return "\n".join([f"Expected, not measured ({reply.where}):", *map(_prospect, reply.plans), *reply.notes])
    said = [
        f"{begun(reply.answer)}. {begun(reply.because)}. ({begun(reply.leans_on)}.)",
        *map(_prospect, reply.plans),
        *reply.notes,
    ]
    return "\n".join(["An estimate; nothing was measured.", *said])


def _line(p: replies.Pipeline) -> str:
    said = f"{p.pipeline_class} in {p.name}: {p.model or 'model not known before it runs'}; {'; '.join(p.calls)}"
    return "\n".join([said, *(f"beware: {sentence}" for sentence in p.beware)])


def _prospect(p: replies.Expected) -> str:
    chance = f", chance {p.chance:.0%}" if p.chance is not None else ""
    return f"{p.plan}: about {p.speedup:g}x, loss {p.loss:.1%}, drift {p.drift:g}{chance}"
