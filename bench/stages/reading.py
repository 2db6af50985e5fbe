"""What a script is, read in its text and recorded from its live pipeline, in the same words: for stage 1.

A name that is missing could not be read there. `defaulted` are the names of which the text says nothing, so that the
checkpoint or the library decides.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ...knowledge.pipelines import CANONICAL, CARDS, Card, card_for
from ...knowledge.signatures import signature_of
from ...knowledge.types import Attributes, CallSite, PipelineSite, Scalar, Script, Step, Trace
from ...tools.script import syntax
from ...tools.script.analyse import analyse

Settings = Mapping[str, Mapping[str, Scalar]]


@dataclass(frozen=True)
class Found:
    """One pipeline with one call of it, or the live one."""

    source: Literal["text", "live"]
    values: Mapping[str, Any]
    methods: Settings
    defaulted: frozenset[str] = frozenset()

    def attributes(self) -> Attributes | None:
        """As a record; None where something that it needs could not be read."""
        steps = tuple(Step(method=slug, params=dict(p)) for slug, p in self.methods.items())
        needed = ("pipeline_class", "model_id", "steps", "width", "height")
        if any(self.values.get(n) is None for n in needed):
            return None
        return Attributes.model_validate({**self.values, "methods": steps})


def canonical(model_id: str | None) -> str | None:
    """The id on the card, for any id of the same weights."""
    return CANONICAL.get(model_id, model_id) if model_id is not None else None


def in_text(code: str) -> list[Found]:
    """Every pipeline of a text with each of its calls; by itself where it goes by a name that cannot be followed."""
    script = analyse("candidate.py", code)
    if not isinstance(script, Script):
        return []
    sizes = frozenset(_resized(code))
    called = [_called(site, call, sizes) for site in script.pipelines for call in site.calls]
    return called + [_built(site) for site in script.pipelines if not site.calls]


def live(trace: Trace) -> Found:
    """What the runner recorded."""
    width, height = trace.image_size or (None, None)
    values = {
        "pipeline_class": trace.pipeline_class,
        "model_id": canonical(trace.model_id),
        "controlnet_id": trace.controlnet_id,
        "scheduler": trace.scheduler_class,
        "steps": trace.requested_steps,
        "width": width,
        "height": height,
    }
    return Found("live", {n: v for n, v in values.items() if v is not None}, trace.methods)


def _built(site: PipelineSite) -> Found:
    """What shows where the pipeline is built: all but what its call says."""
    model_id = canonical(site.model_id)
    card = _card(site.pipeline_class, model_id)
    values = {
        "pipeline_class": site.pipeline_class,
        "model_id": model_id,
        "controlnet_id": site.controlnet_id,
        "scheduler": site.scheduler or (card.scheduler if card else None),
        "preprocessors": site.preprocessors,
    }
    defaulted = frozenset({"scheduler"} if site.scheduler is None else ())
    methods = {s.method: s.params for s in site.methods}
    return Found("text", {n: v for n, v in values.items() if v is not None}, methods, defaulted)


def _called(site: PipelineSite, call: CallSite, resized: frozenset[tuple[int, int]]) -> Found:
    built, card = _built(site), _card(site.pipeline_class, canonical(site.model_id))
    values = {
        "steps": _or_default(call, "num_inference_steps", call.steps, signature_of(site.pipeline_class).steps),
        **_size(call, card, resized),
    }
    defaulted = {n for n in ("width", "height") if n not in call.keywords and not resized}
    shown = {n: v for n, v in values.items() if v is not None}
    return Found("text", {**built.values, **shown}, built.methods, built.defaulted | defaulted)


def _card(pipeline_class: str, model_id: str | None) -> Card | None:
    """Of the class; of the checkpoint, where it is loaded by a class that has no card."""
    return card_for(pipeline_class, model_id) or next((c for c in CARDS if c.model_id == model_id), None)


def _size(call: CallSite, card: Card | None, resized: frozenset[tuple[int, int]]) -> dict[str, int | None]:
    """Of the call; of a picture that is made to a size before it goes in; of the checkpoint."""
    native = card.size if card else None
    usual: tuple[int | None, int | None] = (native, native)
    if card is not None and (card.mode == "img2img" or card.preprocessors) and resized:
        usual = next(iter(resized)) if len(resized) == 1 else (None, None)
    width = _or_default(call, "width", call.width, usual[0])
    return {"width": width, "height": _or_default(call, "height", call.height, usual[1])}


def _or_default(call: CallSite, keyword: str, read: int | None, default: int | None) -> int | None:
    """The value that was read; the default where the call does not pass it; None where it does, unreadably."""
    if read is not None:
        return read
    return None if keyword in call.keywords or call.starred else default


def _resized(code: str) -> Iterator[tuple[int, int]]:
    """Sizes to which pictures are brought: `.resize((512, 512))`, `ImageOps.fit(image, (512, 512))`."""
    if ".resize(" not in code and ".fit(" not in code:
        return
    for node in ast.walk(syntax.module(code.removeprefix("\ufeff"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("resize", "fit"):
            for given in (*node.args, *(k.value for k in node.keywords)):
                if isinstance(given, ast.Tuple) and len(given.elts) == 2:
                    pair = [e.value for e in given.elts if isinstance(e, ast.Constant) and isinstance(e.value, int)]
                    if len(pair) == 2:
                        yield pair[0], pair[1]
