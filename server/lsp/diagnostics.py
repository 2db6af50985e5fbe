"""Diagnostics: pushed to clients that do not ask for them, answered to those that do, never both.

Those of a notebook are always pushed: clients that ask for diagnostics do not ask for those of cells.
"""

import asyncio
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from lsprotocol import types as lsp

from ...tools.script.files import scripts_below
from .cells import here
from .desk import Desk, path_of
from .spans import shown

QUIET_S = 0.05
"""of no typing, before a text is read to push what is wrong with it"""
MOST_FILES, LARGEST = 2000, 1_000_000


@dataclass
class Diagnostics:
    """What is wrong with the documents of a client."""

    desk: Desk
    _timers: dict[str, asyncio.TimerHandle] = field(default_factory=dict[str, asyncio.TimerHandle])
    _tasks: set["asyncio.Task[None]"] = field(default_factory=set["asyncio.Task[None]"])
    _seen: dict[Path, tuple[float, list[lsp.Diagnostic]]] = field(
        default_factory=dict[Path, tuple[float, list[lsp.Diagnostic]]]
    )
    """diagnostics of files that are not open, while they do not change"""

    def offer(self) -> None:
        """Put them on the server."""
        self.desk.serve(lsp.TEXT_DOCUMENT_DID_OPEN, self._opened)
        self.desk.serve(lsp.TEXT_DOCUMENT_DID_CHANGE, self._changed)
        self.desk.serve(lsp.TEXT_DOCUMENT_DID_SAVE, self._saved)
        self.desk.serve(lsp.TEXT_DOCUMENT_DID_CLOSE, self._closed)
        self.desk.serve(lsp.NOTEBOOK_DOCUMENT_DID_OPEN, self._notebook)
        self.desk.serve(lsp.NOTEBOOK_DOCUMENT_DID_CHANGE, self._notebook)
        self.desk.serve(lsp.NOTEBOOK_DOCUMENT_DID_SAVE, self._notebook)
        options = lsp.DiagnosticOptions(
            inter_file_dependencies=True, workspace_diagnostics=True, identifier="diffagent"
        )
        self.desk.serve(lsp.TEXT_DOCUMENT_DIAGNOSTIC, self._answer, options)
        self.desk.serve(lsp.WORKSPACE_DIAGNOSTIC, self._everywhere)

    @property
    def pulled(self) -> bool:
        """Does the client ask for diagnostics by itself?"""
        return self.desk.can("text_document.diagnostic")

    def again(self) -> None:
        """Read everything that is open anew, where options have changed."""
        self.desk.analyst.forget()
        self._seen.clear()
        if self.pulled and self.desk.can("workspace.diagnostics.refresh_support"):
            self.desk.server.workspace_diagnostic_refresh(None)
        workspace = self.desk.server.workspace
        alone = [uri for uri in workspace.text_documents if workspace.get_notebook_document(cell_uri=uri) is None]
        for uri in alone:
            self._soon(uri, 0)
        for uri in workspace.notebook_documents:
            self._soon(uri, 0, always=True)

    def _opened(self, params: lsp.DidOpenTextDocumentParams) -> None:
        self._soon(params.text_document.uri, 0)

    def _changed(self, params: lsp.DidChangeTextDocumentParams) -> None:
        self._soon(params.text_document.uri, QUIET_S)

    def _saved(self, params: lsp.DidSaveTextDocumentParams) -> None:
        self._soon(params.text_document.uri, 0)

    def _closed(self, params: lsp.DidCloseTextDocumentParams) -> None:
        uri = params.text_document.uri
        self.desk.analyst.forget(uri)
        if (timer := self._timers.pop(uri, None)) is not None:
            timer.cancel()
        if not self.pulled:
            self.desk.server.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri=uri, diagnostics=[]))

    def _notebook(self, params: Any) -> None:
        """Something in a notebook is new: all of its cells are read together."""
        self._soon(params.notebook_document.uri, QUIET_S, always=True)

    def _soon(self, uri: str, seconds: float, always: bool = False) -> None:
        """Read and push when nobody has typed for a while; every change starts the while again."""
        if self.pulled and not always:
            return
        if (timer := self._timers.pop(uri, None)) is not None:
            timer.cancel()
        loop = asyncio.get_running_loop()
        self._timers[uri] = loop.call_later(seconds, lambda: self._start(uri))

    def _start(self, uri: str) -> None:
        self._timers.pop(uri, None)
        task = asyncio.get_running_loop().create_task(self._push(uri))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _push(self, uri: str) -> None:
        found, sheet = await self.of(uri), self.desk.sheet(uri)
        if sheet is not None:
            for part in sheet.parts:
                own = lsp.PublishDiagnosticsParams(uri=part.uri, diagnostics=here(found, part))
                self.desk.server.text_document_publish_diagnostics(own)
        elif uri in self.desk.server.workspace.text_documents:
            version = self.desk.server.workspace.get_text_document(uri).version
            self.desk.server.text_document_publish_diagnostics(
                lsp.PublishDiagnosticsParams(uri=uri, diagnostics=found, version=version)
            )

    async def of(self, uri: str) -> list[lsp.Diagnostic]:
        """What is wrong with a document, as the client counts."""
        if not self.desk.options.diagnostics:
            return []
        reading = await self.desk.reading(uri)
        codec = self.desk.server.workspace.position_codec
        return [shown(codec, reading.lines, d, self.desk.page) for d in reading.diagnostics]

    async def _answer(
        self, params: lsp.DocumentDiagnosticParams
    ) -> lsp.RelatedFullDocumentDiagnosticReport | lsp.RelatedUnchangedDocumentDiagnosticReport:
        pushed = self.desk.sheet(params.text_document.uri) is not None
        found = [] if pushed else await self.of(params.text_document.uri)
        mark = _mark(found)
        if params.previous_result_id == mark:
            return lsp.RelatedUnchangedDocumentDiagnosticReport(result_id=mark)
        return lsp.RelatedFullDocumentDiagnosticReport(items=found, result_id=mark)

    async def _everywhere(self, params: lsp.WorkspaceDiagnosticParams) -> lsp.WorkspaceDiagnosticReport:
        known = {p.uri: p.value for p in params.previous_result_ids}
        items: list[lsp.WorkspaceDocumentDiagnosticReport] = []
        for path in await asyncio.to_thread(self._files):
            uri = path.as_uri()
            opened = uri in self.desk.server.workspace.text_documents
            found = await self.of(uri) if opened else await asyncio.to_thread(self._of_file, path)
            mark = _mark(found)
            if known.get(uri) == mark:
                items.append(lsp.WorkspaceUnchangedDocumentDiagnosticReport(uri=uri, result_id=mark))
            elif found or uri in known:
                items.append(lsp.WorkspaceFullDocumentDiagnosticReport(uri=uri, items=found, result_id=mark))
        return lsp.WorkspaceDiagnosticReport(items=items)

    def _files(self) -> list[Path]:
        """Python files of the workspace."""
        folders = [path_of(uri) for uri in self.desk.server.workspace.folders]
        return list(islice((p for f in folders for p in scripts_below(f, (".py",))), MOST_FILES))

    def _of_file(self, path: Path) -> list[lsp.Diagnostic]:
        """What is wrong with a file on disk, read again only where it has changed."""
        from .reading import read

        try:
            state = path.stat()
            kept = self._seen.get(path)
            if kept is not None and kept[0] == state.st_mtime:
                return kept[1]
            text = path.read_text(encoding="utf-8") if state.st_size <= LARGEST else ""
        except (OSError, UnicodeDecodeError):
            return []
        reading, codec = read(path, None, text, self.desk.options.ignore), self.desk.server.workspace.position_codec
        found = [shown(codec, reading.lines, d, self.desk.page) for d in reading.diagnostics]
        self._seen[path] = (state.st_mtime, found if self.desk.options.diagnostics else [])
        return self._seen[path][1]


def _mark(found: list[lsp.Diagnostic]) -> str:
    """What tells one answer from another."""
    parts = [(d.code, d.message, d.range.start.line, d.range.start.character, d.range.end.character) for d in found]
    return f"{hash(tuple(parts)):x}"
