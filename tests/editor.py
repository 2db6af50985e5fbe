"""An editor for tests: a client of the language server with the capabilities of a real one."""

import asyncio
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lsprotocol import types as lsp
from pygls.protocol import default_converter
from pytest_lsp import LanguageClient, client_capabilities
from pytest_lsp.client import DEFAULT_CLIENT_FEATURES, register_lsp_features

COMMAND = [sys.executable, "-m", "diffagent_mcp", "lsp", "--models", "zoo"]
CLIENTS = ("visual-studio-code", "neovim@0.7.0", "emacs")
WAIT_S = 30.0


@dataclass
class Editor:
    """A client, the folder that it has open, and what was said to it."""

    name: str
    client: LanguageClient
    folder: Path
    home: Path
    refreshed: list[str] = field(default_factory=list[str])
    edits: list[lsp.WorkspaceEdit] = field(default_factory=list[lsp.WorkspaceEdit])
    notified: list[str] = field(default_factory=list[str])
    pushed: list[lsp.PublishDiagnosticsParams] = field(default_factory=list[lsp.PublishDiagnosticsParams])

    @property
    def pulls(self) -> bool:
        """Does it ask for diagnostics, rather than wait for them?"""
        able = self.client.capabilities.text_document if self.client.capabilities is not None else None
        return able is not None and able.diagnostic is not None

    def open(self, name: str, text: str) -> str:
        """Save a file and open it; its address."""
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        document = lsp.TextDocumentItem(uri=path.as_uri(), language_id="python", version=1, text=text)
        self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(document))
        return path.as_uri()

    def type(self, uri: str, version: int, at: lsp.Range, text: str) -> None:
        """One change."""
        changes = [lsp.TextDocumentContentChangePartial(range=at, text=text)]
        document = lsp.VersionedTextDocumentIdentifier(uri=uri, version=version)
        self.client.text_document_did_change(lsp.DidChangeTextDocumentParams(document, changes))

    async def wrong(self, uri: str, version: int = 1) -> list[lsp.Diagnostic]:
        """What is wrong with a document, asked for or waited for."""
        if self.pulls:
            asked = lsp.DocumentDiagnosticParams(text_document=lsp.TextDocumentIdentifier(uri))
            answer = await self.client.text_document_diagnostic_async(asked)
            return list(getattr(answer, "items", []))
        await until(lambda: any(p.uri == uri and p.version == version for p in self.pushed))
        return list(next(p for p in reversed(self.pushed) if p.uri == uri).diagnostics)

    async def run(self, command: str, **asked: Any) -> dict[str, Any]:
        """A command, and what it answers."""
        params = lsp.ExecuteCommandParams(command=f"diffagent.{command}", arguments=[asked])
        answer: Any = await self.client.workspace_execute_command_async(params)
        return dict(answer)

    async def ask(self, request: str, **asked: Any) -> Any:
        """One of our own requests."""
        return await self.client.protocol.send_request_async(f"diffagent/{request}", asked)

    def messages(self) -> list[str]:
        """What was shown to the person."""
        return [m.message for m in self.client.messages]

    async def close(self) -> None:
        """End the server."""
        await self.client.shutdown_session()
        await self.client.stop()


async def until(true: Any, seconds: float = WAIT_S) -> None:
    """Wait until something is so."""
    for _ in range(int(seconds / 0.02)):
        if true():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it never came to be")


async def opened(name: str, folder: Path, home: Path, command: list[str], **options: Any) -> Editor:
    """An editor whose server runs, and has been told all about it."""
    env = {**os.environ, "DIFFAGENT_HOME": str(home), "DIFFAGENT_CONFIG": str(home / "none.toml")}
    client, pushed = LanguageClient(converter_factory=default_converter), list[lsp.PublishDiagnosticsParams]()

    def heard(_: LanguageClient, params: lsp.PublishDiagnosticsParams) -> None:
        pushed.append(params)

    register_lsp_features(client, {**DEFAULT_CLIENT_FEATURES, lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS: heard})
    await client.start_io(*command, env=env)
    one = Editor(name, client, folder, home, pushed=pushed)
    _listen(one)
    able = client_capabilities(name)
    if name.startswith("visual"):
        _as_of_now(able)
    folders = [lsp.WorkspaceFolder(uri=folder.as_uri(), name="here")]
    await client.initialize_session(
        lsp.InitializeParams(
            capabilities=able,
            root_uri=folder.as_uri(),
            workspace_folders=folders,
            initialization_options=options or None,
        )
    )
    return one


def _as_of_now(able: lsp.ClientCapabilities) -> None:
    """What vscode-languageclient 9 can, beyond the profile of 2022."""
    assert able.workspace is not None and able.text_document is not None
    able.workspace.inlay_hint = lsp.InlayHintWorkspaceClientCapabilities(refresh_support=True)
    able.text_document.inlay_hint = lsp.InlayHintClientCapabilities()
    able.text_document.diagnostic = lsp.DiagnosticClientCapabilities()
    able.workspace.diagnostics = lsp.DiagnosticWorkspaceClientCapabilities(refresh_support=True)


def _listen(one: Editor) -> None:
    client: Any = one.client

    @client.feature(lsp.WORKSPACE_APPLY_EDIT)
    def applied(params: lsp.ApplyWorkspaceEditParams) -> lsp.ApplyWorkspaceEditResult:  # pyright: ignore[reportUnusedFunction]
        one.edits.append(params.edit)
        return lsp.ApplyWorkspaceEditResult(applied=True)

    for name in (lsp.WORKSPACE_CODE_LENS_REFRESH, lsp.WORKSPACE_INLAY_HINT_REFRESH):

        @client.feature(name)
        def refreshed(params: None, name: str = name) -> None:  # pyright: ignore[reportUnusedFunction]
            one.refreshed.append(name)

    @client.feature("diffagent/jobsChanged")
    def changed(params: Any) -> None:  # pyright: ignore[reportUnusedFunction]
        one.notified.append("jobsChanged")
