"""What is shown beside and under the pointer: stage times in the text, and what methods and calls mean."""

import ast
import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from lsprotocol import types as lsp

from ...knowledge.types import PipelineSite, Position
from .desk import Desk
from .measured import measured, timed_calls
from .spans import is_in, ours, place, span

if TYPE_CHECKING:
    from ...tools.script.built import Built
    from .reading import Reading

_KNOBS = {
    "num_inference_steps": ("sampler", "steps"),
    "cache_interval": ("deepcache", "interval"),
    "cache_branch_id": ("deepcache", "branch"),
    "ratio": ("tome", "ratio"),
    "max_downsample": ("tome", "max_downsample"),
    "gate_step": ("tgate", "gate"),
    "sp_interval": ("tgate", "sp_interval"),
    "fi_interval": ("tgate", "fi_interval"),
    "torch_dtype": ("precision", "dtype"),
    "dtype": ("precision", "dtype"),
}
"""keywords in scripts -> the method and its knob that they set"""


@dataclass(frozen=True)
class Pointing:
    """Hovers and inlay hints."""

    desk: Desk

    def offer(self) -> None:
        """Put them on the server."""
        self.desk.serve(lsp.TEXT_DOCUMENT_HOVER, self._hover)
        self.desk.serve(lsp.TEXT_DOCUMENT_INLAY_HINT, self._hints)

    async def _hints(self, params: lsp.InlayHintParams) -> list[lsp.InlayHint]:
        if not self.desk.options.hints:
            return []
        reading, found = await self.desk.reading(params.text_document.uri), list[lsp.InlayHint]()
        for _, call, timed in await timed_calls(self.desk, reading):
            at = place(self.desk.server.workspace.position_codec, reading.lines, call.end)
            if is_in(at, params.range):
                parts = f": {timed.parts()}" if timed.stages else ""
                tip = timed.sentence(datetime.now(timezone.utc))
                label = f"≈{timed.seconds:.3g} s{parts}"
                found.append(lsp.InlayHint(position=at, label=label, tooltip=tip, padding_left=True))
        return found

    async def _hover(self, params: lsp.HoverParams) -> lsp.Hover | None:
        reading = await self.desk.reading(params.text_document.uri)
        codec = self.desk.server.workspace.position_codec
        at = ours(codec, reading.lines, params.position)
        for one, site in reading.pairs:
            known = knob_at(reading, one, at) or method_at(reading, one, at)
            if known is not None:
                slug, knob, start, end = known
                text = await asyncio.to_thread(self._method, reading, site, slug, knob)
                return _hover(text, span(codec, reading.lines, start, end))
            for call in site.calls:
                if _within(at, call.start, call.end):
                    text = await asyncio.to_thread(self._call, reading, site)
                    return _hover(text, span(codec, reading.lines, call.start, call.end))
        return None

    def _method(self, reading: "Reading", site: PipelineSite, slug: str, knob: str | None) -> str:
        from ...knowledge.catalogue import CATALOGUE

        kind = CATALOGUE[slug]
        lines = [f"**{kind.title}**: {kind.summary()}", f"*Known gain*: {kind.gain}."]
        if knob is not None and knob in kind.model_fields:
            field = kind.model_fields[knob]
            lines.insert(0, f"`{knob}` of {kind.title}: {field.description}.")
        lines += [f"- {sentence}" for sentence in kind.backfires[:3]]
        return "\n\n".join([*lines, self._seen(site, slug)])

    def _seen(self, site: PipelineSite, slug: str) -> str:
        """What was measured with the method and this class of pipelines, on this machine."""
        if not self.desk.has_store:
            return "Not measured here yet."
        from ...tools.store import experience
        from ...tools.store.store import Store

        store = Store(self.desk.home / "store.sqlite")
        known = [e for e in experience.of_class(store, site.pipeline_class) if e.plan.step(slug) is not None]
        store.close()
        best = max(known, key=lambda e: e.speedup, default=None)
        if best is None:
            return "Not measured here yet."
        of = f"{best.environment.models} models, {best.environment.device.name}"
        said = f"{best.speedup:.2f}x at {best.loss:.1%} loss and drift {best.drift:.2f}"
        return f"*Measured here* ({len(known)} times, {of}): best {said} with {best.plan.sentence()}."

    def _call(self, reading: "Reading", site: PipelineSite) -> str:
        timed = measured(self.desk, reading, site.name)
        model = site.model_id or "a model that is known when it runs"
        lines = [f"**{site.pipeline_class}** with {model}"]
        if site.methods:
            lines.append("Uses " + ", ".join(step.sentence() for step in site.methods) + ".")
        if timed is None:
            lines.append("Not measured yet: *Profile* times it.")
        else:
            lines.append(timed.sentence(datetime.now(timezone.utc)) + ".")
            lines += [timed.parts() + "."] if timed.stages else []
        return "\n\n".join(lines)


def _hover(text: str, where: lsp.Range) -> lsp.Hover:
    return lsp.Hover(contents=lsp.MarkupContent(kind=lsp.MarkupKind.Markdown, value=text), range=where)


Known = tuple[str, str | None, Position, Position]
"""slug, knob, start and end"""


def knob_at(reading: "Reading", one: "Built", at: Position) -> Known | None:
    """The knob whose keyword stands at a place, in a call that has to do with the pipeline."""
    if reading.studied is None:
        return None
    source = reading.studied.file.source
    for call in _calls(reading, one):
        for keyword in call.keywords:
            if keyword.arg in _KNOBS and _within(at, source.start(keyword), source.end(keyword)):
                slug, knob = _KNOBS[keyword.arg]
                return slug, knob, source.start(keyword), source.end(keyword)
    return None


def _calls(reading: "Reading", one: "Built") -> Iterator[ast.Call]:
    from ...tools.script.applied import switches_in

    assert reading.studied is not None
    yield from one.calls
    yield from (b.call for b in one.builds)
    yield from reading.studied.file.called.get("set_params", ())
    yield from (n for n in switches_in(reading.studied.file, one).values() if isinstance(n, ast.Call))


def method_at(reading: "Reading", one: "Built", at: Position) -> Known | None:
    """The method that is switched on at a place."""
    from ...tools.script.applied import switches_in

    if reading.studied is None:
        return None
    source = reading.studied.file.source
    for slug, node in switches_in(reading.studied.file, one).items():
        if _within(at, source.start(node), source.end(node)):
            return slug, None, source.start(node), source.end(node)
    return None


def _within(at: Position, start: Position, end: Position) -> bool:
    return (start.line, start.column) <= (at.line, at.column) <= (end.line, end.column)
