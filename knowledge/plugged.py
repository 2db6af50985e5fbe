"""Methods that plugins bring: each is tried on a few pipelines before it is let into the catalogue. Pure."""

import ast
import re
from collections.abc import Collection, Iterator
from dataclasses import replace

from .method import Method
from .pipelines import CARDS, Card
from .plugins import Broken, Plugin, guarded
from .situation import Situation, situation_at
from .types import Device, PipelineSite, Plan, Position

_SLUG = re.compile(r"[a-z][a-z0-9_]{2,40}")
_SAID = ("title", "kind", "fits", "order", "gain")
_START = Position(line=1, column=0)
_DEVICES = (
    Device(kind="cpu", name="a CPU", memory_mb=16_000, threads=1),
    Device(kind="cuda", name="an NVIDIA GPU", memory_mb=24_000, bf16=True),
)


def admitted(plugin: Plugin, known: Collection[str]) -> Plugin:
    """The plugin with its method, or with why it is not let in: it is no method, says too little, or raises."""
    if isinstance(plugin.given, Broken):
        return plugin
    kind = plugin.given
    if not (isinstance(kind, type) and issubclass(kind, Method)):
        return replace(plugin, given=Broken("it is no class of diffagent_mcp.knowledge.method.Method"))
    wrong = guarded(lambda: next(_wrong(kind, plugin.name, known), None))
    if isinstance(wrong, Broken):
        return replace(plugin, given=wrong)
    return plugin if wrong is None else replace(plugin, given=Broken(wrong))


def _wrong(kind: type[Method], name: str, known: Collection[str]) -> Iterator[str]:
    """What keeps a method out, a sentence each."""
    slug = getattr(kind, "slug", None)
    if slug != name or not _SLUG.fullmatch(name):
        yield f"its slug is {slug!r}; it must be the entry point's name, in small letters and underscores"
    if name in known:
        yield f"there is a method {name} already"
    if missing := [each for each in _SAID if not hasattr(kind, each)]:
        yield f"it does not say its {', '.join(missing)}"
    if not (kind.__doc__ or "").strip():
        yield "it has no docstring, which is what people read"
    if any(len(values) < 2 for _, values in kind.genes()):
        yield "a knob has no range: give it ge, le and multiple_of, or a Literal"
    method = kind()
    for here in _rehearsals(kind):
        plan = Plan(steps=(method.step(),))
        if method.misfit(here, plan) is None:
            effect, change = method.effect(here), method.change(here, plan)
            if effect.calls <= 0 or effect.per_call <= 0 or effect.rest <= 0:
                yield "it expects to take no time at all"
            for code in (*change.setup, *change.call_keywords.values(), *change.load_keywords.values()):
                ast.parse(code.replace("{pipe}", "pipe"))


def _rehearsals(kind: type[Method]) -> Iterator[Situation]:
    for card in CARDS:
        for device in _DEVICES:
            if card.backbone in kind.fits and device.kind in kind.devices:
                yield _plain(card, device)


def _plain(card: Card, device: Device) -> Situation:
    site = PipelineSite(
        name="pipe", start=_START, end=_START, pipeline_class=card.pipeline_class, model_id=card.model_id
    )
    return situation_at(site, device, {"diffusers": "0.42.0"})
