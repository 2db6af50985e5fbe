"""Notebooks: the code cells of an open one are read as one script, and every answer goes back to its cell."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import attrs
from lsprotocol import types as lsp
from pygls.workspace import Workspace

SYNC = lsp.NotebookDocumentSyncOptions(
    notebook_selector=[
        lsp.NotebookDocumentFilterWithNotebook(
            notebook=lsp.NotebookDocumentFilterNotebookType(notebook_type="jupyter-notebook"),
            cells=[lsp.NotebookCellLanguage(language="python")],
        )
    ],
    save=True,
)


@dataclass(frozen=True)
class Part:
    """One cell, and where its code stands in the script, lines from 0."""

    uri: str
    first: int
    count: int
    open_end: bool
    """does its last line not end?"""

    def holds(self, at: lsp.Position) -> bool:
        """Is a place of the script in this cell?"""
        return self.first <= at.line < self.first + self.count

    def moved(self, at: lsp.Position, by: int) -> lsp.Position:
        """A place in the cell as one in the script (1), or the other way round (-1)."""
        return lsp.Position(line=max(0, at.line + by * self.first), character=at.character)


@dataclass(frozen=True)
class Sheet:
    """An open notebook as one script."""

    uri: str
    text: str
    parts: tuple[Part, ...]

    def part(self, cell: str) -> Part | None:
        return next((p for p in self.parts if p.uri == cell), None)

    def edits(self, edits: Sequence[lsp.TextEdit]) -> Iterator[tuple[str, lsp.TextEdit]]:
        """Edits of the script as edits of its cells."""
        from ...tools.script.notebook import original

        for edit in edits:
            start, end = edit.range.start, edit.range.end
            before = [p for p in self.parts if p.first + (start == end) <= start.line + (start != end)]
            part = (before or list(self.parts))[-1]
            yield part.uri, _in_cell(part, edit.range, original(edit.new_text))


def _in_cell(part: Part, where: lsp.Range, text: str) -> lsp.TextEdit:
    """In a cell whose last line has no end there is no place behind it."""
    start, end = part.moved(where.start, -1), part.moved(where.end, -1)
    if part.open_end and start.line >= part.count:
        text = f"\n{text}"
    if part.open_end and end.line >= part.count:
        text = text.removesuffix("\n")
    return lsp.TextEdit(range=lsp.Range(start=start, end=end), new_text=text)


def sheet_of(workspace: Workspace, uri: str) -> Sheet | None:
    """The open notebook of this address, or of a cell of this address; None: it is no notebook."""
    from ...tools.script.notebook import joined

    open_one = workspace.get_notebook_document(notebook_uri=uri) or workspace.get_notebook_document(cell_uri=uri)
    if open_one is None:
        return None
    codes = [
        (number, cell.document, workspace.get_text_document(cell.document).source)
        for number, cell in enumerate(open_one.cells, 1)
        if cell.kind == lsp.NotebookCellKind.Code
    ]
    parts, at = list[Part](), 0
    for _, document, code in codes:
        count = max(1, len(code.splitlines()))
        parts.append(Part(document, at + 1, count, not code.endswith("\n")))
        at += 1 + count
    return Sheet(open_one.uri, joined((number, code) for number, _, code in codes), tuple(parts))


Handler = Callable[[Any], Awaitable[Any]]


async def asked_in_cell(handler: Handler, params: Any, sheet: Sheet) -> Any:
    """Have the whole notebook asked where a cell is, and keep of the answer what is in that cell."""
    part = sheet.part(params.text_document.uri)
    if part is None:
        return None
    document = attrs.evolve(params.text_document, uri=sheet.uri)
    return here(await handler(_moved(attrs.evolve(params, text_document=document), part, 1)), part)


def here(answer: Any, part: Part) -> Any:
    """Of an answer for the script, what stands in the cell, as the cell counts."""
    if isinstance(answer, list):
        return [_moved(one, part, -1) for one in answer if _stands(one, part)]
    if isinstance(items := getattr(answer, "items", None), list):
        return attrs.evolve(answer, items=here(items, part))
    return _moved(answer, part, -1) if _stands(answer, part) else None


def _stands(one: Any, part: Part) -> bool:
    where = getattr(one, "range", None) or getattr(one, "position", None)
    start = where.start if isinstance(where, lsp.Range) else where
    return part.holds(start) if isinstance(start, lsp.Position) else True


def _moved(one: Any, part: Part, by: int) -> Any:
    """The same with every place in it moved; edits know their cells already."""
    if isinstance(one, lsp.Position):
        return part.moved(one, by)
    if isinstance(one, list):
        return [_moved(each, part, by) for each in one]
    if not attrs.has(type(one)) or isinstance(one, lsp.WorkspaceEdit | lsp.Command):
        return one
    return attrs.evolve(one, **{f.name: _moved(getattr(one, f.name), part, by) for f in attrs.fields(type(one))})
