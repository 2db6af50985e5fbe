"""Code actions: quick fixes of diagnostics, one method in or out, and the winner of a search."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lsprotocol import types as lsp

from ...knowledge.types import EditRefused, PipelineSite
from ...tools.report.text import begun
from .desk import Desk, object_of
from .editing import of_replacements, of_texts
from .spans import shown, span, touch

if TYPE_CHECKING:
    from .reading import Reading

APPLY = "refactor.rewrite.diffagent"
_LOOKED_AT = 20
"""jobs, the latest, among which a winner for the text is looked for"""
_FIX = lsp.CodeActionKind.QuickFix


@dataclass
class Actions:
    """What is one click away. Edits of methods are made when an action is chosen."""

    desk: Desk
    _usable: dict[tuple[str, str], tuple[tuple[str, str], ...]] = field(
        default_factory=dict[tuple[str, str], tuple[tuple[str, str], ...]]
    )
    """text and pipeline -> slug and title of each method that may be applied"""

    def offer(self) -> None:
        """Put them on the server."""
        kinds = [_FIX, APPLY]
        options = lsp.CodeActionOptions(code_action_kinds=kinds, resolve_provider=True)
        self.desk.serve(lsp.TEXT_DOCUMENT_CODE_ACTION, self._actions, options)
        self.desk.serve(lsp.CODE_ACTION_RESOLVE, self._resolve)

    async def _actions(self, params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        uri, only = params.text_document.uri, params.context.only
        reading = await self.desk.reading(uri)
        found: list[lsp.CodeAction] = []
        if only is None or any(_FIX.startswith(kind) for kind in only):
            found += self._fixes(uri, reading, params.range)
        if only is None or any(APPLY.startswith(kind) for kind in only):
            for site in self._meant(reading, params.range):
                usable = await asyncio.to_thread(self._methods, reading, site)
                found += [self._apply(uri, site, slug, title) for slug, title in usable]
                found += [self._remove(uri, site, slug) for slug in removable(reading, site)]
                found += await asyncio.to_thread(self._winners, uri, reading, site)
        return found

    def _fixes(self, uri: str, reading: "Reading", at: lsp.Range) -> Iterator[lsp.CodeAction]:
        codec = self.desk.server.workspace.position_codec
        for one in reading.diagnostics if self.desk.options.diagnostics else ():
            if one.fix is None or not touch(span(codec, reading.lines, one.start, one.end), at):
                continue
            yield lsp.CodeAction(
                title=begun(one.fix),
                kind=_FIX,
                diagnostics=[shown(codec, reading.lines, one, self.desk.page)],
                is_preferred=one.severity in ("error", "warning") or None,
                edit=of_replacements(self.desk, uri, reading, one.edits),
            )

    def _meant(self, reading: "Reading", at: lsp.Range) -> Iterator[PipelineSite]:
        """Pipelines that are built or called where the cursor is."""
        codec = self.desk.server.workspace.position_codec
        for site in reading.sites:
            spans = [(site.start, site.end), *((c.start, c.end) for c in site.calls)]
            if any(touch(span(codec, reading.lines, *s), at) for s in spans):
                yield site

    def _methods(self, reading: "Reading", site: PipelineSite) -> tuple[tuple[str, str], ...]:
        from .applying import usable

        key = (reading.sha, site.name)
        if key not in self._usable:
            self._usable[key] = usable(self.desk, reading, site.name)
        return self._usable[key]

    def _apply(self, uri: str, site: PipelineSite, slug: str, title: str) -> lsp.CodeAction:
        meant = {"uri": uri, "pipeline": site.name, "apply": slug}
        return lsp.CodeAction(title=f"DiffAgent: apply {title} to {site.name}", kind=APPLY, data=meant)

    def _winners(self, uri: str, reading: "Reading", site: PipelineSite) -> list[lsp.CodeAction]:
        """What the last search for this very text has found, whoever asked for it."""
        if not self.desk.has_store:
            return []
        from .replies import of_text

        for view in self.desk.jobs.asked(_LOOKED_AT):
            found = view.found
            same = view.ask.kind == "optimize" and view.ask.path == str(reading.path)
            if not same or found is None or not found.good or view.ask.pipeline not in (None, site.name):
                continue
            if found.code and of_text(view, reading.text):
                gain = f", {found.numbers['speedup']:.2f}x" if "speedup" in found.numbers else ""
                title = f"DiffAgent: take what job {view.id} found{gain}"
                return [lsp.CodeAction(title=title, kind=APPLY, data={"uri": uri, "job": view.id})]
        return []

    def _remove(self, uri: str, site: PipelineSite, slug: str) -> lsp.CodeAction:
        meant = {"uri": uri, "pipeline": site.name, "remove": slug}
        return lsp.CodeAction(title=f"DiffAgent: take {slug} out of {site.name}", kind=APPLY, data=meant)

    async def _resolve(self, action: lsp.CodeAction) -> lsp.CodeAction:
        meant = object_of(action.data)
        if "uri" not in meant:
            return action
        reading = await self.desk.reading(str(meant["uri"]))
        after = await asyncio.to_thread(self._after, reading, meant)
        if not isinstance(after, str):
            action.disabled = lsp.CodeActionDisabled(reason=after.message)
            return action
        action.edit = of_texts(self.desk, str(meant["uri"]), reading, after, action.title)
        return action

    def _after(self, reading: "Reading", meant: dict[str, Any]) -> str | EditRefused:
        from .applying import applied, removed

        if "job" in meant:
            found = self.desk.jobs.look(str(meant["job"])).found
            return found.code if found is not None and found.code else EditRefused(message="its code is not kept")
        pipeline = str(meant["pipeline"])
        if "apply" in meant:
            return applied(self.desk, reading, pipeline, str(meant["apply"]))
        return removed(reading, pipeline, str(meant["remove"]))


def removable(reading: "Reading", site: PipelineSite) -> list[str]:
    """Methods that statements of their own switch on."""
    from .applying import statements_of

    return [slug for slug in site.applied if statements_of(reading, site.name, slug)]
