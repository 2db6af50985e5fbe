"""Lenses above a pipeline (profile, accelerate, estimate) and above its calls (the time measured last)."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from lsprotocol import types as lsp

from ...knowledge.types import PipelineSite
from .desk import Desk, object_of
from .measured import timed_calls
from .spans import span

if TYPE_CHECKING:
    from .reading import Reading


@dataclass
class Lenses:
    """Their titles are short; what takes longer to know is asked for when a lens is seen."""

    desk: Desk
    _estimates: dict[tuple[str, str, float], str] = field(default_factory=dict[tuple[str, str, float], str])

    def offer(self) -> None:
        """Put them on the server."""
        options = lsp.CodeLensOptions(resolve_provider=True)
        self.desk.serve(lsp.TEXT_DOCUMENT_CODE_LENS, self._lenses, options)
        self.desk.serve(lsp.CODE_LENS_RESOLVE, self._resolve)

    async def _lenses(self, params: lsp.CodeLensParams) -> list[lsp.CodeLens]:
        uri = params.text_document.uri
        if not self.desk.options.lenses:
            return []
        reading = await self.desk.reading(uri)
        found = [lens for site in reading.sites for lens in self._of_pipeline(uri, reading, site)]
        for site, call, timed in await timed_calls(self.desk, reading):
            at = span(self.desk.server.workspace.position_codec, reading.lines, call.start, call.start)
            title = timed.sentence(datetime.now(timezone.utc))
            found.append(lsp.CodeLens(range=at, command=self._profile(title, uri, site)))
        return found

    def _of_pipeline(self, uri: str, reading: "Reading", site: PipelineSite) -> list[lsp.CodeLens]:
        if site.built_in is not None and not site.calls:
            return []
        at = span(self.desk.server.workspace.position_codec, reading.lines, site.start, site.start)
        asked, options = {"uri": uri, "pipeline": site.name, "speedup": self.desk.options.speedup}, self.desk.options
        accelerate = options.accelerate_command or "diffagent.optimize"
        title = f"Accelerate {options.speedup:g}x"
        bounds = {"max_loss": options.max_loss, "max_drift": options.max_drift}
        return [
            lsp.CodeLens(range=at, command=self._profile("Profile", uri, site)),
            lsp.CodeLens(range=at, command=lsp.Command(title, accelerate, arguments=[{**asked, **bounds}])),
            lsp.CodeLens(range=at, data={"estimate": asked}),
        ]

    def _profile(self, title: str, uri: str, site: PipelineSite) -> lsp.Command:
        return lsp.Command(title, "diffagent.profile", arguments=[{"uri": uri, "pipeline": site.name}])

    async def _resolve(self, lens: lsp.CodeLens) -> lsp.CodeLens:
        asked = object_of(lens.data).get("estimate")
        if not isinstance(asked, dict):
            return lens
        title = await self._estimate(asked)
        lens.command = lsp.Command(title, "diffagent.estimate", arguments=[asked])
        return lens

    async def _estimate(self, asked: dict[str, Any]) -> str:
        from .estimating import word_for

        reading = await self.desk.reading(str(asked["uri"]))
        speedup, pipeline = float(asked["speedup"]), str(asked["pipeline"])
        key = (reading.sha, pipeline, speedup)
        if key not in self._estimates:
            self._estimates[key] = await asyncio.to_thread(word_for, self.desk, reading, pipeline, speedup)
        return f"Estimate: {speedup:g}x {self._estimates[key]}"

    def forget(self) -> None:
        """Estimate anew, where something was measured."""
        self._estimates.clear()
