"""Edits of a document that the person is asked to look at first, where the client can ask."""

from typing import TYPE_CHECKING

from lsprotocol import types as lsp

from ...knowledge.types import Replacement
from .desk import Desk
from .spans import changes, edits_of

if TYPE_CHECKING:
    from .reading import Reading

_ASK = "diffagent"


def of_texts(desk: Desk, uri: str, reading: "Reading", after: str, label: str) -> lsp.WorkspaceEdit:
    """The lines that make the document another text."""
    return _edit(desk, uri, reading, changes(reading.lines, after), label)


def of_replacements(
    desk: Desk, uri: str, reading: "Reading", edits: tuple[Replacement, ...], label: str | None = None
) -> lsp.WorkspaceEdit:
    """Single replacements; without a label the client asks nothing."""
    return _edit(desk, uri, reading, edits_of(desk.server.workspace.position_codec, reading.lines, edits), label)


def _edit(desk: Desk, uri: str, reading: "Reading", edits: list[lsp.TextEdit], label: str | None) -> lsp.WorkspaceEdit:
    """Of the version that was read, so that a client with a newer one refuses it."""
    if not desk.can("workspace.workspace_edit.document_changes"):
        return lsp.WorkspaceEdit(changes={one: own for one, _, own in _by_document(desk, uri, reading, edits)})
    asks = label is not None and desk.can("workspace.workspace_edit.change_annotation_support")
    changed = _by_document(desk, uri, reading, edits)
    note = lsp.ChangeAnnotation(label=label or "", needs_confirmation=True)
    return lsp.WorkspaceEdit(
        document_changes=[_change(one, version, edits, asks) for one, version, edits in changed],
        change_annotations={_ASK: note} if asks else None,
    )


def _change(uri: str, version: int | None, edits: list[lsp.TextEdit], asks: bool) -> lsp.TextDocumentEdit:
    marked = [lsp.AnnotatedTextEdit(annotation_id=_ASK, range=e.range, new_text=e.new_text) for e in edits]
    document = lsp.OptionalVersionedTextDocumentIdentifier(uri=uri, version=version)
    return lsp.TextDocumentEdit(text_document=document, edits=list(marked) if asks else list(edits))


def _by_document(
    desk: Desk, uri: str, reading: "Reading", edits: list[lsp.TextEdit]
) -> list[tuple[str, int | None, list[lsp.TextEdit]]]:
    """Address, version and edits: one document, or the cells of a notebook."""
    sheet = desk.sheet(uri)
    if sheet is None:
        return [(uri, reading.version, edits)]
    cells: dict[str, list[lsp.TextEdit]] = {}
    for cell, edit in sheet.edits(edits):
        cells.setdefault(cell, []).append(edit)
    return [(cell, desk.server.workspace.get_text_document(cell).version, own) for cell, own in cells.items()]
