"""Places in a text as an editor counts them: lines from 0, columns in the units that it asked for."""

import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher

from lsprotocol import types as lsp
from pygls.workspace import PositionCodec

from ...knowledge.types import Diagnostic, Position, Replacement

_LINES = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+\Z")


def lines_of(text: str) -> list[str]:
    """The lines of a text with their ends, as the protocol and Python's parser count them: no form feeds."""
    return _LINES.findall(text)


def place(codec: PositionCodec, lines: Sequence[str], at: Position) -> lsp.Position:
    """One of our positions as the client counts."""
    if at.line > len(lines):
        return lsp.Position(line=len(lines), character=0)
    return codec.position_to_client_units(lines, lsp.Position(line=at.line - 1, character=at.column))


def span(codec: PositionCodec, lines: Sequence[str], start: Position, end: Position) -> lsp.Range:
    """The range between two of our positions."""
    return lsp.Range(start=place(codec, lines, start), end=place(codec, lines, end))


def ours(codec: PositionCodec, lines: Sequence[str], at: lsp.Position) -> Position:
    """A client's position as ours."""
    found = codec.position_from_client_units(lines, at)
    return Position(line=found.line + 1, column=found.character)


def edits_of(codec: PositionCodec, lines: Sequence[str], edits: Iterable[Replacement]) -> list[lsp.TextEdit]:
    """Replacements as the client takes them."""
    return [lsp.TextEdit(range=span(codec, lines, e.start, e.end), new_text=e.text) for e in edits]


def changes(before: Sequence[str], after: str) -> list[lsp.TextEdit]:
    """The whole lines that make one text the other."""
    new, found = lines_of(after), list[lsp.TextEdit]()
    for tag, a, b, c, d in SequenceMatcher(None, before, new, autojunk=False).get_opcodes():
        if tag != "equal":
            at = lsp.Range(start=lsp.Position(line=a, character=0), end=lsp.Position(line=b, character=0))
            found.append(lsp.TextEdit(range=at, new_text="".join(new[c:d])))
    return found


def is_in(at: lsp.Position, where: lsp.Range) -> bool:
    """Is the place in the range, its ends too?"""
    return _key(where.start) <= _key(at) <= _key(where.end)


def touch(one: lsp.Range, other: lsp.Range) -> bool:
    """Have the ranges a place in common?"""
    return _key(one.start) <= _key(other.end) and _key(other.start) <= _key(one.end)


def _key(at: lsp.Position) -> tuple[int, int]:
    return at.line, at.character


SEVERITY = {
    "error": lsp.DiagnosticSeverity.Error,
    "warning": lsp.DiagnosticSeverity.Warning,
    "information": lsp.DiagnosticSeverity.Information,
    "hint": lsp.DiagnosticSeverity.Hint,
}
_DEPRECATED = ("deprecated-keyword", "deprecated-id", "removed-call")


def shown(codec: PositionCodec, lines: Sequence[str], one: Diagnostic, page: str) -> lsp.Diagnostic:
    """A finding as editors show it; `page` is the address of the page of all diagnostics."""
    tags = [lsp.DiagnosticTag.Deprecated] if one.code in _DEPRECATED else None
    return lsp.Diagnostic(
        range=span(codec, lines, one.start, one.end),
        message=one.sentence,
        severity=SEVERITY[one.severity],
        code=one.code,
        code_description=lsp.CodeDescription(href=f"{page}#{one.code}"),
        source="diffagent",
        tags=tags,
    )
