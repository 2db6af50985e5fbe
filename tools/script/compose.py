"""A whole script from attributes: the plain one of its pipeline, with scheduler and methods written in by the edit."""

from ...knowledge.catalogue import CATALOGUE, METHODS, method_of
from ...knowledge.methods.precision import Precision
from ...knowledge.methods.sampler import swap
from ...knowledge.pipelines import CANONICAL, Card, card_for
from ...knowledge.render import change_for
from ...knowledge.rules import problems
from ...knowledge.scripts import LABEL, PROMPT, Scene, base
from ...knowledge.situation import Situation, situation_at
from ...knowledge.types import Attributes, Change, Device, EditRefused, Import, Plan, Script, Step
from .analyse import analyse
from .edit import apply

_PATH = "script.py"
_ANYWHERE = Device(kind="cuda", name="a GPU", memory_mb=24_000, bf16=True)
"""what a script is written for does not depend on the machine: no method's code does"""
_LIBRARIES = {"diffusers": "0.41", **{m.package: "" for m in METHODS if m.package}}
"""`torch_dtype` works in every version that is supported, its new name does not; no package is missed"""


def compose(attributes: Attributes, prompt: str | None = None) -> str | EditRefused:
    """A runnable script that is what `attributes` say, or one sentence why there is none."""
    card = card_for(attributes.pipeline_class, attributes.model_id)
    if card is None:
        return EditRefused(message=f"there is no plain script for {attributes.pipeline_class}")
    text = base(_scene(card, attributes, prompt))
    script = analyse(_PATH, text)
    if not isinstance(script, Script):
        return EditRefused(message=script.message)
    situation = _situation(script, card, attributes)
    asked = Plan(steps=tuple(s for s in attributes.methods if s.method != Precision.slug))
    plan = Plan(steps=tuple(_completed(step, asked, situation) for step in asked.steps))
    if reasons := problems(plan, situation):
        return EditRefused(message=reasons[0].message)
    change = change_for(plan, situation)
    # Scheduler first: a method that wraps the pipeline (T-GATE) must find it set.
    return _write(text, script, _with_scheduler(change, attributes))


def _scene(card: Card, attributes: Attributes, prompt: str | None) -> Scene:
    return Scene(
        card=card,
        model_id=CANONICAL.get(attributes.model_id, attributes.model_id),
        controlnet_id=attributes.controlnet_id or card.controlnet_id,
        dtype=_dtype(attributes),
        prompt=prompt or (LABEL if card.mode == "class2img" else PROMPT),
        steps=attributes.steps,
        width=attributes.width,
        height=attributes.height,
    )


def _dtype(attributes: Attributes) -> str:
    """Written where the models are loaded: the edit does not reach a ControlNet, which is loaded by itself."""
    precision = attributes.method(Precision.slug)
    method = method_of(precision) if precision is not None else None
    return method.dtype if isinstance(method, Precision) else "float32"


def _situation(script: Script, card: Card, attributes: Attributes) -> Situation:
    known = situation_at(script.pipelines[0], _ANYWHERE, _LIBRARIES)
    return known.model_copy(update={"scheduler": attributes.scheduler or card.scheduler})


def _completed(step: Step, plan: Plan, situation: Situation) -> Step:
    """The step with what was left open set so that it fits: ToMe on SDXL merges from the second level on."""
    kind, method = CATALOGUE.get(step.method), method_of(step)
    if kind is None or method is None or method.misfit(situation, plan) is None:
        return step
    tries = [{**step.params, k: v} for k, values in kind.genes() if k not in step.params for v in values]
    options = (Step(method=step.method, params=params) for params in tries)
    return next((o for o in options if (m := method_of(o)) and m.misfit(situation, plan) is None), step)


def _with_scheduler(change: Change, attributes: Attributes) -> Change:
    if attributes.scheduler is None:
        return change
    imports = (Import(module="diffusers", name=attributes.scheduler), *change.imports)
    statement = swap(attributes.scheduler, attributes.pipeline_class)
    return change.model_copy(update={"imports": imports, "scheduler": statement})


def _write(text: str, script: Script, change: Change) -> str | EditRefused:
    return apply(text, script, script.pipelines[0].name, change)
